using PlatformOps.Core.Changes;

namespace PlatformOps.Core.Services.Aquilon;

/// <summary>Whether a host could be imported into Aquilon now: what the inventory has of it is complete, and the broker knows all that it names.</summary>
internal sealed class CheckAquilonImport : Check<ImportAquilonHostParameters>
{
    public override string Name => "aquilon.import";

    public override string Summary => "import into Aquilon";

    public override IReadOnlyList<string> Needs => ["aquilon"];

    protected override async Task<CheckResult> RunAsync(ActionContext context, ImportAquilonHostParameters parameters, CancellationToken cancellationToken)
    {
        var aquilon = context.Client<AquilonClient>();
        var present = await aquilon.FindHostAsync(context.Target.Name, cancellationToken);
        var own = present?.MachineName ?? context.Client<AquilonRecordStore>().FindOrLatest(context.Target.Name, context.Run.RunId)?.Host.MachineName;
        var problems = await HostImport.ProblemsAsync(context, parameters.Source(aquilon.Configuration), present, own, cancellationToken);
        return problems.Count == 0 ? CheckResult.Passed($"{present?.HostName ?? context.Target.Name} can be imported") : CheckResult.Failed(string.Join("; ", problems));
    }
}

using PlatformOps.Core.Changes;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Services.Aquilon;

/// <param name="From">Where it comes from: <c>netbox2aquilon</c>, <c>aq</c>, or <c>record</c> to put back what was deleted; by default aquilon.import of the configuration.</param>
internal sealed record ImportAquilonHostParameters(AquilonImport? From = null);

/// <summary>Brings a host with its machine into Aquilon.</summary>
internal sealed class ImportAquilonHost : AquilonChange<ImportAquilonHostParameters, AquilonHostState>
{
    public override string Name => "aquilon.host.import";

    public override string Summary => "host in Aquilon";

    protected override string Subject => DeleteAquilonHost.HostSubject;

    public override Impact Impact => Impact.High;

    public override bool IsIdempotent => false;

    protected override async Task<AquilonHostState> ObserveAsync(ActionContext context, ImportAquilonHostParameters parameters, CancellationToken cancellationToken)
        => AquilonHostState.Of(await context.Client<AquilonClient>().FindHostAsync(context.Target.Name, cancellationToken));

    protected override bool IsDesired(ActionContext context, ImportAquilonHostParameters parameters, AquilonHostState state) => state.IsThere;

    protected override async Task GuardAsync(ActionContext context, ImportAquilonHostParameters parameters, AquilonHostState before, CancellationToken cancellationToken)
    {
        var begun = context.Client<AquilonRecordStore>().BegunImport(context.Target.Name);
        if (await HostImport.ProblemsAsync(context, From(context, parameters), null, begun, cancellationToken) is { Count: > 0 } problems)
            throw new RefusedException($"{context.Target.Name} is not imported into Aquilon: {string.Join("; ", problems)}.{Restoring(context)}") { TargetName = context.Target.Name };
    }

    protected override async Task ApplyAsync(ActionContext context, ImportAquilonHostParameters parameters, AquilonHostState before, CancellationToken cancellationToken)
    {
        var import = await HostImport.PlanAsync(context, From(context, parameters), null, cancellationToken);
        var store = context.Client<AquilonRecordStore>();
        store.BeginImport(context.Target.Name, import.MachineName!);
        try
        {
            await import.ApplyAsync(cancellationToken);
            store.EndImport(context.Target.Name);
        }
        catch (ServiceException error) when (error is not ServiceAuthenticationException)
        {
            throw new ServiceException(error.Service, $"{error.Message}{Restoring(context)}", error.StatusCode, error) { TargetName = context.Target.Name };
        }
    }

    protected override string Describe(AquilonHostState state) => state.ToString();

    protected override string DescribeDesired(ActionContext context, ImportAquilonHostParameters parameters, AquilonHostState before) => $"imported ({From(context, parameters).ToString().ToLowerInvariant()})";

    private static AquilonImport From(ActionContext context, ImportAquilonHostParameters parameters) => parameters.From ?? context.Client<AquilonClient>().Configuration.Import;

    private static string Restoring(ActionContext context)
    {
        var store = context.Client<AquilonRecordStore>();
        return store.FindOrLatest(context.Target.Name, context.Run.RunId) is { } record
            ? $" How it was before is in {store.PathOf(record.HypervisorName, record.RunId)}, with the commands that put it back; Reset-AquilonHost -FromRecord runs them."
            : "";
    }
}

using PlatformOps.Core.Changes;

namespace PlatformOps.Core.Services.Aquilon;

/// <summary>What Aquilon has of a target, for conditions and texts of runbooks; and where its record is kept.</summary>
internal sealed class AquilonFacts : FactSource
{
    public override IReadOnlyList<string> Names { get; } =
    [
        "aquilon.exists", "aquilon.host", "aquilon.machine", "aquilon.model", "aquilon.buildstatus", "aquilon.branch", "aquilon.cluster", "aquilon.record",
    ];

    public override async Task<IReadOnlyDictionary<string, string>> ReadAsync(ActionContext context, CancellationToken cancellationToken)
    {
        var host = await context.Client<AquilonClient>().FindHostAsync(context.Target.Name, cancellationToken);
        var facts = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["aquilon.exists"] = host is null ? "false" : "true",
            ["aquilon.record"] = context.Client<AquilonRecordStore>().PathOf(context.Target.Name, context.Run.RunId),
        };
        foreach (var (name, value) in new[] { ("host", host?.HostName), ("machine", host?.MachineName), ("model", host?.Model), ("buildstatus", host?.BuildStatus), ("branch", host?.Sandbox ?? host?.Domain), ("cluster", host?.Cluster) })
        {
            if (value is not null)
                facts[$"aquilon.{name}"] = value;
        }

        return facts;
    }
}

using PlatformOps.Core.Changes;

namespace PlatformOps.Core.Sessions;

/// <summary>Every configured service is reached, lets us in, and gives us the rights we need.</summary>
internal sealed class CheckServices : Check<NoParameters>
{
    public override string Name => "session.services";

    public override string Summary => "services";

    public override ActionScope Scope => ActionScope.Batch;

    protected override async Task<CheckResult> RunAsync(ActionContext context, NoParameters parameters, CancellationToken cancellationToken)
    {
        var (good, bad) = (new List<string>(), new List<string>());
        await foreach (var health in context.Client<ServiceProbes>().ProbeAsync(null, cancellationToken))
        {
            if (health.IsHealthy)
                good.Add($"{health.Service} {health.Version} as {health.Identity}");
            else
                bad.Add($"{health.Service}: {health.Error?.Message ?? "missing: " + string.Join(", ", health.MissingRights)}");
        }

        return bad.Count == 0 ? CheckResult.Passed(string.Join("; ", good)) : CheckResult.Failed(string.Join("; ", bad));
    }
}

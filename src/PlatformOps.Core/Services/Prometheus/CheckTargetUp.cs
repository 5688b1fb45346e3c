using System.Globalization;
using PlatformOps.Core.Changes;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Prometheus;

/// <summary>Whether Prometheus scrapes the machine, and reaches all that it scrapes of it: without that no alert would tell of it.</summary>
internal sealed class CheckTargetUp : Check<NoParameters>
{
    public override string Name => "prometheus.target.up";

    public override string Summary => "scrape target";

    public override IReadOnlyList<string> LooksAt => [MachineSubjects.System];

    public override IReadOnlyList<string> Needs => ["prometheus"];

    protected override async Task<CheckResult> RunAsync(ActionContext context, NoParameters parameters, CancellationToken cancellationToken)
    {
        IReadOnlyList<ScrapeTarget> targets;
        IReadOnlyList<string> warnings;
        try
        {
            (targets, warnings) = await context.Client<PrometheusClient>().TargetsAsync(context.Target.Name, cancellationToken);
        }
        catch (ServiceException e)
        {
            return CheckResult.Unknown(e.Message);
        }

        var warned = warnings.Count == 0 ? "" : $" (Prometheus warns: {string.Join("; ", warnings)})";
        var down = targets.Where(target => !target.IsUp).ToList();
        if (down.Count > 0)
            return CheckResult.Failed($"{string.Join(", ", down)} {(down.Count == 1 ? "is" : "are")} down{warned}");
        if (warnings.Count > 0)
            return CheckResult.Unknown($"not all of Prometheus answered; seen as up: {(targets.Count == 0 ? "nothing" : string.Join(", ", targets))}{warned}");
        return targets.Count == 0
            ? CheckResult.Failed($"{context.Target.Name} is not scraped: Prometheus has no series 'up' of it")
            : CheckResult.Passed(string.Create(CultureInfo.InvariantCulture, $"{targets.Count} up: {string.Join(", ", targets)}"));
    }
}

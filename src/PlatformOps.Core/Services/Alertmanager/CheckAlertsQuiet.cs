using PlatformOps.Alerts;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Configuration;
using PlatformOps.Core.Http;

namespace PlatformOps.Core.Services.Alertmanager;

/// <param name="Ignore">Names of alerts that do not count, or patterns with <c>*</c> and <c>?</c>.</param>
internal sealed record CheckAlertsQuietParameters(IReadOnlyList<string>? Ignore = null);

/// <summary>Whether nothing fires about the target, suppressed alerts included: a silence hides an alert, it does not end it.</summary>
internal sealed class CheckAlertsQuiet : Check<CheckAlertsQuietParameters>
{
    public override string Name => "alertmanager.alerts.quiet";

    public override string Summary => "alerts";

    public override IReadOnlyList<string> LooksAt => [MachineSubjects.System];

    public override IReadOnlyList<string> Needs => ["alertmanager"];

    protected override async Task<CheckResult> RunAsync(ActionContext context, CheckAlertsQuietParameters parameters, CancellationToken cancellationToken)
    {
        var alertmanager = context.Client<AlertmanagerClient>();
        var all = await alertmanager.AlertsOfAsync(context.Target.Name, cancellationToken);
        var alerts = all.Where(alert => parameters.Ignore?.Any(pattern => NamePattern.Matches(pattern, alert.AlertName)) != true).ToList();
        var ignored = all.Count == alerts.Count ? "" : $"; not counted: {string.Join(", ", all.Except(alerts).Select(alert => ServerText.Clean(alert.AlertName, 80)).Distinct(StringComparer.Ordinal))}";
        if (alerts.Count > 0)
            return CheckResult.Failed($"{alerts.Count} {(alerts.Count == 1 ? "alert fires" : "alerts fire")} about {context.Target.Name}: {string.Join("; ", alerts.Select(AlertLine.Of))}{ignored}");
        // Nothing fires where alerting is broken, too: what always fires proves that it is not.
        if (alertmanager.Configuration.Watchdog is { } watchdog
            && (await alertmanager.AlertsAsync([new AlertMatcher { Name = "alertname", Value = watchdog }], cancellationToken)).Count == 0)
            return CheckResult.Unknown($"no alert fires about {context.Target.Name}, but {watchdog}, which always does, does not either: alerts do not reach Alertmanager");
        return CheckResult.Passed($"no alert fires about {context.Target.Name}, suppressed ones included ({string.Join(" or ", alertmanager.Hosts.AllOf(context.Target.Name).Select(MatcherText.Of))}){ignored}");
    }
}

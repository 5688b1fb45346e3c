using PlatformOps.Alerts;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Http;

namespace PlatformOps.Core.Services.Alertmanager;

/// <summary>Tells what fires about the target, and which silences name it, with their pages.</summary>
internal sealed class ReportAlerts : Report<NoParameters>
{
    public override string Name => "alertmanager.alerts.report";

    public override string Summary => "alerts";

    public override IReadOnlyList<string> Needs => ["alertmanager"];

    protected override async Task<string> RunAsync(ActionContext context, NoParameters parameters, CancellationToken cancellationToken)
    {
        var alertmanager = context.Client<AlertmanagerClient>();
        var alerts = await alertmanager.AlertsOfAsync(context.Target.Name, cancellationToken);
        var silences = await alertmanager.NamingAsync(context.Target.Name, cancellationToken);
        List<string> lines =
        [
            alerts.Count == 0 ? $"No alert fires about {context.Target.Name}." : $"Alerts about {context.Target.Name}:",
            .. alerts.Select(alert => $"- {AlertLine.Of(alert)}"),
            .. silences.Select(silence => $"Silence {MatcherText.Of(silence.Matchers)} until {SilenceTerms.Stamp(silence.EndsAt)} by {ServerText.Clean(silence.CreatedBy, 80)}: {ServerText.Clean(silence.Comment, 300)} {silence.Url}"),
        ];
        return string.Join('\n', lines);
    }
}

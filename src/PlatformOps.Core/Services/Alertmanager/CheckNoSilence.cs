using PlatformOps.Core.Changes;
using PlatformOps.Core.Http;

namespace PlatformOps.Core.Services.Alertmanager;

/// <summary>Whether the target's alerts sound: no silence names it, whoever made it. A wide one that takes its name counts too.</summary>
internal sealed class CheckNoSilence : Check<NoParameters>
{
    public override string Name => "alertmanager.silence.none";

    public override string Summary => "silences";

    public override IReadOnlyList<string> LooksAt => [SilenceAlerts.SubjectName];

    public override IReadOnlyList<string> Needs => ["alertmanager"];

    protected override async Task<CheckResult> RunAsync(ActionContext context, NoParameters parameters, CancellationToken cancellationToken)
    {
        var left = await context.Client<AlertmanagerClient>().NamingAsync(context.Target.Name, cancellationToken);
        return left.Count == 0
            ? CheckResult.Passed($"no silence names {context.Target.Name}")
            : CheckResult.Failed($"{context.Target.Name} is still silenced: {string.Join("; ", left.Select(silence => $"{MatcherText.Of(silence.Matchers)} until {SilenceTerms.Stamp(silence.EndsAt)} by {silence.Owner ?? ServerText.Clean(silence.CreatedBy, 80)} (\"{ServerText.Clean(silence.Comment, 300)}\") {silence.Url}"))}. Ask its owner; Remove-AlertSilence -TakeOver -Reason ends it");
    }
}

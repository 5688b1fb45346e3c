using System.Management.Automation;
using PlatformOps.Alerts;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Http;
using PlatformOps.Core.Services.Alertmanager;
using PlatformOps.Core.Sessions;
using PlatformOps.Errors;
using PlatformOps.Migration;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Alerts;

/// <summary>Silences the alerts of hypervisors, or whatever matches (Alertmanager).</summary>
/// <remarks>
/// <para>A hypervisor gets one silence for each entry of alertmanager.matchers in the configuration, by default one on hostname and one on instance: all of them, or none. One of yours with the same matchers is left alone or extended, in whichever run you made it; another's that lasts as long as you want is not doubled, and a warning tells whose it is.</para>
/// <para>Without a time it lasts as long as alertmanager.silence-mode says: 72 hours from now, unless configured otherwise. Behind the comment goes the claim [ops:run person ticket]: only its owner's Set- and Remove-AlertSilence touch the silence.</para>
/// <para>The shortest is a minute, the longest 1830 days. Matchers of one silence all have to hold. A silence of free matchers that quiets alerts of more than targets.max machines now is refused unless -MaxTargets says so. Undo-OpsRun takes back what was made.</para>
/// </remarks>
/// <example>
/// <summary>See what would be silenced, and which alerts match</summary>
/// <code>Import-MigrationList $lab.ListPath | Select-Object -First 3 | New-AlertSilence -WhatIf</code>
/// </example>
/// <example>
/// <summary>Silence two hypervisors for the whole maintenance window, unattended, and go on with them</summary>
/// <code>
/// Import-MigrationList $lab.ListPath | Select-Object -First 2 |
///     New-AlertSilence -Window (New-MaintenanceWindow -Weeks 4) -PassThru -Confirm:$false |
///     Get-Hypervisor
/// </code>
/// </example>
/// <example>
/// <summary>Silence one alert wherever it fires</summary>
/// <code>New-AlertSilence -Matcher 'alertname="FilesystemAlmostFull"', 'mountpoint="/var"' -Duration 2h -Comment 'cleaning up' -Confirm:$false</code>
/// </example>
/// <seealso cref="GetAlertSilenceCommand"/>
/// <seealso cref="SetAlertSilenceCommand"/>
/// <seealso cref="RemoveAlertSilenceCommand"/>
[Cmdlet(VerbsCommon.New, "AlertSilence", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = "Hypervisor")]
[OutputType(typeof(AlertSilence), typeof(StepRecord), typeof(PSObject))]
public sealed class NewAlertSilenceCommand : EffectCmdlet
{
    /// <summary>The hypervisors, by exact name, or objects with a HypervisorName.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "Hypervisor")]
    [TargetNameTransformation(nameof(HypervisorName))]
    [ArgumentCompleter(typeof(HypervisorCompleter))]
    public string[] HypervisorName { get; set; } = [];

    /// <summary>What alerts have to match instead, all of it in one silence: such as 'alertname="Full"', 'instance=~"hv0.*"'.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Matcher")]
    [MatcherTransformation]
    [ValidateNotNullOrEmpty]
    public string[] Matcher { get; set; } = [];

    /// <summary>The ticket it is done for, such as MH-101; written into the claim.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [TicketIdTransformation(AllowsNone = true)]
    [ArgumentCompleter(typeof(MigrationTicketCompleter))]
    public string? TicketId { get; set; }

    /// <summary>The maintenance window: the silences end with it, and begin with it where it begins later.</summary>
    [Parameter]
    [ValidateNotNull]
    public MaintenanceWindow? Window { get; set; }

    /// <summary>How long they last from now, such as 72h or 3d, instead of a window.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan? Duration { get; set; }

    /// <summary>When they end, instead of a window. Without an offset it is local time.</summary>
    [Parameter]
    public DateTimeOffset? Until { get; set; }

    /// <summary>Why, for everybody to read; the claim is written behind it.</summary>
    /// <value>alertmanager.comment-template of the configuration</value>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Comment { get; set; }

    /// <summary>Takes over silences with the same matchers that another made; needs -Reason.</summary>
    [Parameter]
    public SwitchParameter TakeOver { get; set; }

    /// <summary>Why they are taken over; told to the ticket of the claim.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Reason { get; set; }

    /// <summary>Emits what came from the pipeline, once, instead of the silences, so that it pipes on. The silences are emitted without it.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>What came from the pipeline, for -PassThru.</summary>
    [Parameter(ValueFromPipeline = true, ParameterSetName = "Hypervisor")]
    public PSObject? InputObject { get; set; }

    private protected override string? TakeOverReason => TakeOver ? Reason : null;

    private protected override string? CurrentTarget => ParameterSetName == "Matcher" ? string.Join(", ", Matcher) : HypervisorName.FirstOrDefault();

    private protected override ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        if (TakeOver != (Reason is not null))
            throw new RefusedException("-TakeOver and -Reason go together: why is it taken over?");
        if (new object?[] { Window, Duration, Until }.Count(time => time is not null) > 1)
            throw new ArgumentException("-Window, -Duration and -Until each say when it ends: give one of them.");
        if ((Window?.End ?? Until ?? DateTimeOffset.MaxValue) <= Time.GetUtcNow())
            throw new ArgumentException("A silence cannot end in the past.");
        if (Duration < TimeSpan.FromMinutes(1))
            throw new ArgumentException("A silence lasts at least a minute.");
        if (Duration > SilenceTerms.Longest || (Window?.End ?? Until) > Time.GetUtcNow() + SilenceTerms.Longest)
            throw new ArgumentException($"A silence lasts at most {SilenceTerms.Longest.TotalDays:0} days (-Duration {SilenceTerms.Longest.TotalDays:0}d), and this would not end before. Set-AlertSilence -Extend makes it longer when it is about to end.");
        return default;
    }

    private protected override async ValueTask ProcessAsync(CancellationToken cancellationToken)
    {
        var matcher = ParameterSetName == "Matcher" ? string.Join(", ", Matcher) : null;
        var parameters = new SilenceAlertsParameters(matcher, Window?.End ?? Until, Duration, Window?.Start, Comment);
        if (matcher is not null)
        {
            await SilenceAsync(await TargetOfAsync(matcher, cancellationToken), parameters, cancellationToken);
            return;
        }

        var silenced = 0;
        await EachAsync(HypervisorName, async name =>
        {
            if (await SilenceAsync(new ActionTarget(ActionTarget.Hypervisor, name, Ticket), parameters, cancellationToken))
                silenced++;
        });
        if (!PassThru || silenced < HypervisorName.Length)
            return;
        if (InputObject is not null)
            await WriteObjectAsync(InputObject);
        else
            await WriteObjectsAsync(HypervisorName);
    }

    private string? Ticket => string.IsNullOrEmpty(TicketId) ? null : TicketId;

    // A silence of one machine is that machine's, however it is asked for; of others it is counted whose alerts it quiets now.
    private async ValueTask<ActionTarget> TargetOfAsync(string matcher, CancellationToken cancellationToken)
    {
        var alertmanager = Scope.Get<AlertmanagerClient>();
        var matchers = MatcherText.TryParse(matcher)!;
        if (alertmanager.Hosts.HostOf(matchers) is { } host)
            return new ActionTarget(ActionTarget.Hypervisor, host, Ticket);
        var quieted = (await alertmanager.AlertsAsync(matchers, cancellationToken)).Select(alert => alert.HypervisorName).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase);
        foreach (var name in quieted.Skip(1))
            Effects.Count(name);
        return new ActionTarget(ActionTarget.Alerts, matcher, Ticket);
    }

    private async ValueTask<bool> SilenceAsync(ActionTarget target, SilenceAlertsParameters parameters, CancellationToken cancellationToken)
    {
        // Alertmanager keeps no machines, and takes a silence of any name.
        if (target.IsMachine && await new TargetIdentifier(Scope).UnknownToAsync(target, cancellationToken) is { Count: > 0 } services)
            await WriteWarningAsync($"{target.Name}: {string.Join(" and ", services)} {(services.Count == 1 ? "knows" : "know")} no machine of that name, so a silence of it may silence nothing. Is the name right? Remove-AlertSilence ends one that is not.");
        if (!IsThere(await ApplyAsync<SilenceAlerts>(target, parameters, cancellationToken)))
            return false;
        var alertmanager = Scope.Get<AlertmanagerClient>();
        var now = Scope.Time.GetUtcNow();
        var terms = SilenceTerms.Of(now, Scope.Configuration.Maintenance.EndOf(now), alertmanager.Configuration, parameters);
        var claim = new Claim("", SessionScope.Person, target.TicketId);
        foreach (var matchers in parameters.Matcher is { } text ? [MatcherText.TryParse(text)!] : alertmanager.Hosts.Of(target.Name))
        {
            var (ours, other) = terms.Choose(await alertmanager.LiveAsync(matchers, cancellationToken), claim);
            if (ours is null && other is not null)
                await WriteWarningAsync($"{target.Name}: {MatcherText.Of(matchers)} is silenced by {ServerText.Clean(other.Silence.CreatedBy, 80)} until {SilenceTerms.Stamp(other.Silence.EndsAt)} already (\"{ServerText.Clean(other.Silence.Comment, 300)}\"), and was not silenced again. It is not yours to extend or end; -TakeOver -Reason makes it so.");
            if (!PassThru && (ours ?? other) is { } silence)
                await WriteObjectAsync(silence.Silence with { HypervisorName = target.Kind == ActionTarget.Hypervisor ? target.Name : null });
        }

        return true;
    }
}

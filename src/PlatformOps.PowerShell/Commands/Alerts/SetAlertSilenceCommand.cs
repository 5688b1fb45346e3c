using System.Management.Automation;
using PlatformOps.Alerts;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.Alertmanager;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Alerts;

/// <summary>Changes when silences end, or what they say (Alertmanager).</summary>
/// <remarks>
/// <para>The silence keeps its id and its matchers. Only one that carries your claim is changed; one that a person made, or another claimed, is refused unless -TakeOver with -Reason. What has ended does not come back: New-AlertSilence makes another.</para>
/// <para>Names are exact, and one call changes at most targets.max machines or -MaxTargets. Undo-OpsRun puts the old end back.</para>
/// </remarks>
/// <example>
/// <summary>Keep what you silenced silenced for another day, every day</summary>
/// <code>Get-AlertSilence -Mine -ExpiresWithin 24h | Set-AlertSilence -Extend 24h -Confirm:$false</code>
/// </example>
/// <example>
/// <summary>End the silences of one hypervisor with its window</summary>
/// <code>
/// New-AlertSilence hv01.lab.example -Duration 5h -Confirm:$false
/// Set-AlertSilence -HypervisorName hv01.lab.example -Until (New-MaintenanceWindow -Weeks 1).End -PassThru -Confirm:$false
/// </code>
/// </example>
/// <seealso cref="GetAlertSilenceCommand"/>
/// <seealso cref="RemoveAlertSilenceCommand"/>
[Cmdlet(VerbsCommon.Set, "AlertSilence", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(AlertSilence), typeof(StepRecord))]
public sealed class SetAlertSilenceCommand : SilenceCmdlet
{
    /// <summary>How much later than now set they end, such as 24h or 3d.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan? Extend { get; set; }

    /// <summary>When they end. Without an offset it is local time.</summary>
    [Parameter]
    public DateTimeOffset? Until { get; set; }

    /// <summary>What they say before the claim.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Comment { get; set; }

    /// <summary>Emits the silences once they are as asked for. Nothing is emitted without it.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        if (Extend is null && Until is null && Comment is null)
            throw new ArgumentException("Nothing to set: give -Extend, -Until or -Comment.");
        if (Extend is not null && Until is not null)
            throw new ArgumentException("-Extend and -Until each say when it ends: give one of them.");
        if (Extend <= TimeSpan.Zero)
            throw new ArgumentException("-Extend is above zero; -Until takes an earlier end.");
        if ((Until ?? (Extend is { } longer ? Time.GetUtcNow() + longer : null)) > Time.GetUtcNow() + SilenceTerms.Longest)
            throw new ArgumentException($"A silence lasts at most {SilenceTerms.Longest.TotalDays:0} days from now.");
        if (Until <= Time.GetUtcNow())
            throw new ArgumentException("A silence cannot end in the past. Remove-AlertSilence ends it now.");
        return base.BeginAsync(cancellationToken);
    }

    private protected override async ValueTask ChangeAsync(string id, ActionTarget target, CancellationToken cancellationToken)
    {
        var alertmanager = Scope.Get<AlertmanagerClient>();
        var until = Until ?? (Extend is { } time ? (await alertmanager.SilenceAsync(id, cancellationToken)).Silence.EndsAt + time : null);
        var record = await ApplyAsync<ChangeSilence>(target, new ChangeSilenceParameters(id, until, Comment), cancellationToken);
        if (PassThru && IsThere(record))
        {
            var silence = (await alertmanager.SilenceAsync(id, cancellationToken)).Silence;
            await WriteObjectAsync(silence with { HypervisorName = target.Kind == ActionTarget.Hypervisor ? target.Name : silence.HypervisorName });
        }
    }
}

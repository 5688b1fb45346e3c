using System.Management.Automation;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.Alertmanager;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Alerts;

/// <summary>Ends silences now (Alertmanager expires them).</summary>
/// <remarks>
/// <para>Only those that carry your claim are ended. Of a hypervisor, what others silenced is left alone; one that was named by its id and is not yours is refused unless -TakeOver with -Reason. One that has ended is left as it is.</para>
/// <para>Alertmanager keeps ended silences for a while (Get-AlertSilence -State Expired); they do not come back. Names are exact, and one call changes at most targets.max machines or -MaxTargets.</para>
/// </remarks>
/// <example>
/// <summary>End the silences of the hypervisors of a list that are yours</summary>
/// <code>Import-MigrationList $lab.ListPath | Select-Object -First 3 | Remove-AlertSilence -Confirm:$false</code>
/// </example>
/// <example>
/// <summary>See what would be ended of all that you silenced</summary>
/// <code>Get-AlertSilence -Mine | Remove-AlertSilence -WhatIf</code>
/// </example>
/// <seealso cref="GetAlertSilenceCommand"/>
/// <seealso cref="NewAlertSilenceCommand"/>
[Cmdlet(VerbsCommon.Remove, "AlertSilence", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(StepRecord))]
public sealed class RemoveAlertSilenceCommand : SilenceCmdlet
{
    private protected override async ValueTask ChangeAsync(string id, ActionTarget target, CancellationToken cancellationToken)
        => await ApplyAsync<ExpireSilences>(target, new ExpireSilencesParameters(Id: id), cancellationToken);

    private protected override async ValueTask ChangeAllAsync(ActionTarget target, CancellationToken cancellationToken)
        => await ApplyAsync<ExpireSilences>(target, new ExpireSilencesParameters(), cancellationToken);
}

using System.Management.Automation;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Runs;

/// <summary>Takes the kill switch back: effects are allowed again.</summary>
/// <remarks>
/// <para>Runs that it ended are not begun again by themselves: Resume-OpsRun goes on with them.</para>
/// </remarks>
/// <example>
/// <summary>Let everybody go on</summary>
/// <code>
/// Connect-PlatformOps (Start-OpsLab).ConfigurationPath
/// Disable-OpsKillSwitch -Confirm:$false
/// </code>
/// </example>
/// <example>
/// <summary>Look before: the question names who set it and why</summary>
/// <code>Disable-OpsKillSwitch -WhatIf</code>
/// </example>
/// <seealso cref="EnableOpsKillSwitchCommand"/>
[Cmdlet(VerbsLifecycle.Disable, "OpsKillSwitch", SupportsShouldProcess = true)]
[OutputType(typeof(OpsKillSwitch))]
public sealed class DisableOpsKillSwitchCommand : SessionCmdlet
{
    /// <summary>Emits the kill switch. Nothing is emitted without it.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        if (Scope.KillSwitch.Read() is not { } state)
            await WriteVerboseAsync("The kill switch is not set.");
        else if (await ShouldProcessAsync($"[{OpenSession.Environment}] kill switch of {state.Person} since {state.Since.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}: {state.Reason}", "Take back"))
            Scope.KillSwitch.Clear();
        if (PassThru)
            await WriteObjectAsync(EnableOpsKillSwitchCommand.KillSwitchOf(Scope));
    }
}

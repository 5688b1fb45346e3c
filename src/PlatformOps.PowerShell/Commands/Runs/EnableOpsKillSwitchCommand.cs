using System.Management.Automation;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Sessions;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Runs;

/// <summary>Stops every effect of everybody who shares the state folder.</summary>
/// <remarks>
/// <para>Runs that are under way end each target before its next effect; new ones are refused, with your name and reason. Nothing is taken back. Disable-OpsKillSwitch lets go on.</para>
/// <para>One that is set already stays as it is, with the reason it was set for.</para>
/// </remarks>
/// <example>
/// <summary>Stop everything</summary>
/// <code>
/// Connect-PlatformOps (Start-OpsLab).ConfigurationPath
/// Enable-OpsKillSwitch -Reason 'storage incident INC-123' -Confirm:$false
/// </code>
/// </example>
/// <example>
/// <summary>See what it says</summary>
/// <code>Enable-OpsKillSwitch 'change freeze' -PassThru</code>
/// </example>
/// <seealso cref="DisableOpsKillSwitchCommand"/>
[Cmdlet(VerbsLifecycle.Enable, "OpsKillSwitch", SupportsShouldProcess = true)]
[OutputType(typeof(OpsKillSwitch))]
public sealed class EnableOpsKillSwitchCommand : SessionCmdlet
{
    /// <summary>Why; everybody whose change is refused is told.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidatePattern(@"\S")]
    public string Reason { get; set; } = "";

    /// <summary>Emits the kill switch. Nothing is emitted without it.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        if (Scope.KillSwitch.Read() is { } before)
        {
            await WriteWarningAsync($"The kill switch is set already, by {before.Person} since {before.Since.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}: {before.Reason}. It stays so.");
        }
        else if (await ShouldProcessAsync($"[{OpenSession.Environment}] every run on {Scope.Store.Ledger.Place}", "Set the kill switch"))
        {
            Scope.KillSwitch.Set(SessionScope.Person, Reason);
        }

        if (PassThru)
            await WriteObjectAsync(KillSwitchOf(Scope));
    }

    internal static OpsKillSwitch KillSwitchOf(SessionScope scope)
    {
        KillSwitchState? state = scope.KillSwitch.Read();
        return new OpsKillSwitch { IsSet = state is not null, Person = state?.Person, Reason = state?.Reason, Since = state?.Since, StateFolder = scope.Store.Ledger.Place };
    }
}

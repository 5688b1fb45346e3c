using System.Management.Automation;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Runs;

/// <summary>Ends the run that the changes of a script are written to.</summary>
/// <remarks>
/// <para>Emits the run, or nothing where nothing was changed in it. The next change opens another run.</para>
/// </remarks>
/// <example>
/// <summary>End a script's run whatever happens in it</summary>
/// <code>
/// Connect-PlatformOps (Start-OpsLab).ConfigurationPath
/// Enter-OpsRun 'rack 12'
/// try { Test-PlatformOps } finally { Exit-OpsRun }
/// </code>
/// </example>
/// <example>
/// <summary>See what it changed</summary>
/// <code>Exit-OpsRun | Get-OpsStep</code>
/// </example>
/// <seealso cref="EnterOpsRunCommand"/>
[Cmdlet(VerbsCommon.Exit, "OpsRun")]
[OutputType(typeof(OpsRun))]
public sealed class ExitOpsRunCommand : SessionCmdlet
{
    private protected override async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        var name = Scope.Effects.Name;
        if (await Scope.Effects.ExitAsync() is { } runId)
            await WriteObjectAsync(Scope.Store.Describe(runId));
        else
            await WriteVerboseAsync(name is null ? "No run was entered, and nothing was changed." : $"Nothing was changed in '{name}'.");
    }
}

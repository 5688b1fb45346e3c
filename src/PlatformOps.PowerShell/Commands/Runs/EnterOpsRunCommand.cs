using System.Management.Automation;
using PlatformOps.PowerShell.Abstractions;

namespace PlatformOps.PowerShell.Commands.Runs;

/// <summary>Names the run that the changes of a script are written to.</summary>
/// <remarks>
/// <para>Changes of single cmdlets are written to a run of the session, which the first of them opens. This only names and groups them: a script that is started again under the same name finds what it made before by that name.</para>
/// <para>A run that is entered already is ended first.</para>
/// </remarks>
/// <example>
/// <summary>Group the changes of a script</summary>
/// <code>
/// Connect-PlatformOps (Start-OpsLab).ConfigurationPath
/// Enter-OpsRun -Name 'drain rack 12'
/// try { Get-PlatformOpsSession } finally { Exit-OpsRun }
/// </code>
/// </example>
/// <example>
/// <summary>A report of what a script changed</summary>
/// <code>
/// Enter-OpsRun 'evening work'
/// # changes
/// Exit-OpsRun | Export-OpsReport ./evening.html -Confirm:$false
/// </code>
/// </example>
/// <seealso cref="ExitOpsRunCommand"/>
[Cmdlet(VerbsCommon.Enter, "OpsRun")]
[OutputType(typeof(void))]
public sealed class EnterOpsRunCommand : SessionCmdlet
{
    /// <summary>What to call it. Markers in tickets and silences carry the name, so it has no brackets, slashes or control characters.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidatePattern(@"^[^\p{C}\[\]/]{1,80}$")]
    public string Name { get; set; } = "";

    private protected override async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        if (Scope.Effects.Name is { } before)
            await WriteVerboseAsync($"Ends the run '{before}' that was entered before.");
        await Scope.Effects.EnterAsync(Name);
    }
}

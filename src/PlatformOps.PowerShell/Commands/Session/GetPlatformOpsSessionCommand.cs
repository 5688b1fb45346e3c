using System.Management.Automation;
using PlatformOps.Errors;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Sessions;

namespace PlatformOps.PowerShell.Commands.Session;

/// <summary>Gets the open sessions of this runspace.</summary>
/// <remarks>
/// <para>They come in the order in which they were opened. The current one, which cmdlets take where -Session is left out, is the one opened last.</para>
/// </remarks>
/// <example>
/// <summary>Which environment am I on?</summary>
/// <code>
/// Connect-PlatformOps (Start-OpsLab).ConfigurationPath
/// Get-PlatformOpsSession -Current
/// </code>
/// </example>
/// <example>
/// <summary>Close every session of the lab</summary>
/// <code>Get-PlatformOpsSession lab* | Disconnect-PlatformOps</code>
/// </example>
/// <seealso cref="ConnectPlatformOpsCommand"/>
/// <seealso cref="DisconnectPlatformOpsCommand"/>
[Cmdlet(VerbsCommon.Get, "PlatformOpsSession", DefaultParameterSetName = "Name")]
[OutputType(typeof(OpsSession))]
public sealed class GetPlatformOpsSessionCommand : AsyncCmdlet
{
    /// <summary>The sessions' names; wildcards are allowed.</summary>
    /// <value>Every session</value>
    [Parameter(Position = 0, ParameterSetName = "Name")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    /// <summary>Only the session that cmdlets take where -Session is left out.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Current")]
    public SwitchParameter Current { get; set; }

    private protected override async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        var state = OpsRunspace.Current;
        if (Current)
        {
            if (state.CurrentSession is { } current)
                await WriteObjectAsync(current);
            return;
        }

        var sessions = state.Sessions;
        foreach (var name in Name)
        {
            var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
            if (!WildcardPattern.ContainsWildcardCharacters(name) && !sessions.Any(session => pattern.IsMatch(session.Name)))
            {
                await WriteErrorAsync(new ObjectNotFoundException(sessions.Count == 0
                    ? $"There is no session '{name}', and no other: Connect-PlatformOps first."
                    : $"There is no session '{name}'; open are {string.Join(", ", sessions.Select(session => "'" + session.Name + "'"))}.") { TargetName = name });
            }
        }

        var patterns = Name.Select(name => WildcardPattern.Get(name, WildcardOptions.IgnoreCase)).ToList();
        await WriteObjectsAsync(sessions.Where(session => patterns.Exists(pattern => pattern.IsMatch(session.Name))));
    }
}

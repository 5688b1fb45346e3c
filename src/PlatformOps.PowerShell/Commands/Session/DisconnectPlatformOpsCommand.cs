using System.Management.Automation;
using PlatformOps.Errors;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Sessions;

namespace PlatformOps.PowerShell.Commands.Session;

/// <summary>Closes a session.</summary>
/// <remarks>
/// <para>Its connections are closed, what it knew of secrets is forgotten, and the run that its single cmdlets wrote to is ended. The session that was opened before it becomes the current one. Nothing is changed at any service.</para>
/// </remarks>
/// <example>
/// <summary>Close the current session</summary>
/// <code>
/// Connect-PlatformOps (Start-OpsLab).ConfigurationPath
/// Disconnect-PlatformOps
/// </code>
/// </example>
/// <example>
/// <summary>Close every session</summary>
/// <code>Get-PlatformOpsSession | Disconnect-PlatformOps</code>
/// </example>
/// <seealso cref="ConnectPlatformOpsCommand"/>
/// <seealso cref="GetPlatformOpsSessionCommand"/>
[Cmdlet(VerbsCommunications.Disconnect, "PlatformOps")]
[OutputType(typeof(void))]
public sealed class DisconnectPlatformOpsCommand : AsyncCmdlet
{
    /// <summary>The session, as an object or by name.</summary>
    /// <value>The current session</value>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [SessionTransformation]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public OpsSession? Session { get; set; }

    private protected override string? CurrentTarget => Session?.Name;

    private protected override bool EndsPipeline(Exception exception) => exception is not SessionException && base.EndsPipeline(exception);

    private protected override async ValueTask ProcessAsync(CancellationToken cancellationToken)
    {
        var state = OpsRunspace.Current;
        var session = Session ?? state.CurrentSession ?? throw new SessionException("Disconnect-PlatformOps: no session is open.");
        var scope = state.RemoveSession(session)
            ?? throw new SessionException($"The session '{session.Name}' is not open in this runspace: it was disconnected before, or belongs to another one.") { TargetName = session.Name };
        await scope.DisposeAsync();
        await WriteVerboseAsync($"The session '{session.Name}' is closed; current is {(state.CurrentSession is { } current ? $"'{current.Name}'" : "none")}.");
    }
}

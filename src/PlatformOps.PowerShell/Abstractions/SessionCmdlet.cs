using System.Management.Automation;
using PlatformOps.Core.Sessions;
using PlatformOps.Errors;
using PlatformOps.PowerShell.Completion;
using PlatformOps.PowerShell.Errors;
using PlatformOps.Runs;
using PlatformOps.Sessions;

namespace PlatformOps.PowerShell.Abstractions;

/// <summary>The base of cmdlets that talk to services: adds <c>-Session</c>, and is sure of an open one before the first object.</summary>
public abstract class SessionCmdlet : AsyncCmdlet
{
    /// <summary>The session to work in, as an object or by name. The current session of this runspace where it is left out.</summary>
    /// <value>The current session</value>
    [Parameter]
    [SessionTransformation]
    [ArgumentCompleter(typeof(SessionCompleter))]
    public OpsSession? Session { get; set; }

    /// <summary>The session of this invocation.</summary>
    private protected OpsSession OpenSession { get; private set; } = null!;

    /// <summary>What stands behind it.</summary>
    private protected SessionScope Scope { get; private set; } = null!;

    /// <summary>The state of this cmdlet's runspace.</summary>
    private protected OpsRunspace State { get; private set; } = null!;

    /// <summary>Whether the cmdlet can do without a session.</summary>
    private protected virtual bool NeedsSession => true;

    /// <summary>A run that is about to be worked on: this session's own has to end first, because its journal is held by this very process.</summary>
    private protected async ValueTask<OpsRun> TakeRunAsync(OpsRun run)
        => await Scope.Effects.ReleaseAsync(run.RunId) ? Scope.Store.Describe(run.RunId) : run;

    private protected override void OnBegin()
    {
        State = OpsRunspace.Current;
        if (NeedsSession)
        {
            OpenSession = Session ?? State.CurrentSession!;
            if (OpenSession is null)
            {
                ThrowTerminatingError(ErrorRecords.From(new SessionException(
                    "No open session. Connect-PlatformOps first, or name one with -Session."), null));
            }
            try
            {
                Scope = State.ScopeOf(OpenSession!);
            }
            catch (SessionException e)
            {
                ThrowTerminatingError(ErrorRecords.From(e, OpenSession!.Name));
            }
        }
        base.OnBegin();
    }
}

using System.Management.Automation;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Logging;
using PlatformOps.Core.Sessions;
using PlatformOps.Errors;
using PlatformOps.PowerShell.Completion;
using PlatformOps.PowerShell.Errors;
using PlatformOps.Runs;
using PlatformOps.Sessions;

namespace PlatformOps.PowerShell.Abstractions;

/// <summary>The base of cmdlets that talk to services: adds <c>-Session</c>, and is sure of an open one before the first object. What they change passes the gate.</summary>
public abstract class SessionCmdlet : AsyncCmdlet
{
    private readonly HashSet<string> _awaited = new(StringComparer.Ordinal);
    private PipelineEffects? _effects;

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

    /// <summary>The most targets that this invocation may change; targets.max of the configuration where null.</summary>
    private protected virtual int? MostTargets => null;

    /// <summary>Why something that another person claimed is taken over; null where nothing is.</summary>
    private protected virtual string? TakeOverReason => null;

    /// <summary>What this invocation changes, through the gate.</summary>
    private protected PipelineEffects Effects
        => LazyInitializer.EnsureInitialized(ref _effects, () => new(Scope, Confirmation, MostTargets, TakeOverReason, WriteObjectAsync, WriteVerboseAsync, WriteWarningAsync));

    /// <inheritdoc cref="PipelineEffects.ApplyAsync"/>
    private protected ValueTask<StepRecord?> ApplyAsync(Change change, ActionTarget target, object parameters, CancellationToken cancellationToken)
        => Effects.ApplyAsync(change, target, parameters, cancellationToken);

    /// <inheritdoc cref="PipelineEffects.ApplyAsync"/>
    /// <typeparam name="TChange">A <see cref="Change"/>; not constrained to it, because a constraint to a type of Core would load Core at import.</typeparam>
    private protected ValueTask<StepRecord?> ApplyAsync<TChange>(ActionTarget target, object parameters, CancellationToken cancellationToken)
        where TChange : class, new()
        => ApplyAsync((Change)(object)new TChange(), target, parameters, cancellationToken);

    /// <summary>Whether the state asked for is there now: it was reached, or was there before.</summary>
    private protected static bool IsThere(StepRecord? record) => record?.Outcome is StepOutcome.Done or StepOutcome.Unchanged;

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
        Listening(base.OnBegin);
    }

    private protected override void OnProcess() => Listening(base.OnProcess);

    private protected override void OnEnd() => Listening(base.OnEnd);

    /// <summary>Starts bodies so that what keeps them waiting is told here.</summary>
    private protected void Listening(Action start)
    {
        AmbientNotice.Current = TellAwaited;
        try
        {
            start();
        }
        finally
        {
            AmbientNotice.Current = null;
        }
    }

    // Once for each service; every further time for -Verbose.
    private void TellAwaited(string service, string notice)
    {
        bool isFirst;
        lock (_awaited)
            isFirst = _awaited.Add(service);
        if (isFirst)
            _ = WriteWarningAsync(notice).AsTask();
        else
            _ = WriteVerboseAsync(notice).AsTask();
    }
}

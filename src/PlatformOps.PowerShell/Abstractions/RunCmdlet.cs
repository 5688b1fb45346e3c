using System.Management.Automation;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Services.Jira;
using PlatformOps.Core.Sessions;
using PlatformOps.Core.Texts;
using PlatformOps.Errors;
using PlatformOps.PowerShell.Errors;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Abstractions;

/// <summary>The base of cmdlets that work on runs: records stream as steps end, and the errors of targets are held until every target has ended.</summary>
public abstract class RunCmdlet : SessionCmdlet
{
    // Of what went wrong, and of what to do, in the error of a target.
    private const int Told = 120;

    private readonly List<ErrorRecord> _errors = [];
    private readonly HashSet<string> _failed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _targets = new(StringComparer.Ordinal);

    /// <summary>Whether a step that was streamed took over what was another's.</summary>
    private protected bool HasTakenOver { get; private set; }

    /// <summary>Whether the cmdlet ends with a terminating error where a target failed.</summary>
    private protected virtual bool EndsWithError => false;

    /// <summary>Emits the records of a run as they come, and shows how far it is.</summary>
    /// <param name="activity">What the progress bar says it does.</param>
    /// <param name="run">Makes the stream; it is given the observer that shows the progress.</param>
    private protected async ValueTask StreamAsync(string activity, Func<IRunObserver, IAsyncEnumerable<StepRecord>> run)
    {
        using var progress = new RunProgress(activity, (name, parent) => StartProgress(name, parent));
        try
        {
            await foreach (var record in run(progress))
            {
                _targets.Add(record.Target);
                HasTakenOver |= CommentOnTakeOver.IsOne(record, SessionScope.Person);
                if (record.Outcome is StepOutcome.Failed or StepOutcome.Unknown or StepOutcome.Drifted && !IsWhatIf)
                    Hold(record);
                await WriteObjectAsync(record);
            }
        }
        finally
        {
            if (IsStopping && progress.RunId is { } runId)
                TellInterrupted(runId);
        }
    }

    // A pipeline that is being stopped takes no warnings any more; its host does. The work has ended by now, and its journal is closed.
    private void TellInterrupted(string runId)
    {
        if (MyInvocation.BoundParameters.TryGetValue("WarningAction", out var action) && action is ActionPreference.Ignore or ActionPreference.SilentlyContinue)
            return;
        try
        {
            if (Scope.Store.Describe(runId).State == RunState.Interrupted)
                Host?.UI?.WriteWarningLine($"Run {runId} was interrupted. What was done is written down; Resume-OpsRun {runId} goes on, and does nothing twice.");
        }
        catch (Exception e) when (e is OpsException or InvalidOperationException or System.Management.Automation.Host.HostException)
        {
            // Telling must not hide why it ends.
        }
    }

    /// <summary>Keeps the error of a whole run, such as one that another process works on.</summary>
    private protected void Hold(OpsException exception, string run)
    {
        _targets.Add(run);
        _failed.Add(run);
        _errors.Add(ErrorRecords.From(exception, run));
    }

    /// <summary>Writes the errors that were held, and where asked one that ends the pipeline.</summary>
    private protected async ValueTask WriteHeldErrorsAsync()
    {
        foreach (var error in _errors)
            await WriteErrorAsync(error);
        if (EndsWithError && _failed.Count > 0)
            throw new StepFailedException(TargetWords.Failed([.. _failed.Order(StringComparer.Ordinal)], _targets.Count));
    }

    private void Hold(StepRecord record)
    {
        _failed.Add(record.Target);
        var where = $"{record.Target}: {(record.Phase is null ? record.Step : $"{record.Phase}.{record.Step}")}";
        // Its row has the whole of it, and so has the cause. What a person has to decide is not cut.
        var what = record.Outcome == StepOutcome.Unknown ? record.Message : Brief.WithEnd(record.Message, Told, Told);
        var more = what.Length < record.Message.Length ? $" (Get-OpsStep {record.RunId} has all of it)" : "";
        _errors.Add(ErrorRecords.From(new StepFailedException($"{where}: {what}{more}", record.Error) { TargetName = record.Target }, record.Target));
    }
}

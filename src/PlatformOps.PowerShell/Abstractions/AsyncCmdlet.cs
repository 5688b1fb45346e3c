using System.Management.Automation;
using System.Management.Automation.Host;
using System.Runtime.ExceptionServices;
using PlatformOps.Errors;
using PlatformOps.PowerShell.Errors;
using PlatformOps.PowerShell.Formatting;

namespace PlatformOps.PowerShell.Abstractions;

/// <summary>
/// The base of cmdlets with async bodies. A body starts on the pipeline thread and goes on wherever its awaits lead it; what it writes is
/// done by the pipeline thread, and the write is awaited: a slow downstream slows the body.
/// </summary>
/// <remarks>
/// <para>A body that completes without waiting costs no task and no queue: it writes directly.</para>
/// <para>The token fires on Ctrl-C, when the downstream wants no more (<c>Select-Object -First 1</c> calls neither StopProcessing nor
/// EndProcessing), and on Dispose. The base always waits for the body's end, so a body must heed its token.</para>
/// </remarks>
public abstract class AsyncCmdlet : PSCmdlet, IDisposable
{
    // Behind a `Select-Object -First` that has had enough, PowerShell tells nobody of a Ctrl-C: StopProcessing is not called any more,
    // only Stopping says so.
    private static readonly TimeSpan StopPollEvery = TimeSpan.FromMilliseconds(250);

    // PowerShell's console draws at most every 200 ms, and what comes between two times is drawn when something comes after it, if ever.
    private static readonly TimeSpan DrawnWithin = TimeSpan.FromMilliseconds(300);

    private readonly CancellationTokenSource _stop = new();
    private readonly PipelineQueue _queue = new();
    private readonly List<OpsProgress> _progress = [];
    private ProgressRecord? _undrawn;
    private long _undrawnSince;
    private HostWrites? _writes;
    private ExceptionDispatchInfo? _ended;
    private int _writer;
    private bool _disposed;

    private enum Stage
    {
        Begin,
        Process,
        End,
    }

    /// <summary>Fires when the cmdlet is to end early.</summary>
    private protected CancellationToken StopToken { get; private set; }

    /// <summary>The clock.</summary>
    private protected virtual TimeProvider Time => TimeProvider.System;

    /// <summary>Whether <c>-WhatIf</c> is in force, by the parameter or by <c>$WhatIfPreference</c>.</summary>
    private protected bool IsWhatIf => MyInvocation.BoundParameters.TryGetValue("WhatIf", out var bound)
        ? LanguagePrimitives.IsTrue(bound)
        : LanguagePrimitives.IsTrue(GetVariableValue("WhatIfPreference"));

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Before the first object. An exception is a terminating error.</summary>
    private protected virtual ValueTask BeginAsync(CancellationToken cancellationToken) => default;

    /// <summary>One object from the pipeline. An exception is this object's error, unless <see cref="EndsPipeline"/> says otherwise.</summary>
    private protected virtual ValueTask ProcessAsync(CancellationToken cancellationToken) => default;

    /// <summary>After the last object. An exception is a terminating error.</summary>
    private protected virtual ValueTask EndAsync(CancellationToken cancellationToken) => default;

    /// <summary>The name of what the current object is about, for errors that do not say it themselves.</summary>
    private protected virtual string? CurrentTarget => null;

    /// <summary>Whether this exception makes every further object pointless, and so is a terminating error.</summary>
    private protected virtual bool EndsPipeline(Exception exception) => ErrorRecords.EndsPipeline(exception);

    /// <inheritdoc/>
    protected sealed override void BeginProcessing()
    {
        StopToken = _stop.Token;
        Confirmation = new ShouldProcessConfirmation(this, IsWhatIf);
        _writes = new HostWrites(Host, Time);
        OnBegin();
    }

    /// <inheritdoc/>
    protected sealed override void ProcessRecord() => OnProcess();

    /// <inheritdoc/>
    protected sealed override void EndProcessing() => OnEnd();

    /// <inheritdoc/>
    protected sealed override void StopProcessing()
    {
        CancelBody();
        _ = _writes?.FreeAsync();
    }

    private protected virtual void OnBegin() => Run(Stage.Begin);

    private protected virtual void OnProcess() => Run(Stage.Process);

    private protected virtual void OnEnd()
    {
        Run(Stage.End);
        ClearProgress();
    }

    // What bodies write. On the pipeline thread directly; from elsewhere as awaited work for it.

    private protected ValueTask WriteObjectAsync(object? value)
    {
        if (!MayWrite)
            return Ask(() => WriteObject(value));
        Directly((cmdlet: this, value), static a => a.cmdlet.Write(a.value, static (cmdlet, value) => cmdlet.WriteObject(value)));
        return default;
    }

    /// <summary>Writes many: one hand-over to the pipeline thread, not one each.</summary>
    private protected ValueTask WriteObjectsAsync<T>(IEnumerable<T> values)
    {
        return Do(() =>
        {
            foreach (var value in values)
            {
                if (_stop.IsCancellationRequested)
                    return;
                WriteObject(value);
            }
        });
    }

    private protected virtual ValueTask WriteErrorAsync(ErrorRecord error) => Do(() => WriteError(error));

    private protected ValueTask WriteErrorAsync(Exception exception, string? target = null) => WriteErrorAsync(ErrorRecords.From(exception, target ?? CurrentTarget));

    /// <summary>Works on several things of one record: what fails is that one's error, and the others go on.</summary>
    private protected async ValueTask EachAsync(IEnumerable<string> names, Func<string, ValueTask> work)
    {
        foreach (var name in names)
        {
            try
            {
                await work(name);
            }
            catch (Exception e) when (e is not OperationCanceledException && !PipelineStop.Is(e) && !EndsPipeline(e))
            {
                await WriteErrorAsync(e, name);
            }
        }
    }

    private protected ValueTask WriteWarningAsync(string message) => Do(() => WriteWarning(message));

    private protected ValueTask WriteVerboseAsync(string message) => Do(() => WriteVerbose(message));

    /// <summary>Asks as PowerShell does, by the impact of the cmdlet's class. Effects that differ in impact ask <see cref="Confirmation"/>.</summary>
    /// <exception cref="RefusedException">The question is needed, and nobody can be asked.</exception>
    private protected ValueTask<bool> ShouldProcessAsync(string target, string action) => AskAsync(
        () => ShouldProcess(target, action),
        $"{action} on {target}: this needs a confirmation, and nobody can be asked here (a host that is not interactive). Nothing was changed. Check with -WhatIf, then run it with -Confirm:$false.",
        target);

    /// <summary>Asks about a plan of several lines, broken between words.</summary>
    /// <exception cref="RefusedException">Nobody can be asked.</exception>
    internal ValueTask<bool> AskPlanAsync(string plan) => AskAsync(
        () => ShouldProcess(plan, $"\n{Cell.Hanging(plan, ScreenWidth)}", "Confirm"),
        $"Nothing was done: this plan needs a confirmation, and nobody can be asked here (the host is not interactive). Look at it with -WhatIf, then run it with -Confirm:$false.\n{plan}",
        null);

    // 0 where the host has no screen.
    private int ScreenWidth
    {
        get
        {
            try
            {
                return Host?.UI?.RawUI?.WindowSize.Width ?? 0;
            }
            catch (Exception e) when (e is HostException or NotImplementedException)
            {
                return 0;
            }
        }
    }

    private ValueTask<bool> AskAsync(Func<bool> question, string nobody, string? target) => AskAsync(() =>
    {
        try
        {
            return question();
        }
        catch (Exception e) when (!PipelineStop.Is(e))
        {
            // pwsh -NonInteractive: PSInvalidOperationException. A host without a user interface: HostException. Standard input at its end: NullReferenceException.
            throw new RefusedException(nobody, e) { TargetName = target };
        }
    });

    /// <summary>The confirmation of this invocation's effects.</summary>
    private protected ShouldProcessConfirmation Confirmation { get; private set; } = null!;

    internal ValueTask<bool> ShouldProcessFromAsync(string target, string action) => ShouldProcessAsync(target, action);

    internal ValueTask WriteVerboseFromAsync(string message) => WriteVerboseAsync(message);

    /// <summary>Does something that must be done on the pipeline thread (a question to the host, a variable) and gives its result to the body.</summary>
    private protected ValueTask<T> AskAsync<T>(Func<T> question)
    {
        if (!MayWrite)
        {
            var work = new PipelineWork<T>(question, faultsBody: true);
            _queue.Post(work);
            return new(work.Done);
        }
        T result = default!;
        Directly(() => result = question(), static ask => ask());
        return new(result);
    }

    /// <summary>Begins a progress bar of its own; disposing it, or the cmdlet's end, completes it.</summary>
    private protected OpsProgress StartProgress(string activity, OpsProgress? parent = null)
    {
        var progress = new OpsProgress(activity, parent, Time, ProgressChanged);
        lock (_progress)
            _progress.Add(progress);
        return progress;
    }

    // The pump.

    /// <summary>Starts a body on this, the pipeline's, thread: until its first wait it writes directly.</summary>
    private protected ValueTask Start<T>(T state, Func<T, ValueTask> body)
    {
        // A body that posts to a captured context would wait for the thread that waits for it.
        var context = SynchronizationContext.Current;
        if (context is not null)
            SynchronizationContext.SetSynchronizationContext(null);
        _writer = Environment.CurrentManagedThreadId;
        try
        {
            return body(state);
        }
        catch (Exception e)
        {
            return ValueTask.FromException(e);
        }
        finally
        {
            _writer = 0;
            if (context is not null)
                SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    /// <summary>Does what bodies ask until the condition holds. After the pipeline has ended, whatever they ask is cancelled.</summary>
    private protected void PumpUntil<T>(T state, Func<T, bool> condition)
    {
        while (true)
        {
            if (_queue.TryTake(out var work))
                Do(work);
            else if (condition(state))
                return;
            else
            {
                var due = ShowProgress();
                _queue.Wait(due < StopPollEvery ? due.Value : StopPollEvery);
                if (Stopping)
                    CancelBody();
            }
        }
    }

    /// <summary>Does what bodies have asked already, and does not wait.</summary>
    private protected void PumpReady()
    {
        while (_queue.TryTake(out var work))
            Do(work);
        ShowProgress();
    }

    /// <summary>Ends a wait of the pump: its condition may hold now.</summary>
    private protected void WakePump() => _queue.Wake();

    /// <summary>Ends the pipeline if a write said so, after every body has ended.</summary>
    private protected void ThrowIfEnded()
    {
        if (_ended is null)
            return;
        ClearProgress();
        _ended.Throw();
    }

    /// <summary>Whether a write said that the pipeline has ended.</summary>
    private protected bool HasEnded => _ended is not null;

    /// <summary>Whether the bodies were told to end.</summary>
    private protected bool IsStopping => _stop.IsCancellationRequested;

    /// <summary>From now on nothing is written any more: whatever bodies ask for is cancelled.</summary>
    private protected void RefuseWork() => _queue.Close();

    private protected void CancelBody()
    {
        try
        {
            _stop.Cancel();
        }
        catch (Exception e) when (e is ObjectDisposedException or AggregateException)
        {
            // Ended already, or a callback's own fault: the token has fired, and that is what counts.
        }
    }

    /// <summary>Turns what a body threw into what PowerShell expects.</summary>
    private protected void Report(Exception exception, bool terminating)
    {
        ThrowIfEnded();
        if (PipelineStop.Is(exception))
            ExceptionDispatchInfo.Throw(exception);
        if (IsStopping && exception is OperationCanceledException)
            throw new PipelineStoppedException();
        var record = ErrorRecords.From(exception, CurrentTarget);
        if (terminating || EndsPipeline(exception))
        {
            ClearProgress();
            ThrowTerminatingError(record);
        }
        WriteError(record);
    }

    /// <summary>Ends what still runs.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (!disposing || _disposed)
            return;
        _disposed = true;
        CancelBody();
        _queue.Close();
        _stop.Dispose();
    }

    private bool MayWrite => _writer == Environment.CurrentManagedThreadId;

    private void Run(Stage stage)
    {
        var body = Start((cmdlet: this, stage), static s => s.stage switch
        {
            Stage.Begin => s.cmdlet.BeginAsync(s.cmdlet.StopToken),
            Stage.Process => s.cmdlet.ProcessAsync(s.cmdlet.StopToken),
            _ => s.cmdlet.EndAsync(s.cmdlet.StopToken),
        });
        if (!body.IsCompletedSuccessfully)
            Finish(body, stage);
        else
            ThrowIfEnded();
    }

    private void Finish(ValueTask body, Stage stage)
    {
        var task = body.AsTask();
        if (!task.IsCompleted)
        {
            task.ContinueWith(static (_, queue) => ((PipelineQueue)queue!).Wake(), _queue, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            PumpUntil(task, static t => t.IsCompleted);
        }
        try
        {
            task.GetAwaiter().GetResult();
        }
        catch (Exception e)
        {
            Report(e, terminating: stage != Stage.Process);
        }
        ThrowIfEnded();
        if (IsStopping)
            throw new PipelineStoppedException();
    }

    private ValueTask Do(Action write)
    {
        if (!MayWrite)
            return Ask(write);
        Directly((cmdlet: this, write), static a => a.cmdlet.Write(a.write, static (_, write) => write()));
        return default;
    }

    private ValueTask Ask(Action write)
    {
        var work = new PipelineWork<bool>(() => { Write(write, static (_, write) => write()); return true; }, faultsBody: false);
        _queue.Post(work);
        return new(work.Done);
    }

    private void Do(PipelineWork work)
    {
        if (_ended is not null)
        {
            work.Cancel();
            return;
        }
        try
        {
            work.Run();
        }
        catch (Exception e)
        {
            // The downstream wants no more, or the user wants to stop: the bodies are told, awaited, and only then the pipeline ends.
            _ended = ExceptionDispatchInfo.Capture(e);
            CancelBody();
            work.Cancel();
        }
    }

    /// <summary>Lets the host have something. Questions are not written: whoever is asked takes as long as it takes.</summary>
    private void Write<T>(T value, Action<AsyncCmdlet, T> write)
    {
        _writes?.Begin();
        try
        {
            write(this, value);
        }
        finally
        {
            _writes?.End();
        }
    }

    private void Directly<T>(T state, Action<T> write)
    {
        // While PowerShell is at it, this thread is not the body's.
        _writer = 0;
        try
        {
            write(state);
        }
        catch (Exception e) when (PipelineStop.Is(e))
        {
            // Kept, so that a body which catches too much cannot keep the pipeline alive.
            _ended ??= ExceptionDispatchInfo.Capture(e);
            CancelBody();
            throw;
        }
        finally
        {
            _writer = Environment.CurrentManagedThreadId;
        }
    }

    private void ProgressChanged()
    {
        if (MayWrite)
            ShowProgress();
        else
            _queue.Wake();
    }

    /// <summary>Writes the progress that is due and says when the next is.</summary>
    private TimeSpan? ShowProgress()
    {
        TimeSpan? next = null;
        if (_progress.Count == 0 || _ended is not null)
            return next;
        OpsProgress[] bars;
        lock (_progress)
        {
            bars = [.. _progress];
            _progress.RemoveAll(bar => bar.IsCompleted);
        }
        foreach (var bar in bars)
        {
            if (bar.TakeDue(out var wait) is { } record && !TryShow(record))
                return null;
            if (wait is { } due && (next is null || due < next))
                next = due;
        }
        return Redraw() is { } again && (next is null || again < next) ? again : next;
    }

    // Once more what was shown last, where nothing came after it.
    private TimeSpan? Redraw()
    {
        if (_undrawn is not { } record)
            return null;
        var wait = DrawnWithin - Time.GetElapsedTime(_undrawnSince);
        if (wait > TimeSpan.Zero)
            return wait;
        TryShow(record);
        _undrawn = null;
        return null;
    }

    // A pipeline that is being stopped takes no progress either, and must not end before the bodies have: who is interrupted is told so before the prompt.
    private bool TryShow(ProgressRecord record)
    {
        try
        {
            Write(record, static (cmdlet, record) => cmdlet.WriteProgress(record));
            (_undrawn, _undrawnSince) = (record.RecordType == ProgressRecordType.Completed ? null : record, Time.GetTimestamp());
            return true;
        }
        catch (Exception e)
        {
            _ended ??= ExceptionDispatchInfo.Capture(e);
            CancelBody();
            return false;
        }
    }

    private void ClearProgress()
    {
        OpsProgress[] bars;
        lock (_progress)
        {
            bars = [.. _progress];
            _progress.Clear();
        }
        foreach (var bar in bars)
        {
            bar.Dispose();
            if (bar.TakeDue(out _) is { } record)
            {
                try
                {
                    Write(record, static (cmdlet, record) => cmdlet.WriteProgress(record));
                }
                catch (Exception e) when (e is PipelineStoppedException or PSInvalidOperationException)
                {
                    // The host clears its bars itself when a pipeline is stopped.
                    return;
                }
            }
        }
    }
}

using System.Management.Automation;
using PlatformOps.PowerShell.Errors;

namespace PlatformOps.PowerShell.Abstractions;

/// <summary>The base of cmdlets that work on several objects of the pipeline at the same time.</summary>
/// <remarks>
/// At most ThrottleLimit objects are in work or finished but not yet taken by the downstream. Errors are held until every object has
/// ended, because <c>-ErrorAction Stop</c> at the first would kill the neighbours. Results come as they are ready.
/// </remarks>
/// <typeparam name="TInput">What is taken from one record: everything of the parameters that the pipeline binds.</typeparam>
public abstract class FanOutCmdlet<TInput> : SessionCmdlet
{
    private readonly List<ErrorRecord> _errors = [];
    private int _running;

    /// <summary>How many objects to work on at the same time.</summary>
    /// <value>5</value>
    [Parameter]
    [ValidateRange(1, 1024)]
    public int ThrottleLimit { get; set; } = 5;

    /// <summary>What the current record asks for. Called on the pipeline thread, once a record.</summary>
    private protected abstract IEnumerable<TInput> Inputs();

    /// <summary>Works on one object. An exception is this object's error.</summary>
    private protected abstract ValueTask ProcessAsync(TInput input, CancellationToken cancellationToken);

    /// <summary>The name of the object, for errors that do not say it themselves.</summary>
    private protected virtual string? NameOf(TInput input) => input?.ToString();

    private protected override ValueTask WriteErrorAsync(ErrorRecord error)
    {
        lock (_errors)
            _errors.Add(error);
        return default;
    }

    private protected override void OnProcess() => Listening(StartInputs);

    private void StartInputs()
    {
        try
        {
            foreach (var input in Inputs())
            {
                PumpUntil(this, static c => Volatile.Read(ref c._running) < c.ThrottleLimit);
                EndIfStopped();
                StartOne(input);
            }
            PumpReady();
            EndIfStopped();
        }
        catch
        {
            Drain();
            throw;
        }
    }

    private protected override void OnEnd()
    {
        PumpUntil(this, static c => Volatile.Read(ref c._running) == 0);
        EndIfStopped();
        base.OnEnd();
        WriteHeldErrors();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            CancelBody();
            Drain();
        }
        base.Dispose(disposing);
    }

    private void StartOne(TInput input)
    {
        var body = Start((cmdlet: this, input), static s => s.cmdlet.ProcessAsync(s.input, s.cmdlet.StopToken));
        if (body.IsCompletedSuccessfully)
            return;
        Interlocked.Increment(ref _running);
        _ = WatchAsync(body, input);
    }

    private async Task WatchAsync(ValueTask body, TInput input)
    {
        try
        {
            await body;
        }
        catch (Exception e) when (PipelineStop.Is(e) || (IsStopping && e is OperationCanceledException))
        {
            // A direct write has kept it; or it was told to end.
        }
        catch (Exception e)
        {
            await WriteErrorAsync(ErrorRecords.From(e, NameOf(input)));
        }
        finally
        {
            Interlocked.Decrement(ref _running);
            WakePump();
        }
    }

    private void EndIfStopped()
    {
        if (!HasEnded && !IsStopping)
            return;
        Drain();
        if (HasEnded)
        {
            // The downstream has enough. What failed until now is still worth a word.
            try
            {
                WriteHeldErrors();
            }
            catch (Exception e) when (PipelineStop.Is(e))
            {
                // The pipeline is being stopped, not only satisfied.
            }
        }
        ThrowIfEnded();
        throw new PipelineStoppedException();
    }

    private void Drain()
    {
        CancelBody();
        RefuseWork();
        PumpUntil(this, static c => Volatile.Read(ref c._running) == 0);
    }

    private void WriteHeldErrors()
    {
        ErrorRecord[] errors;
        lock (_errors)
        {
            errors = [.. _errors];
            _errors.Clear();
        }
        foreach (var error in errors)
            WriteError(error);
    }
}

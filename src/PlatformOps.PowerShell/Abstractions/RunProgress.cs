using System.Collections.Concurrent;
using System.Globalization;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Runbooks;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Abstractions;

/// <summary>Shows a run: one bar for its targets, and one below it for each that is under way.</summary>
internal sealed class RunProgress(string activity, Func<string, OpsProgress?, OpsProgress> start) : IRunObserver, IDisposable
{
    private readonly OpsProgress _all = start(activity, null);
    private readonly ConcurrentDictionary<string, (OpsProgress Bar, int Steps)> _targets = new(StringComparer.Ordinal);
    private int _total;
    private int _ended;
    private int _steps;

    /// <summary>The run; null until it has begun.</summary>
    public string? RunId { get; private set; }

    public ValueTask OnRunStartedAsync(RunIdentity run, IReadOnlyList<ActionTarget> targets, int stepsPerTarget, CancellationToken cancellationToken)
    {
        (RunId, _total, _steps) = (run.RunId, targets.Count, stepsPerTarget);
        Report();
        return default;
    }

    public ValueTask OnStepStartedAsync(ActionTarget target, string? phase, string step, CancellationToken cancellationToken)
    {
        var (bar, steps) = _targets.AddOrUpdate(target.Name, name => (start(name, _all), 1), (_, known) => (known.Bar, known.Steps + 1));
        Report(bar, phase, step, steps);
        return default;
    }

    public ValueTask OnTellingStartedAsync(ActionTarget target, string phase, string name, CancellationToken cancellationToken)
    {
        if (_targets.TryGetValue(target.Name, out var known))
            Report(known.Bar, phase, name, known.Steps);
        return default;
    }

    public ValueTask OnPhaseEndedAsync(PhaseReport report, CancellationToken cancellationToken)
    {
        // A target whose steps are all begun, or that failed, has ended.
        if ((!report.Succeeded || (_targets.TryGetValue(report.Target.Name, out var known) && known.Steps >= _steps)) && _targets.TryRemove(report.Target.Name, out var ended))
        {
            ended.Bar.Dispose();
            Interlocked.Increment(ref _ended);
            Report();
        }

        return default;
    }

    public void Dispose()
    {
        foreach (var (bar, _) in _targets.Values)
            bar.Dispose();
        _all.Dispose();
    }

    // A check takes a moment, and Kayobe an hour: how long the rest takes cannot be told.
    private void Report(OpsProgress bar, string? phase, string step, int steps) => bar.Report($"{phase}.{step}", Math.Min(steps - 1, _steps), _steps, isEven: false);

    private void Report() => _all.Report(string.Create(CultureInfo.InvariantCulture, $"run {RunId}: {_ended} of {_total} targets"), _ended, _total);
}

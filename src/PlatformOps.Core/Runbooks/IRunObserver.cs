using PlatformOps.Core.Changes;
using PlatformOps.Runs;

namespace PlatformOps.Core.Runbooks;

/// <summary>Is told what a run does: the log, the ticket, a progress display. What it throws is a warning of the run, never its failure.</summary>
internal interface IRunObserver
{
    /// <summary>The run begins, or goes on, with these targets and this many steps for each.</summary>
    ValueTask OnRunStartedAsync(RunIdentity run, IReadOnlyList<ActionTarget> targets, int stepsPerTarget, CancellationToken cancellationToken) => default;

    ValueTask OnStepStartedAsync(ActionTarget target, string? phase, string step, CancellationToken cancellationToken) => default;

    /// <summary>Something is about to be told of a phase, to a ticket for instance; that may take a while.</summary>
    ValueTask OnTellingStartedAsync(ActionTarget target, string phase, string name, CancellationToken cancellationToken) => default;

    ValueTask OnStepEndedAsync(StepRecord record, CancellationToken cancellationToken) => default;

    /// <summary>A phase of a target ended, well or not.</summary>
    ValueTask OnPhaseEndedAsync(PhaseReport report, CancellationToken cancellationToken) => default;

    /// <summary>What is to be told of a phase by now, in this order: asked after each of its steps and at its end. What was told once is not told again.</summary>
    IEnumerable<Telling> TellingsOf(PhaseReport report) => [];

    ValueTask OnRunEndedAsync(RunState state, string message, CancellationToken cancellationToken) => default;
}

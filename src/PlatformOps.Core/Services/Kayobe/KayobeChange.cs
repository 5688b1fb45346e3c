using PlatformOps.Core.Changes;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Services.Kayobe;

/// <summary>One command of Kayobe on its control host. It leaves nothing to look at afterwards; an interrupted one is found again by its key, and its outcome is the one it has there.</summary>
/// <param name="call">Who wants to hear of it; null in runbooks.</param>
internal abstract class KayobeChange<TParameters>(KayobeCall? call = null) : Change<TParameters, KayobeState>
    where TParameters : notnull
{
    public override string Summary => "Kayobe";

    public override Impact Impact => Impact.High;

    public override bool IsIdempotent => false;

    /// <remarks>What Kayobe has done to a host cannot be taken back, and what nobody knows of is not repeated: a person decides.</remarks>
    protected override bool IsDestructive(TParameters parameters) => true;

    /// <remarks>Others take hours.</remarks>
    public override TimeSpan LockPatience => TimeSpan.FromHours(12);

    public override IReadOnlyList<string> Needs => ["kayobe"];

    internal sealed override IReadOnlyList<string> LocksFor(ActionContext context, object parameters) => [context.Client<KayobeClient>().LockKey];

    internal sealed override async Task SettledAsync(ActionContext context, CancellationToken cancellationToken)
        => await context.Client<KayobeClient>().ForgetAsync(KeyOf(context), context.Log, cancellationToken);

    /// <summary>Whether it leaves the hosts of the batch as they are.</summary>
    protected virtual bool IsElsewhere => false;

    /// <summary>Whether hosts in service may be worked on: whoever decides is told of them. Others are refused.</summary>
    protected virtual bool MayBeInService(TParameters parameters) => true;

    protected sealed override bool CanObserve(TParameters parameters) => false;

    protected sealed override bool CanTrace(TParameters parameters) => true;

    protected sealed override Task<KayobeState> ObserveAsync(ActionContext context, TParameters parameters, CancellationToken cancellationToken)
        => WorkOutAsync(context.Client<KayobeClient>(), context, parameters, cancellationToken);

    /// <summary>The command, and whom it is for. Throws <see cref="RefusedException"/> where it cannot be limited to just those.</summary>
    protected abstract Task<KayobeState> WorkOutAsync(KayobeClient kayobe, ActionContext context, TParameters parameters, CancellationToken cancellationToken);

    protected sealed override bool IsDesired(ActionContext context, TParameters parameters, KayobeState state) => false;

    protected sealed override string Describe(KayobeState state) => "not run";

    protected sealed override string DescribeDesired(ActionContext context, TParameters parameters, KayobeState before) => Shown(before);

    /// <summary>The inventory may have been built anew while the lock was waited for.</summary>
    protected sealed override async Task GuardAsync(ActionContext context, TParameters parameters, KayobeState before, CancellationToken cancellationToken)
    {
        var now = await WorkOutAsync(context.Client<KayobeClient>(), context, parameters, cancellationToken);
        if (!now.Command.SequenceEqual(before.Command))
            throw new RefusedException($"Kayobe's inventory was changed by another meanwhile: it would have been {Shown(before)}, and now would be {Shown(now)}. Nothing was sent.") { TargetName = context.Target.Name };
        await OutOfService.RequireAsync(context, IsElsewhere || MayBeInService(parameters), cancellationToken);
    }

    protected sealed override Task<string?> CautionAsync(ActionContext context, TParameters parameters, KayobeState before, CancellationToken cancellationToken)
        => OutOfService.CautionAsync(context, !IsElsewhere && MayBeInService(parameters), cancellationToken);

    protected sealed override async Task ApplyAsync(ActionContext context, TParameters parameters, KayobeState before, CancellationToken cancellationToken)
    {
        var (kayobe, key) = (context.Client<KayobeClient>(), KeyOf(context));
        var state = await kayobe.StateAsync(key, context.Log, cancellationToken);
        if (state.Phase == DetachedPhase.Running)
            throw new RefusedException($"{Shown(before)} still runs as {key} on the control host, from before. Nothing was sent: let it end, then resume.") { TargetName = context.Target.Name };
        // Of an attempt whose end is recorded, or that a person has decided about.
        if (state.Phase != DetachedPhase.Absent)
            await kayobe.ForgetAsync(key, context.Log, cancellationToken);
        var result = await kayobe.RunAsync(key, before, call, context.Log, cancellationToken);
        if (result.IsOccupied)
        {
            await kayobe.ForgetAsync(key, context.Log, cancellationToken);
            throw new OccupiedException("another run of Kayobe is at work on the control host", cancellation => kayobe.FreedAsync(context.Log, cancellation));
        }

        if (result.ExitStatus is null)
            throw new OutcomeUnknownException($"{Shown(before)} was begun, and nobody knows how it ended: {result.Lost}.") { TargetName = context.Target.Name };
        ThrowIfFailed(context, before, result);
    }

    protected sealed override async Task<ProbeAnswer> TraceAsync(ActionContext context, TParameters parameters, KayobeState before, bool waits, CancellationToken cancellationToken)
    {
        var (kayobe, key) = (context.Client<KayobeClient>(), KeyOf(context));
        var state = await kayobe.StateAsync(key, context.Log, cancellationToken);
        switch (state.Phase)
        {
            case DetachedPhase.Absent:
            // It found another at work.
            case DetachedPhase.Ended when state.ExitStatus == KayobeScripts.LockedStatus:
                return ProbeAnswer.NotHappened;
            case DetachedPhase.Lost:
                context.Log.Write(Name, $"{Shown(before)}: {state.Lost}");
                return Repeatable(parameters);
            // The same end awaits whoever resumes that run; to others it is not in doubt.
            case DetachedPhase.Ended when !waits:
                return ProbeAnswer.Happened;
            case DetachedPhase.Running when !waits:
                return ProbeAnswer.Undecidable;
        }

        // The recap needs all of the output, so what an earlier process logged comes again.
        context.Log.Write(Name, $"attached to {key} ({state.Phase}); its output from the start:");
        var result = await kayobe.RunAsync(key, before, call, context.Log, cancellationToken);
        if (result.IsOccupied)
            return ProbeAnswer.NotHappened;
        if (result.ExitStatus is null)
            return Repeatable(parameters);
        ThrowIfFailed(context, before, result);
        return ProbeAnswer.Happened;
    }

    private ProbeAnswer Repeatable(TParameters parameters) => IsIdempotent && !IsDestructive(parameters) ? ProbeAnswer.NotHappened : ProbeAnswer.Undecidable;

    private static DetachedKey KeyOf(ActionContext context) => DetachedKey.Of(context.Run.RunId, context.Target.Name, context.Phase is null ? context.Step : $"{context.Phase}.{context.Step}");

    private static void ThrowIfFailed(ActionContext context, KayobeState state, KayobeResult result)
    {
        if (result.Problems.Count > 0)
            throw new StepFailedException($"{Shown(state)}: {string.Join("; ", result.Problems)}.") { TargetName = context.Target.Name };
    }

    private static string Shown(KayobeState state) => $"'{OutputText.Line(string.Join(' ', state.Command.Select(ShellQuoting.Word)), 600)}'";
}

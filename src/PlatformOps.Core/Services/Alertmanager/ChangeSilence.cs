using PlatformOps.Alerts;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Http;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Alertmanager;

/// <param name="Id">The silence.</param>
/// <param name="Until">When it is to end; unchanged where null.</param>
/// <param name="Comment">What it is to say before our claim; unchanged where null.</param>
internal sealed record ChangeSilenceParameters(string Id, DateTimeOffset? Until = null, string? Comment = null);

/// <summary>Changes when a silence ends, or what it says: only one that carries our claim. It keeps its id.</summary>
internal sealed class ChangeSilence : Change<ChangeSilenceParameters, ChangedSilenceState>
{
    public override string Name => "alertmanager.silence.change";

    public override string Summary => "silence";

    public override bool CanUndo => true;

    public override IReadOnlyList<string> Needs => ["alertmanager"];

    protected override async Task<ChangedSilenceState> ObserveAsync(ActionContext context, ChangeSilenceParameters parameters, CancellationToken cancellationToken)
    {
        var (silence, isSeen) = await context.Client<AlertmanagerClient>().SilenceAsync(parameters.Id, cancellationToken);
        return new ChangedSilenceState(MatcherText.Of(silence.Matchers), silence.EndsAt, silence.CreatedBy, silence.Comment, SilenceTerms.IsOursTo(context.Claim, silence), isSeen, silence.State == AlertSilenceState.Expired);
    }

    protected override bool IsDesired(ActionContext context, ChangeSilenceParameters parameters, ChangedSilenceState state)
    {
        if (state.IsExpired)
            throw new RefusedException($"The silence {parameters.Id} ({state.Matchers}) ended at {SilenceTerms.Stamp(state.EndsAt)}, and does not come back. New-AlertSilence makes another.") { TargetName = context.Target.Name };
        if (!state.IsOurs && context.Run.TakeOverReason is null)
            throw new RefusedException($"The silence {parameters.Id} ({state.Matchers}) is not yours: {ServerText.Clean(state.CreatedBy, 80)} (\"{ServerText.Clean(state.Comment, 300)}\"). Ask its owner; -TakeOver -Reason changes it all the same.") { TargetName = context.Target.Name };
        return state is { IsOurs: true, IsSeen: true } && IsAt(state.EndsAt, parameters.Until ?? state.EndsAt) && CommentFor(context, parameters, state) == state.Comment;
    }

    protected override Task ApplyAsync(ActionContext context, ChangeSilenceParameters parameters, ChangedSilenceState before, CancellationToken cancellationToken)
        => SetAsync(context, parameters.Id, parameters.Until ?? before.EndsAt, context.Run.Person, CommentFor(context, parameters, before), cancellationToken);

    protected override string Describe(ChangedSilenceState state)
        => $"{state.Matchers} {(state.IsExpired ? "ended at" : "until")} {SilenceTerms.Stamp(state.EndsAt)}{(state.IsOurs ? "" : $" by {ServerText.Clean(state.CreatedBy, 80)}")} (\"{ServerText.Clean(state.IsOurs ? Claim.Without(state.Comment) : state.Comment, 300)}\")";

    protected override bool Matches(ChangedSilenceState state, ChangedSilenceState recorded)
        => IsAt(state.EndsAt, recorded.EndsAt) && state.Comment == recorded.Comment && state.IsExpired == recorded.IsExpired;

    protected override string DescribeDesired(ActionContext context, ChangeSilenceParameters parameters, ChangedSilenceState before)
        => Describe(before with { EndsAt = parameters.Until ?? before.EndsAt, Comment = CommentFor(context, parameters, before), IsOurs = true });

    protected override Task UndoAsync(ActionContext context, ChangeSilenceParameters parameters, ChangedSilenceState before, CancellationToken cancellationToken)
        => SetAsync(context, parameters.Id, before.EndsAt, before.CreatedBy, before.Comment, cancellationToken);

    private static bool IsAt(DateTimeOffset time, DateTimeOffset wanted) => (time - wanted).Duration() <= TimeSpan.FromSeconds(1);

    private static string CommentFor(ActionContext context, ChangeSilenceParameters parameters, ChangedSilenceState before)
    {
        if (parameters.Comment is null && before.IsOurs)
            return before.Comment;
        var claim = Claim.Find(before.Comment) is { } former && before.IsOurs ? former : context.Claim;
        return $"{parameters.Comment?.Trim() ?? Claim.Without(before.Comment)} {claim}".TrimStart();
    }

    private static async Task SetAsync(ActionContext context, string id, DateTimeOffset end, string createdBy, string comment, CancellationToken cancellationToken)
    {
        if (end <= context.Time.GetUtcNow())
            throw new RefusedException($"The silence {id} cannot end in the past ({SilenceTerms.Stamp(end)}). Remove-AlertSilence ends it now.") { TargetName = context.Target.Name };
        var alertmanager = context.Client<AlertmanagerClient>();
        var silence = (await alertmanager.SilenceAsync(id, cancellationToken)).Silence;
        await alertmanager.PostAsync(new SilenceRequest(id, silence.Matchers, silence.StartsAt, end, createdBy, comment), silence, cancellationToken);
    }
}

/// <summary>What may change of a silence, and what it is about.</summary>
internal sealed record ChangedSilenceState(string Matchers, DateTimeOffset EndsAt, string CreatedBy, string Comment, bool IsOurs, bool IsSeen, bool IsExpired);

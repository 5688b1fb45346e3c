using PlatformOps.Alerts;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Http;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Alertmanager;

/// <param name="Matcher">The matchers of one silence, ANDed, instead of the configuration's.</param>
/// <param name="Until">When it ends; by default what alertmanager.silence-mode says.</param>
/// <param name="Duration">How long it lasts from now, instead of <paramref name="Until"/>.</param>
/// <param name="From">When it begins; at once by default.</param>
/// <param name="Comment">Why, for everybody to read, instead of alertmanager.comment-template; the claim is written behind it.</param>
internal sealed record SilenceAlertsParameters(string? Matcher = null, DateTimeOffset? Until = null, TimeSpan? Duration = null, DateTimeOffset? From = null, string? Comment = null);

/// <summary>
/// Silences the alerts of a target: one silence for each set of matchers, all of them or none. One of ours is left alone or extended;
/// another's that lasts as long as wanted is enough; else one is made.
/// </summary>
internal sealed class SilenceAlerts : Change<SilenceAlertsParameters, SilencesState>
{
    public const string SubjectName = "alertmanager.silence";

    // So far in the past that no difference between the clocks makes it the future: the server makes it its own now.
    private static readonly TimeSpan LongAgo = TimeSpan.FromDays(1);

    public override string Name => "alertmanager.silence";

    public override string Summary => "alerts";

    protected override string Subject => SubjectName;

    // Looking first finds what was made before; what was accepted and is not shown is never sent again.
    public override bool IsIdempotent => false;

    public override bool CarriesClaim => true;

    public override bool CanUndo => true;

    public override IReadOnlyList<string> Needs => ["alertmanager"];

    /// <summary>The sets of matchers of a step: what it says, or what the configuration makes of the target's name.</summary>
    internal static IReadOnlyList<IReadOnlyList<AlertMatcher>> SetsOf(ActionContext context, string? matcher)
        => matcher is null
            ? context.Client<AlertmanagerClient>().Hosts.Of(context.Target.Name)
            : [MatcherText.TryParse(matcher) ?? throw new RefusedException($"'{matcher}' is not of the form {MatcherText.Expected}.") { TargetName = context.Target.Name }];

    protected override async Task<SilencesState> ObserveAsync(ActionContext context, SilenceAlertsParameters parameters, CancellationToken cancellationToken)
    {
        if (parameters is { Until: not null, Duration: not null })
            throw new RefusedException("A silence lasts until a time or for a duration, not both.");
        var alertmanager = context.Client<AlertmanagerClient>();
        var terms = Terms(context, parameters);
        List<SilenceState> states = [];
        foreach (var matchers in SetsOf(context, parameters.Matcher))
        {
            var (ours, other) = terms.Choose(await alertmanager.LiveAsync(matchers, cancellationToken), context.Claim);
            var state = new SilenceState(MatcherText.Of(matchers), SeenSilence.Of(ours, terms), SeenSilence.Of(other, terms), null);
            states.Add(IsEnough(context, state) ? state : state with { Alerts = await NamesAsync(alertmanager, matchers, cancellationToken) });
        }

        return new SilencesState(states);
    }

    protected override bool IsDesired(ActionContext context, SilenceAlertsParameters parameters, SilencesState state)
        => state.Silences.All(silence => IsEnough(context, silence) && silence.Ours is not { IsSeen: false });

    protected override async Task ApplyAsync(ActionContext context, SilenceAlertsParameters parameters, SilencesState before, CancellationToken cancellationToken)
    {
        var terms = Terms(context, parameters);
        if (terms.End <= context.Time.GetUtcNow())
            throw new RefusedException($"A silence until {SilenceTerms.Stamp(terms.End)} would be over before it begins. Nothing was changed; give a later end, or a window that is open.") { TargetName = context.Target.Name };
        var alertmanager = context.Client<AlertmanagerClient>();
        List<(AlertSilence? Former, string Id)> made = [];
        foreach (var silence in before.Silences.Where(silence => !IsEnough(context, silence)))
        {
            try
            {
                made.Add(await SetAsync(alertmanager, context, parameters, terms, silence, cancellationToken));
            }
            catch (OpsException e)
            {
                // All or none: half a silence looks like a whole one.
                if (await TakeBackAsync(alertmanager, made) is { Count: > 0 } left)
                    throw new StepFailedException($"{e.Message} And what was silenced before that could not be taken back; still live: {string.Join(", ", left)}.", e) { TargetName = context.Target.Name };
                if (made.Count > 0)
                    context.Log.Write("alertmanager", $"taken back, because it is all or none: {string.Join(", ", made.Select(one => one.Id))}");
                throw;
            }
        }
    }

    protected override string Describe(SilencesState state) => Text(state.Silences.Select(silence => (silence.Matchers, silence.Describe())));

    protected override string DescribeDesired(ActionContext context, SilenceAlertsParameters parameters, SilencesState before)
    {
        var terms = Terms(context, parameters);
        var time = $"silenced {(terms.Start is { } start ? $"from {SilenceTerms.Stamp(start)} to" : "until")} {SilenceTerms.Stamp(terms.End)}";
        var alerts = before.Silences.SelectMany(silence => silence.Alerts ?? []).Distinct(StringComparer.Ordinal).ToList();
        var matching = before.Silences.Any(silence => silence.Alerts is not null) ? $" ({(alerts.Count == 0 ? "no alert matches now" : $"matching now: {string.Join(", ", alerts.Take(5))}{(alerts.Count > 5 ? ", …" : "")}")})" : "";
        return Text(before.Silences.Select(silence => (silence.Matchers, IsEnough(context, silence) ? silence.Describe() : time))) + matching;
    }

    // Whoever looks behind a cluster may have to wait; absence is believed afterwards.
    protected override async Task<ProbeAnswer> ProbeAsync(ActionContext context, SilenceAlertsParameters parameters, SilencesState before, SilencesState now, CancellationToken cancellationToken)
    {
        var began = context.Time.GetTimestamp();
        var patience = await context.Client<AlertmanagerClient>().LagAsync(cancellationToken);
        while (!now.Silences.All(silence => IsEnough(context, silence)))
        {
            if (context.Time.GetElapsedTime(began) >= patience)
                return ProbeAnswer.NotHappened;
            await Task.Delay(ConfirmEvery, context.Time, cancellationToken);
            now = await ObserveAsync(context, parameters, cancellationToken);
        }

        return ProbeAnswer.Happened;
    }

    // A silence that ran out when it was meant to was not taken away by anybody: the next step that silences makes it anew.
    protected override bool StillHolds(ActionContext context, SilenceAlertsParameters parameters, SilencesState? after, SilencesState now)
        => now.Silences.All(silence => silence.Ours is not null || silence.Other is not null || after?.Silences.FirstOrDefault(left => left.Matchers == silence.Matchers) is { } left && (left.Ours ?? left.Other)?.EndsAt <= context.Time.GetUtcNow());

    // What lasts so long from now runs out while a run waits for days.
    protected override Renewal RenewalOf(ActionContext context, SilenceAlertsParameters parameters) => Terms(context, parameters).IsRolling ? Renewal.InRun : Renewal.None;

    // What is not ours does not count: it may come and go.
    protected override bool Matches(SilencesState state, SilencesState recorded)
        => state.Silences.Count == recorded.Silences.Count && state.Silences.Zip(recorded.Silences).All(pair => (pair.First.Ours, pair.Second.Ours) switch
        {
            (null, null) => true,
            ({ } now, { } then) => now.Id == then.Id && (now.EndsAt - then.EndsAt).Duration() <= TimeSpan.FromSeconds(1) && now.Comment == then.Comment,
            _ => false,
        });

    protected override async Task UndoAsync(ActionContext context, SilenceAlertsParameters parameters, SilencesState before, CancellationToken cancellationToken)
    {
        var alertmanager = context.Client<AlertmanagerClient>();
        var now = await ObserveAsync(context, parameters, cancellationToken);
        foreach (var (present, former) in now.Silences.Zip(before.Silences))
        {
            // One that was there before is what it was: ours shorter, or another's that was taken over.
            if (present.Ours is not { } ours)
                continue;
            if (new[] { former.Ours, former.Other }.FirstOrDefault(one => one?.Id == ours.Id) is { } same && same.EndsAt > context.Time.GetUtcNow())
            {
                var silence = (await alertmanager.SilenceAsync(ours.Id, cancellationToken)).Silence;
                await alertmanager.PostAsync(new SilenceRequest(silence.SilenceId, silence.Matchers, silence.StartsAt, same.EndsAt, same.CreatedBy, same.Comment), silence, cancellationToken);
            }
            else
            {
                await alertmanager.ExpireAsync(ours.Id, cancellationToken);
            }
        }
    }

    private static SilenceTerms Terms(ActionContext context, SilenceAlertsParameters parameters)
        => SilenceTerms.Of(context.Time.GetUtcNow(), context.Run.WindowEnd, context.Client<AlertmanagerClient>().Configuration, parameters);

    // What is taken over has to be ours afterwards.
    private static bool IsEnough(ActionContext context, SilenceState silence)
        => silence.Ours is { IsEnough: true } || (silence.Other is { IsEnough: true } && context.Run.TakeOverReason is null);

    /// <summary>Makes one silence or extends it. After a call of unknown outcome only looking tells.</summary>
    private async Task<(AlertSilence? Former, string Id)> SetAsync(AlertmanagerClient alertmanager, ActionContext context, SilenceAlertsParameters parameters, SilenceTerms terms, SilenceState silence, CancellationToken cancellationToken)
    {
        var matchers = MatcherText.TryParse(silence.Matchers)!;
        var changed = silence.Ours ?? (context.Run.TakeOverReason is null ? null : silence.Other);
        var former = changed is null ? null : (await alertmanager.SilenceAsync(changed.Id, cancellationToken)).Silence;
        // The start of one that is in force is history: it keeps the id.
        var start = former is { State: AlertSilenceState.Active } ? former.StartsAt : terms.Start ?? context.Time.GetUtcNow() - LongAgo;
        var end = former is not null && former.EndsAt > terms.End ? former.EndsAt : terms.End;
        var request = new SilenceRequest(former?.SilenceId, former?.Matchers ?? matchers, start, end, context.Run.Person, CommentFor(alertmanager, context, parameters, former));
        try
        {
            return (former, await alertmanager.PostAsync(request, former, cancellationToken));
        }
        catch (OutcomeUnknownException)
        {
            if (await FindAsync(alertmanager, context, matchers, request.Comment, end, cancellationToken) is { } found)
                return (former, found);
            throw;
        }
    }

    private static string CommentFor(AlertmanagerClient alertmanager, ActionContext context, SilenceAlertsParameters parameters, AlertSilence? former)
    {
        var claim = context.Claim.ToString();
        // What is only extended goes on saying what it said.
        if (parameters.Comment is null && former is not null && SilenceTerms.IsOursTo(context.Claim, former))
            return former.Comment;
        var text = parameters.Comment ?? alertmanager.Configuration.CommentTemplate
            .Replace("${window.start}", $"{parameters.From ?? context.Run.WindowStart:yyyy-MM-dd}", StringComparison.Ordinal)
            .Replace("${window.end}", $"{parameters.Until ?? context.Run.WindowEnd:yyyy-MM-dd}", StringComparison.Ordinal)
            .Replace("${initials}", context.Run.Initials, StringComparison.Ordinal)
            .Replace("${person}", context.Run.Person, StringComparison.Ordinal)
            .Replace("${host}", alertmanager.Hosts.NameOf(context.Target.Name), StringComparison.Ordinal);
        return $"{text.Trim()} {claim}".TrimStart();
    }

    private async Task<string?> FindAsync(AlertmanagerClient alertmanager, ActionContext context, IReadOnlyList<AlertMatcher> matchers, string comment, DateTimeOffset end, CancellationToken cancellationToken)
    {
        var began = context.Time.GetTimestamp();
        while (true)
        {
            try
            {
                var found = (await alertmanager.LiveAsync(matchers, cancellationToken)).FirstOrDefault(known => known.Silence.Comment == comment && (known.Silence.EndsAt - end).Duration() <= TimeSpan.FromSeconds(1));
                if (found is not null)
                    return found.Silence.SilenceId;
                if (context.Time.GetElapsedTime(began) >= await alertmanager.LagAsync(cancellationToken))
                    return null;
            }
            catch (ServiceException) when (context.Time.GetElapsedTime(began) < ConfirmWithin)
            {
                // The service is away for a moment.
            }

            await Task.Delay(ConfirmEvery, context.Time, cancellationToken);
        }
    }

    /// <summary>Takes back what one call has made; answers what could not be.</summary>
    private static async Task<IReadOnlyList<string>> TakeBackAsync(AlertmanagerClient alertmanager, IReadOnlyList<(AlertSilence? Former, string Id)> made)
    {
        List<string> left = [];
        foreach (var (former, id) in made)
        {
            try
            {
                // Not to be cancelled: a silence that nobody knows of is worse than a wait.
                if (former is not null && former.SilenceId == id)
                    await alertmanager.PostAsync(new SilenceRequest(id, former.Matchers, former.StartsAt, former.EndsAt, former.CreatedBy, former.Comment), null, CancellationToken.None);
                else
                    await alertmanager.ExpireAsync(id, CancellationToken.None);
            }
            catch (OpsException)
            {
                left.Add(alertmanager.LinkTo(id));
            }
        }

        return left;
    }

    private static async Task<IReadOnlyList<string>?> NamesAsync(AlertmanagerClient alertmanager, IReadOnlyList<AlertMatcher> matchers, CancellationToken cancellationToken)
    {
        try
        {
            return [.. (await alertmanager.AlertsAsync(matchers, cancellationToken)).Select(alert => ServerText.Clean(alert.AlertName, 80)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        }
        catch (ServiceException)
        {
            // Only told; a silence does not depend on it.
            return null;
        }
    }

    // One text where all are the same.
    private static string Text(IEnumerable<(string Matchers, string Text)> silences)
    {
        var all = silences.ToList();
        return all.Select(one => one.Text).Distinct(StringComparer.Ordinal).Count() == 1 ? all[0].Text : string.Join("; ", all.Select(one => $"{one.Matchers}: {one.Text}"));
    }
}

using PlatformOps.Alerts;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Http;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Alertmanager;

/// <param name="Matcher">The matchers of the silence, as the step that made it had them; by default the configuration's.</param>
/// <param name="Id">One silence, instead of the target's.</param>
/// <param name="OfTicket">Those for the target's ticket too, whoever made them: what is done for one ticket may be done by several people.</param>
internal sealed record ExpireSilencesParameters(string? Matcher = null, string? Id = null, bool OfTicket = false);

/// <summary>Ends the silences of a target that carry our claim. Others are left alone and told.</summary>
internal sealed class ExpireSilences : Change<ExpireSilencesParameters, LiveSilencesState>
{
    public override string Name => "alertmanager.silence.expire";

    public override string Summary => "silences";

    protected override string Subject => SilenceAlerts.SubjectName;

    public override IReadOnlyList<string> Needs => ["alertmanager"];

    protected override async Task<LiveSilencesState> ObserveAsync(ActionContext context, ExpireSilencesParameters parameters, CancellationToken cancellationToken)
    {
        var alertmanager = context.Client<AlertmanagerClient>();
        if (parameters.Id is { } id)
        {
            var silence = (await alertmanager.SilenceAsync(id, cancellationToken)).Silence;
            return new LiveSilencesState(silence.State == AlertSilenceState.Expired ? [] : [LiveSilence.Of(silence, IsOurs(silence))]);
        }

        List<LiveSilence> live = [];
        foreach (var matchers in SilenceAlerts.SetsOf(context, parameters.Matcher))
            live.AddRange((await alertmanager.LiveAsync(matchers, cancellationToken)).Select(known => LiveSilence.Of(known.Silence, IsOurs(known.Silence))));
        return new LiveSilencesState(live);

        bool IsOurs(AlertSilence silence) => SilenceTerms.IsOursTo(context.Claim, silence)
            || (parameters.OfTicket && context.Target.TicketId is { } ticket && Claim.Find(silence.Comment)?.TicketId == ticket);
    }

    protected override bool IsDesired(ActionContext context, ExpireSilencesParameters parameters, LiveSilencesState state)
    {
        // One that was named is not passed over in silence.
        if (parameters.Id is not null && context.Run.TakeOverReason is null && state.Silences.FirstOrDefault(silence => !silence.IsOurs) is { } foreign)
            throw new RefusedException($"The silence {foreign.Id} ({foreign.Matchers}) is not yours: {foreign.Whose()}. Ask its owner; -TakeOver -Reason ends it all the same.") { TargetName = context.Target.Name };
        return !ToEnd(context, state).Any();
    }

    protected override async Task ApplyAsync(ActionContext context, ExpireSilencesParameters parameters, LiveSilencesState before, CancellationToken cancellationToken)
    {
        var alertmanager = context.Client<AlertmanagerClient>();
        List<string> left = [];
        OpsException? first = null;
        foreach (var silence in ToEnd(context, before))
        {
            try
            {
                await alertmanager.ExpireAsync(silence.Id, cancellationToken);
            }
            catch (ObjectNotFoundException)
            {
                // Over and forgotten: that is what was wanted.
            }
            catch (OpsException e)
            {
                // The others go all the same.
                first ??= e;
                left.Add(alertmanager.LinkTo(silence.Id));
            }
        }

        if (first is OutcomeUnknownException)
            throw first;
        if (first is not null)
            throw new StepFailedException($"{first.Message} Still live: {string.Join(", ", left)}.", first) { TargetName = context.Target.Name };
    }

    protected override string Describe(LiveSilencesState state) => state.Silences.Count == 0 ? "no silence" : string.Join("; ", state.Silences.Select(silence => silence.Describe()));

    protected override string DescribeDesired(ActionContext context, ExpireSilencesParameters parameters, LiveSilencesState before)
    {
        var ended = ToEnd(context, before).ToList();
        return Describe(new LiveSilencesState([.. before.Silences.Except(ended)]));
    }

    private static IEnumerable<LiveSilence> ToEnd(ActionContext context, LiveSilencesState state)
        => state.Silences.Where(silence => silence.IsOurs || context.Run.TakeOverReason is not null);
}

/// <summary>The silences of a target that are in force or to come.</summary>
internal sealed record LiveSilencesState(IReadOnlyList<LiveSilence> Silences);

internal sealed record LiveSilence(string Id, string Matchers, DateTimeOffset EndsAt, string CreatedBy, string Comment, bool IsOurs)
{
    public static LiveSilence Of(AlertSilence silence, bool isOurs) => new(silence.SilenceId, MatcherText.Of(silence.Matchers), silence.EndsAt, silence.CreatedBy, silence.Comment, isOurs);

    public string Describe() => $"{Matchers} until {SilenceTerms.Stamp(EndsAt)}{(IsOurs ? "" : $" by {Whose()}")}";

    /// <summary>Who made it, and why.</summary>
    public string Whose() => $"{ServerText.Clean(CreatedBy, 80)} (\"{ServerText.Clean(Comment, 300)}\")";
}

using PlatformOps.Alerts;
using PlatformOps.Core.Http;

namespace PlatformOps.Core.Services.Alertmanager;

/// <summary>The silences of a target: one entry for each set of matchers.</summary>
internal sealed record SilencesState(IReadOnlyList<SilenceState> Silences);

/// <summary>One set of matchers, and who silences exactly that.</summary>
/// <param name="Matchers">As <see cref="MatcherText"/> writes them.</param>
/// <param name="Ours">The silence with our claim that lasts longest.</param>
/// <param name="Other">Another's.</param>
/// <param name="Alerts">The names of the alerts that match now; null where nobody asked, or it could not be told.</param>
internal sealed record SilenceState(string Matchers, SeenSilence? Ours, SeenSilence? Other, IReadOnlyList<string>? Alerts)
{
    /// <summary>What it is, without its matchers: ours, unless another's is what counts.</summary>
    public string Describe() => (Ours is { IsEnough: true } || Other is null ? Ours?.Describe() : Ours is null || Other.IsEnough ? Other.Describe(isOurs: false) : Ours.Describe()) ?? "not silenced";
}

/// <summary>A silence as it was seen.</summary>
/// <param name="Id">Alertmanager's id.</param>
/// <param name="IsActive">In force, not only to come.</param>
/// <param name="IsEnough">It lasts as long as was wanted when it was looked at.</param>
/// <param name="IsSeen">Alertmanager shows it: behind a cluster what it accepted may not be shown yet.</param>
internal sealed record SeenSilence(string Id, bool IsActive, DateTimeOffset StartsAt, DateTimeOffset EndsAt, string CreatedBy, string Comment, bool IsEnough, bool IsSeen)
{
    public static SeenSilence? Of(KnownSilence? known, SilenceTerms terms) => known is not (var silence, var isSeen)
        ? null
        : new SeenSilence(silence.SilenceId, silence.State == AlertSilenceState.Active, silence.StartsAt, silence.EndsAt, silence.CreatedBy, silence.Comment, terms.AreMetBy(silence), isSeen);

    public string Describe(bool isOurs = true)
    {
        var time = IsActive ? $"silenced until {SilenceTerms.Stamp(EndsAt)}" : $"silenced from {SilenceTerms.Stamp(StartsAt)} to {SilenceTerms.Stamp(EndsAt)}";
        return $"{time}{(isOurs ? "" : $" by {ServerText.Clean(CreatedBy, 80)} (\"{ServerText.Clean(Comment, 300)}\")")}{(IsSeen ? "" : $" (accepted as {Id}, not shown yet)")}";
    }
}

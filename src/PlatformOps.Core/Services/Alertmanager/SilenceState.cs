using PlatformOps.Alerts;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Http;

namespace PlatformOps.Core.Services.Alertmanager;

/// <summary>The silences of a target: one entry for each set of matchers.</summary>
internal sealed record SilencesState(IReadOnlyList<SilenceState> Silences);

/// <summary>One set of matchers, and the silence that has exactly it: ours where there is one, else anybody's; the one that lasts longest.</summary>
internal sealed record SilenceState(string Matchers)
{
    public string? Id { get; init; }

    /// <summary>In force, not only to come.</summary>
    public bool IsActive { get; init; }

    public DateTimeOffset StartsAt { get; init; }

    public DateTimeOffset EndsAt { get; init; }

    public string? CreatedBy { get; init; }

    public string? Comment { get; init; }

    /// <summary>It carries the claim of whoever looks.</summary>
    public bool IsOurs { get; init; }

    /// <summary>Alertmanager shows it: behind a cluster what it accepted may not be shown yet.</summary>
    public bool IsSeen { get; init; } = true;

    /// <summary>The names of the alerts that match now; null where nobody asked, or it could not be told.</summary>
    public IReadOnlyList<string>? Alerts { get; init; }

    public static SilenceState Of(string matchers, KnownSilence? known, ActionContext context) => known is null
        ? new SilenceState(matchers)
        : new SilenceState(matchers)
        {
            Id = known.Silence.SilenceId,
            IsActive = known.Silence.State == AlertSilenceState.Active,
            StartsAt = known.Silence.StartsAt,
            EndsAt = known.Silence.EndsAt,
            CreatedBy = known.Silence.CreatedBy,
            Comment = known.Silence.Comment,
            IsOurs = IsOursTo(context, known.Silence),
            IsSeen = known.IsSeen,
        };

    /// <summary>Whether a silence carries our claim: the same person's for the same ticket.</summary>
    public static bool IsOursTo(ActionContext context, AlertSilence silence) => Claim.Find(silence.Comment)?.IsSameOwner(context.Claim) == true;

    /// <summary>What it is, without its matchers.</summary>
    public string Describe()
    {
        if (Id is null)
            return "not silenced";
        var time = IsActive ? $"silenced until {SilenceTerms.Stamp(EndsAt)}" : $"silenced from {SilenceTerms.Stamp(StartsAt)} to {SilenceTerms.Stamp(EndsAt)}";
        return $"{time}{(IsOurs ? "" : $" by {ServerText.Clean(CreatedBy, 80)} (\"{ServerText.Clean(Comment, 300)}\")")}{(IsSeen ? "" : $" (accepted as {Id}, not shown yet)")}";
    }
}

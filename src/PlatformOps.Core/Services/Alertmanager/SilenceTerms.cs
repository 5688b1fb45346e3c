using System.Globalization;
using PlatformOps.Alerts;
using PlatformOps.Core.Changes;

namespace PlatformOps.Core.Services.Alertmanager;

/// <summary>From when to when silences are wanted.</summary>
/// <param name="Start">Null for at once.</param>
/// <param name="End">Whole seconds, UTC.</param>
/// <param name="Tolerance">How much sooner one may end and still do: what rolls on with the clock is not written anew every minute.</param>
/// <param name="IsRolling">The end is so long from now, and not a time that somebody named.</param>
internal sealed record SilenceTerms(DateTimeOffset? Start, DateTimeOffset End, TimeSpan Tolerance, bool IsRolling)
{
    /// <summary>The longest that a silence may last: longer was hardly meant, and is a typing error.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(5 * 366);

    private static readonly TimeSpan MostTolerance = TimeSpan.FromHours(1);

    /// <param name="now">By our clock.</param>
    /// <param name="windowEnd">When the run's maintenance window ends.</param>
    /// <param name="configuration">The section.</param>
    /// <param name="parameters">What is asked for.</param>
    public static SilenceTerms Of(DateTimeOffset now, DateTimeOffset windowEnd, AlertmanagerConfiguration configuration, SilenceAlertsParameters parameters)
    {
        DateTimeOffset? start = parameters.From is { } from && from > now ? from : null;
        if (parameters.Until is { } until)
            return Fixed(until);
        if (parameters.Duration is null && configuration.SilenceMode == SilenceMode.Window)
            return Fixed(windowEnd);
        var duration = parameters.Duration ?? configuration.SilenceDuration;
        return new SilenceTerms(start, Whole((start ?? now) + duration), duration / 2 < MostTolerance ? duration / 2 : MostTolerance, IsRolling: true);

        SilenceTerms Fixed(DateTimeOffset end) => new(start, Whole(end), TimeSpan.FromSeconds(1), IsRolling: false);
    }

    public static string Stamp(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Whether a silence is there for as long as it is wanted.</summary>
    public bool AreMetBy(AlertSilence silence) => (silence.State == AlertSilenceState.Active || silence.StartsAt <= Start) && silence.EndsAt >= End - Tolerance;

    /// <summary>Of the silences with one set of matchers ours, the one that lasts longest, and another's that does where ours does not.</summary>
    /// <param name="live">Those in force or to come.</param>
    /// <param name="claim">Ours.</param>
    public (KnownSilence? Ours, KnownSilence? Other) Choose(IEnumerable<KnownSilence> live, Claim claim)
    {
        var (ours, others) = (live.Where(known => IsOursTo(claim, known.Silence)).ToList(), live.Where(known => !IsOursTo(claim, known.Silence)));
        return (ours.MaxBy(known => known.Silence.EndsAt), others.OrderByDescending(known => AreMetBy(known.Silence)).ThenByDescending(known => known.Silence.EndsAt).FirstOrDefault());
    }

    /// <summary>Whether a silence carries our claim: the same person's for the same ticket.</summary>
    public static bool IsOursTo(Claim claim, AlertSilence silence) => Claim.Find(silence.Comment)?.IsSameOwner(claim) == true;

    private static DateTimeOffset Whole(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
}

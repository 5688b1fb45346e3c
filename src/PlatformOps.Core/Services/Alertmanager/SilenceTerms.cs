using System.Globalization;
using PlatformOps.Core.Changes;

namespace PlatformOps.Core.Services.Alertmanager;

/// <summary>From when to when silences are wanted.</summary>
/// <param name="Start">Null for at once.</param>
/// <param name="End">Whole seconds, UTC.</param>
/// <param name="Tolerance">How much sooner one may end and still do: what rolls on with the clock is not written anew every minute.</param>
internal sealed record SilenceTerms(DateTimeOffset? Start, DateTimeOffset End, TimeSpan Tolerance)
{
    private static readonly TimeSpan MostTolerance = TimeSpan.FromHours(1);

    public static SilenceTerms Of(ActionContext context, AlertmanagerConfiguration configuration, SilenceAlertsParameters parameters)
    {
        var now = context.Time.GetUtcNow();
        DateTimeOffset? start = parameters.From is { } from && from > now ? from : null;
        if (parameters.Until is { } until)
            return Fixed(until);
        if (parameters.Duration is null && configuration.SilenceMode == SilenceMode.Window)
            return Fixed(context.Run.WindowEnd);
        var duration = parameters.Duration ?? configuration.SilenceDuration;
        return new SilenceTerms(start, Whole((start ?? now) + duration), duration / 2 < MostTolerance ? duration / 2 : MostTolerance);

        SilenceTerms Fixed(DateTimeOffset end) => new(start, Whole(end), TimeSpan.FromSeconds(1));
    }

    public static string Stamp(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Whether a silence is there for as long as it is wanted.</summary>
    public bool AreMetBy(SilenceState silence)
        => silence.Id is not null && (silence.IsActive || silence.StartsAt <= Start) && silence.EndsAt >= End - Tolerance;

    private static DateTimeOffset Whole(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
}

using PlatformOps.Alerts;

namespace PlatformOps.Core.Services.Alertmanager;

/// <summary>A silence to be made, or changed where it has an id.</summary>
/// <param name="Id">Of the silence that is changed. Only the same matchers in the same order and the same start keep it; otherwise Alertmanager ends it and makes another.</param>
/// <param name="Matchers">All of them have to hold.</param>
/// <param name="StartsAt">A new one that would begin in the past begins now, by the server's clock.</param>
/// <param name="EndsAt">In the future.</param>
/// <param name="CreatedBy">Who.</param>
/// <param name="Comment">Why, with our claim.</param>
internal sealed record SilenceRequest(string? Id, IReadOnlyList<AlertMatcher> Matchers, DateTimeOffset StartsAt, DateTimeOffset EndsAt, string CreatedBy, string Comment);

/// <summary>A silence, and whether the service shows it as it is: a reader behind a cluster may not have heard yet of what was accepted.</summary>
internal sealed record KnownSilence(AlertSilence Silence, bool IsSeen);

namespace PlatformOps.Lab.World;

/// <summary>What Alertmanager keeps, and who may ask it.</summary>
internal sealed class AlertData
{
    public const string UserName = "ops";

    public required string Password { get; init; }

    /// <summary>Every version of every silence, the oldest first: a peer that lags behind answers from an older one.</summary>
    public List<AlertSilence> Silences { get; } = [];

    /// <summary>Alerts that somebody sent, by fingerprint.</summary>
    public Dictionary<string, FiringAlert> Sent { get; } = new(StringComparer.Ordinal);

    /// <summary>Alerts that the state of the world makes fire, by fingerprint.</summary>
    public Dictionary<string, FiringAlert> OfTheWorld { get; } = new(StringComparer.Ordinal);
}

namespace PlatformOps.Alerts;

/// <summary>Where a silence is in its time, as Alertmanager's own clock tells.</summary>
public enum AlertSilenceState
{
    /// <summary>It begins later.</summary>
    Pending,

    /// <summary>It is in force.</summary>
    Active,

    /// <summary>It is over. It is forgotten after a while, by default 5 days, and never comes back.</summary>
    Expired,
}

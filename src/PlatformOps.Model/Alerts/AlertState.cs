namespace PlatformOps.Alerts;

/// <summary>Whether an alert reaches anybody.</summary>
public enum AlertState
{
    /// <summary>Alertmanager has not looked at it yet.</summary>
    Unprocessed,

    /// <summary>It is sent.</summary>
    Active,

    /// <summary>It fires, and a silence or another alert keeps it from being sent.</summary>
    Suppressed,
}

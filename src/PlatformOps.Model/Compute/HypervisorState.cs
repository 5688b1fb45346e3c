namespace PlatformOps.Compute;

/// <summary>Where a hypervisor is on its way through a migration.</summary>
public enum HypervisorState
{
    /// <summary>It cannot be told: its service is not known, or its cell does not answer.</summary>
    Unknown,

    /// <summary>In service, with servers.</summary>
    Running,

    /// <summary>Disabled by PlatformOps, with servers left.</summary>
    Draining,

    /// <summary>Disabled by PlatformOps, without servers.</summary>
    Drained,

    /// <summary>In service, without servers.</summary>
    Empty,

    /// <summary>Disabled by PlatformOps, without servers, and started within the last day.</summary>
    Rebooted,

    /// <summary>Its service is not heard of.</summary>
    Down,

    /// <summary>Disabled by a person.</summary>
    Disabled,
}

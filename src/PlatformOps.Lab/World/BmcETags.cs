namespace PlatformOps.Lab.World;

/// <summary>What a BMC does about ETags.</summary>
internal enum BmcETags
{
    /// <summary>Sends a strong one, and compares what comes.</summary>
    Strong,

    /// <summary>Sends a weak one, and takes only the strong one of it.</summary>
    Weak,

    /// <summary>Refuses any precondition.</summary>
    Refused,

    /// <summary>Wants one with every change.</summary>
    Required,
}

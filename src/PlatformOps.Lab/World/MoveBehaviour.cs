namespace PlatformOps.Lab.World;

/// <summary>How the next moves of a server go; set by a test.</summary>
internal enum MoveBehaviour
{
    /// <summary>It arrives.</summary>
    Arrives,

    /// <summary>The migration ends in error and the server runs on where it was.</summary>
    Fails,

    /// <summary>It never ends by itself: force-complete or abort it.</summary>
    Hangs,

    /// <summary>The migration says completed but the server is still on the old host (seen in the field).</summary>
    Stays,
}

namespace PlatformOps.Core.Ssh;

/// <summary>Where a detached run is.</summary>
internal enum DetachedPhase
{
    /// <summary>The host knows none of this name: it never began, or its files were removed.</summary>
    Absent,

    Running,

    /// <summary>It ended, and its exit status is known.</summary>
    Ended,

    /// <summary>It runs no more and left no exit status: Unknown, never to be taken for success.</summary>
    Lost,
}

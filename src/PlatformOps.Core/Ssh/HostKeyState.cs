namespace PlatformOps.Core.Ssh;

/// <summary>What the known_hosts files say of a key that a host shows.</summary>
internal enum HostKeyState
{
    /// <summary>It is the host's key.</summary>
    Known,

    /// <summary>Nothing is known of the host.</summary>
    Unknown,

    /// <summary>The host is known by another key.</summary>
    Changed,

    /// <summary>The key is marked as not to be trusted any more.</summary>
    Revoked,
}

namespace PlatformOps.Core.Ssh;

/// <summary>Which host keys are trusted. A changed or revoked key never is, and nobody is ever asked.</summary>
internal enum HostKeyPolicy
{
    /// <summary>Only keys in the known_hosts files, the system's included.</summary>
    Strict,

    /// <summary>A host seen for the first time is trusted and written down.</summary>
    AcceptNew,

    /// <summary>Only keys in the configured known_hosts file, where a person put them; the system's is not read.</summary>
    Pinned,
}

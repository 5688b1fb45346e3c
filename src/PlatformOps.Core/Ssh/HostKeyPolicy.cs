namespace PlatformOps.Core.Ssh;

/// <summary>Which host keys are accepted. A changed one never is.</summary>
internal enum HostKeyPolicy
{
    /// <summary>Known ones.</summary>
    Strict,

    /// <summary>Known ones, and that of a host that none is known of, which is then kept.</summary>
    AcceptNew,

    /// <summary>Those given by <c>Set-RemoteHostKey</c> alone.</summary>
    Pinned,
}

namespace PlatformOps.Lab.Faults;

internal enum FaultKind
{
    /// <summary>An error status instead of the call.</summary>
    Status,

    /// <summary>Seconds of the client's time before the call, not of the lab's: its deadline runs meanwhile.</summary>
    Delay,

    /// <summary>The connection is cut and nothing was done.</summary>
    Reset,

    /// <summary>The call is done, then the connection is cut.</summary>
    ResetAfterCommit,

    /// <summary>The call is done and its answer is unreadable.</summary>
    Garbage,

    /// <summary>A login page with 200; nothing was done.</summary>
    Html,

    /// <summary>The call is done; the body ends half-way.</summary>
    Truncate,

    /// <summary>The service no longer accepts the token.</summary>
    TokenExpired,

    /// <summary>The host refuses the SSH connection.</summary>
    SshRefused,

    /// <summary>The command runs, then the connection drops without an exit status.</summary>
    SshDrop,

    /// <summary>The key is not accepted.</summary>
    SshAuth,

    /// <summary>The command gives nothing and never ends.</summary>
    SshHang,

    /// <summary>No write on the host succeeds.</summary>
    DiskFull,
}

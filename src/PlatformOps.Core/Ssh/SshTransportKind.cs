using PlatformOps.Core.Configuration;

namespace PlatformOps.Core.Ssh;

/// <summary>What carries SSH.</summary>
internal enum SshTransportKind
{
    /// <summary>SSH.NET where it was built, else OpenSSH.</summary>
    Auto,

    /// <summary>SSH.NET, in process.</summary>
    [Key("sshnet")]
    SshNet,

    /// <summary>The <c>ssh</c> of the machine.</summary>
    [Key("openssh")]
    OpenSsh,

    /// <summary>The lab's emulated hosts.</summary>
    Lab,
}

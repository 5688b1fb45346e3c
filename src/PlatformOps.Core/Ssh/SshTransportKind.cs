using PlatformOps.Core.Configuration;

namespace PlatformOps.Core.Ssh;

/// <summary>What carries SSH.</summary>
internal enum SshTransportKind
{
    /// <summary>SSH.NET where it was built, else OpenSSH.</summary>
    Auto,

    /// <summary>SSH.NET, in process.</summary>
    [YamlName("sshnet")]
    SshNet,

    /// <summary>The <c>ssh</c> of the machine.</summary>
    [YamlName("openssh")]
    OpenSsh,

    /// <summary>The lab's emulated hosts.</summary>
    Lab,
}

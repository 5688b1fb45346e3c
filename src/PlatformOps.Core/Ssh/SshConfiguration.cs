using System.ComponentModel.DataAnnotations;
using PlatformOps.Core.Configuration;
using PlatformOps.Core.Secrets;

namespace PlatformOps.Core.Ssh;

/// <summary>How hosts are logged in to.</summary>
[Section("ssh")]
internal sealed record SshConfiguration : ICheckedRecord
{
    public string? Username { get; init; }

    /// <summary>The private key; the public one is the same with <c>.pub</c>.</summary>
    [LocalPath]
    public string? KeyPath { get; init; }

    /// <summary>What the private key is encrypted with.</summary>
    public Secret? Passphrase { get; init; }

    /// <summary>The known_hosts file; OpenSSH's own where not set.</summary>
    [LocalPath]
    public string? KnownHosts { get; init; }

    public HostKeyPolicy HostKeyPolicy { get; init; }

    /// <summary>Whether a hypervisor that waits for its reinstall may come back with another host key: taken once, from the machine with the serial number of its dossier and a new boot id. Where false, a person puts the new key there.</summary>
    public bool AcceptOnceAfterReinstall { get; init; }

    public SshTransportKind Transport { get; init; }

    /// <summary>Where the lab's hosts are reached, for the transport <c>lab</c>.</summary>
    public Uri? LabUrl { get; init; }

    [Range(1, 65535)]
    public int Port { get; init; } = 22;

    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The bastion that every host is reached through.</summary>
    [UriSchemes("ssh")]
    public Uri? Via { get; init; }

    public IEnumerable<string> Problems()
    {
        if (Transport == SshTransportKind.Lab && LabUrl is null)
            yield return "transport is lab, so lab-url is needed.";
    }
}

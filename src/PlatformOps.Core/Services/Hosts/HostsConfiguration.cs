using System.ComponentModel.DataAnnotations;
using PlatformOps.Core.Configuration;
using PlatformOps.Core.Services.Hosts.Storage;

namespace PlatformOps.Core.Services.Hosts;

/// <summary>The <c>hosts:</c> section: what a site's hypervisors are like.</summary>
[Section("hosts")]
internal sealed record HostsConfiguration : ICheckedRecord
{
    /// <summary>What lists a host's domains: <c>virsh</c>, or the words that reach it where it lives in a container, such as <c>podman</c>, <c>exec</c>, <c>nova_libvirt</c>, <c>virsh</c>.</summary>
    [MinLength(1)]
    public IReadOnlyList<string> Virsh { get; init; } = ["virsh"];

    /// <summary>What does not belong to a hypervisor.</summary>
    public TenantRules Tenants { get; init; } = new();

    /// <summary>How the data disks of a hardware model are made ready, by name; one takes the place of the built-in profile of the same name.</summary>
    public IReadOnlyDictionary<string, StorageProfile> StorageProfiles { get; init; } = new Dictionary<string, StorageProfile>();

    public IEnumerable<string> Problems()
    {
        if (Virsh.FirstOrDefault(word => word.Length == 0 || word.Any(char.IsWhiteSpace)) is { } odd)
            yield return $"virsh is a list of words, each without spaces, such as [podman, exec, nova_libvirt, virsh], and '{odd}' is none.";
    }
}

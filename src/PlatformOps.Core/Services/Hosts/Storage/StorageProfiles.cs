using PlatformOps.Core.Configuration;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Hosts.Storage;

/// <summary>The built-in profiles and the site's, by name and by hardware model.</summary>
internal sealed class StorageProfiles(HostsConfiguration configuration)
{
    private static readonly Dictionary<string, StorageProfile> BuiltIn = new(StringComparer.OrdinalIgnoreCase)
    {
        ["hv-2022-lenovo"] = new() { Disks = new() { Count = 1, Transport = "nvme" } },
        ["xma-hv-2022-a100"] = new() { Disks = new() { Count = 2, Transport = "nvme" }, Partition = "fd00", Raid0 = "/dev/md0" },
    };

    private readonly Dictionary<string, StorageProfile> _site = new(configuration.StorageProfiles, StringComparer.OrdinalIgnoreCase);

    public IEnumerable<string> Names => _site.Keys.Union(BuiltIn.Keys, StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase);

    /// <exception cref="ObjectNotFoundException">There is none of that name.</exception>
    public (string Name, StorageProfile Profile) ByName(string name)
        => _site.TryGetValue(name, out var profile) || BuiltIn.TryGetValue(name, out profile)
            ? (name, profile)
            : throw new ObjectNotFoundException($"There is no storage profile '{name}'. There are: {string.Join(", ", Names)} (hosts.storage-profiles).") { TargetName = name };

    /// <exception cref="ObjectNotFoundException">None is for that model.</exception>
    /// <exception cref="AmbiguousNameException">Several are.</exception>
    public (string Name, StorageProfile Profile) ForModel(string model)
    {
        // A site that has its own for a model means that one.
        var found = Of(_site, model) is { Count: > 0 } own ? own : Of(BuiltIn.Where(pair => !_site.ContainsKey(pair.Key)), model);
        return found switch
        {
            [var (name, profile)] => (name, profile),
            [] => throw new ObjectNotFoundException($"No storage profile is for the hardware model '{model}'. There are: {string.Join(", ", Names)}. Add one to hosts.storage-profiles, or the model to the models of one.") { TargetName = model },
            _ => throw new AmbiguousNameException($"Several storage profiles are for the hardware model '{model}': {string.Join(", ", found.Select(pair => pair.Key))}. Make their models differ.") { TargetName = model },
        };
    }

    /// <summary>Where the data of a hardware model is mounted: by its profile, or where it usually is.</summary>
    public string MountPointOf(string? model)
        => model is not null && Of(_site, model) is [var (_, own), ..] ? own.MountPoint : StorageProfile.DefaultMountPoint;

    private static List<KeyValuePair<string, StorageProfile>> Of(IEnumerable<KeyValuePair<string, StorageProfile>> profiles, string model)
        => [.. profiles.Where(pair => ModelsOf(pair).Any(pattern => NamePattern.Matches(pattern, model)))];

    private static IReadOnlyList<string> ModelsOf(KeyValuePair<string, StorageProfile> pair) => pair.Value.Models is { Count: > 0 } models ? models : [pair.Key];
}

using PlatformOps.Core.Configuration;

namespace PlatformOps.Core.Services.Hosts.Storage;

/// <summary>Which profile a host's storage is to follow, and what may be taken for it.</summary>
internal sealed record HostStorageParameters : ICheckedRecord
{
    /// <summary>The profile, by name.</summary>
    public string? Profile { get; init; }

    /// <summary>The host's hardware model, which tells the profile.</summary>
    public string? Model { get; init; }

    /// <summary>The host's data disks as they were written down before it was installed anew: <c>serial=signature</c>, several in a text with semicolons.</summary>
    public IReadOnlyList<string> Recorded { get; init; } = [];

    /// <summary>Names or serial numbers of disks to take although they carry something that was not recorded.</summary>
    public IReadOnlyList<string> Force { get; init; } = [];

    public IEnumerable<string> Problems()
    {
        if (string.IsNullOrEmpty(Profile) == string.IsNullOrEmpty(Model))
            yield return "either profile or model is needed.";
        if (RecordedDisk.TryParse(Recorded) is null)
            yield return "recorded is a list of serial=signature, such as S64HNE0AB=xfs:1f0c….";
    }
}

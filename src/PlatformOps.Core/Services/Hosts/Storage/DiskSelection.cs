using System.ComponentModel.DataAnnotations;
using PlatformOps.Core.Configuration;

namespace PlatformOps.Core.Services.Hosts.Storage;

/// <summary>Which disks are a host's data disks: by what they are, never by the kernel's name, which another boot can give to another disk. All that is given has to hold.</summary>
internal sealed record DiskSelection : ICheckedRecord
{
    private const double GiB = 1024 * 1024 * 1024;

    /// <summary>How many there are. More or fewer on a host is an error, not a choice.</summary>
    [Range(1, 64)]
    public int Count { get; init; } = 1;

    /// <summary>How they are attached, as lsblk says: <c>nvme</c>, <c>sata</c>, <c>sas</c>.</summary>
    public string? Transport { get; init; }

    /// <summary>Patterns of their models.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>Patterns of their serial numbers.</summary>
    public IReadOnlyList<string> Serials { get; init; } = [];

    [Range(1, 1_000_000)]
    public int? MinGib { get; init; }

    [Range(1, 1_000_000)]
    public int? MaxGib { get; init; }

    public bool Matches(BlockDevice disk)
        => (Transport is null || string.Equals(Transport, disk.Transport, StringComparison.OrdinalIgnoreCase))
            && (Models.Count == 0 || (disk.Model is { } model && Models.Any(pattern => NamePattern.Matches(pattern, model))))
            && (Serials.Count == 0 || (disk.Serial is { } serial && Serials.Any(pattern => NamePattern.Matches(pattern, serial))))
            && (MinGib is null || disk.SizeBytes >= MinGib * GiB)
            && (MaxGib is null || disk.SizeBytes <= MaxGib * GiB);

    public IEnumerable<string> Problems()
    {
        if (Transport is null && Models.Count == 0 && Serials.Count == 0 && MinGib is null && MaxGib is null)
            yield return "a selection of disks needs a transport, models, serials, min-gib or max-gib.";
        if (MinGib > MaxGib)
            yield return "min-gib is above max-gib.";
    }

    public override string ToString()
    {
        List<string> words = [$"{Count} {(Count == 1 ? "disk" : "disks")}"];
        if (Transport is not null)
            words.Add($"transport {Transport}");
        if (Models.Count > 0)
            words.Add($"model {string.Join(" or ", Models)}");
        if (Serials.Count > 0)
            words.Add($"serial {string.Join(" or ", Serials)}");
        if (MinGib is not null)
            words.Add($"from {MinGib} GiB");
        if (MaxGib is not null)
            words.Add($"to {MaxGib} GiB");
        return string.Join(", ", words);
    }
}

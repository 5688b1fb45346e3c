namespace PlatformOps.Lab.World;

/// <summary>A disk, partition or volume as <c>lsblk</c> shows it.</summary>
internal sealed record BlockDevice
{
    public required string Name { get; init; }

    public required string Type { get; init; }

    public required long Size { get; init; }

    public string? Model { get; init; }

    public string? Serial { get; init; }

    public string? Wwn { get; init; }

    public string? Transport { get; init; }

    public string? PartitionTable { get; init; }

    public string? PartitionType { get; init; }

    public string? FileSystem { get; set; }

    public string? Label { get; init; }

    public string? Uuid { get; set; }

    public string? MountPoint { get; set; }

    public string? MountOptions { get; set; }

    public List<BlockDevice> Children { get; init; } = [];

    public string Path => Type == "lvm" ? $"/dev/mapper/{Name}" : $"/dev/{Name}";

    public IEnumerable<BlockDevice> WithDescendants() => Children.SelectMany(child => child.WithDescendants()).Prepend(this);
}

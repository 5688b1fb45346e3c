namespace PlatformOps.Core.Services.Hosts.Storage;

/// <summary>What a look at a host's storage came to.</summary>
internal sealed record StoragePlan
{
    /// <summary>The data disks and what they carry, for people.</summary>
    public required IReadOnlyList<string> Disks { get; init; }

    /// <summary>Why nothing may be done; empty where it may. With one, there are no steps.</summary>
    public IReadOnlyList<string> Refusals { get; init; } = [];

    /// <summary>What is missing, in order; empty where all is as wanted.</summary>
    public IReadOnlyList<StorageStep> Steps { get; init; } = [];

    /// <summary>The file system that is there and stays as it is, for people; null where one is made.</summary>
    public string? Kept { get; init; }
}

namespace PlatformOps.Core.Services.Hosts.Storage;

/// <summary>A host's storage against its profile.</summary>
/// <param name="Profile">The profile's name.</param>
/// <param name="Disks">The data disks and what they carry, for people.</param>
/// <param name="Kept">What is there already and stays; null where nothing is.</param>
/// <param name="Steps">What is missing.</param>
/// <param name="Refusals">Why nothing may be done.</param>
internal sealed record HostStorageState(string Profile, IReadOnlyList<string> Disks, string? Kept, IReadOnlyList<HostStorageState.Missing> Steps, IReadOnlyList<string> Refusals)
{
    /// <summary>A step that is missing; the key tells it from others.</summary>
    internal sealed record Missing(string Key, string Text, bool IsDestructive);
}

namespace PlatformOps.Core.Services.Hosts;

/// <summary>A package on a host.</summary>
/// <param name="Installed">Its version; null where it is not installed.</param>
/// <param name="HasUpdate">Whether the host's repositories have a newer one.</param>
internal sealed record PackageState(string? Installed, bool HasUpdate);

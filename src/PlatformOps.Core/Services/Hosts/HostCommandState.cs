namespace PlatformOps.Core.Services.Hosts;

/// <summary>Whether a command has run.</summary>
/// <param name="HasRun">By its probe; null where it has none.</param>
internal sealed record HostCommandState(bool? HasRun);

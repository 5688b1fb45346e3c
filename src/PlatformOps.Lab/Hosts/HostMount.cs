namespace PlatformOps.Lab.Hosts;

/// <summary>Something mounted: a device, a server's export, or a file system that the kernel makes up.</summary>
internal sealed record HostMount(string Target, string Source, string FileSystem, string Options, string? Uuid = null);

namespace PlatformOps.Lab.World;

internal sealed record Flavor(string Id, string Name, int Vcpus, int RamMiB, int DiskGiB, IReadOnlyDictionary<string, string> ExtraSpecs);

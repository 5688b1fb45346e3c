namespace PlatformOps.Lab.World;

/// <summary>A model that Aquilon knows, with the disk that every new machine of it begins with.</summary>
internal sealed record AquilonModel(string Name, string Vendor, string Cpu, int CpuCount, int MemoryMegabytes, AquilonDisk Disk);

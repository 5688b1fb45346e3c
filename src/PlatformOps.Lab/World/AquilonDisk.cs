namespace PlatformOps.Lab.World;

internal sealed record AquilonDisk(string Name, int Gigabytes, string Controller, bool IsBoot);

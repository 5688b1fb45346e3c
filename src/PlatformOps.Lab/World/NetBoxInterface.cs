namespace PlatformOps.Lab.World;

internal sealed record NetBoxInterface(int Id, int DeviceId, string Name, string Type, bool ManagementOnly, string Mac, bool IsBootable);

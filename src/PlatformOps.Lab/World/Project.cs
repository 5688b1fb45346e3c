namespace PlatformOps.Lab.World;

internal sealed record Project(string Id, string Name, string Description);

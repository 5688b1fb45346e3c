namespace PlatformOps.Lab.World;

/// <summary>One server of a world file.</summary>
internal sealed record ServerPlan(string Name, string Host, string? Flavor, string? Project, string? Status);

namespace PlatformOps.Lab.World;

/// <summary>A named thing that a device points at: role, type, site, rack, platform, manufacturer, tag.</summary>
internal sealed record NetBoxObject(int Id, string Name, string Slug)
{
    public string Description { get; init; } = "";

    public NetBoxObject? Parent { get; init; }
}

namespace PlatformOps.Core.Services.NetBox;

/// <summary>A list of small objects that devices refer to.</summary>
/// <param name="Path">Below <c>/api/</c>.</param>
/// <param name="Noun">One of them, in words.</param>
internal sealed record NetBoxList(string Path, string Noun)
{
    public static NetBoxList Roles { get; } = new("dcim/device-roles/", "device role");

    public static NetBoxList Sites { get; } = new("dcim/sites/", "site");

    public static NetBoxList Tags { get; } = new("extras/tags/", "tag");
}

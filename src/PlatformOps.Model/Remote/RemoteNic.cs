namespace PlatformOps.Remote;

/// <summary>A network interface of a host.</summary>
/// <param name="Name">The name, such as <c>eno1</c>.</param>
/// <param name="MacAddress">The MAC address in lower case with colons.</param>
public sealed record RemoteNic(string Name, string MacAddress)
{
    /// <summary>The name.</summary>
    public override string ToString() => Name;
}

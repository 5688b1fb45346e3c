namespace PlatformOps.Aquilon;

/// <summary>An address of an interface in Aquilon.</summary>
public sealed record AquilonAddress
{
    /// <summary>The IP address, without prefix.</summary>
    public required string Ip { get; init; }

    /// <summary>Its name in the DNS, where there is one.</summary>
    public string? Fqdn { get; init; }

    /// <summary>The address.</summary>
    public override string ToString() => Ip;
}

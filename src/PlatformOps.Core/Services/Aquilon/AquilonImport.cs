namespace PlatformOps.Core.Services.Aquilon;

/// <summary>How a host comes into Aquilon.</summary>
internal enum AquilonImport
{
    /// <summary>By the program <c>netbox2aquilon</c> beside <c>aq</c>.</summary>
    [Configuration.YamlName("netbox2aquilon")]
    Netbox2Aquilon,

    /// <summary>By <c>aq</c> itself, with the interfaces and addresses of the inventory.</summary>
    Aq,

    /// <summary>By <c>aq</c> itself, as the saved record has it: what puts a host back that was deleted.</summary>
    Record,
}

/// <param name="Import">How it comes.</param>
/// <param name="Record">The run whose record it comes from; null for that of how it was before it was imported anew.</param>
internal sealed record AquilonSource(AquilonImport Import, string? Record = null);

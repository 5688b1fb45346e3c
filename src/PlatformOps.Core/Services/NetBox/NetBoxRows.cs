using System.Text.Json;

namespace PlatformOps.Core.Services.NetBox;

// Objects as NetBox's REST API sends them.

internal sealed record NetBoxPage<T>(IReadOnlyList<T>? Results, string? Next, long? Count);

internal sealed record NetBoxDevice
{
    public long Id { get; init; }

    public string? Name { get; init; }

    public NetBoxChoice? Status { get; init; }

    /// <summary>From 3.6.</summary>
    public NetBoxReference? Role { get; init; }

    /// <summary>Before 3.6, and beside <see cref="Role"/> until 4.0.</summary>
    public NetBoxReference? DeviceRole { get; init; }

    public NetBoxReference? Site { get; init; }

    public NetBoxDeviceType? DeviceType { get; init; }

    public string? Serial { get; init; }

    public NetBoxAddress? PrimaryIp { get; init; }

    /// <summary>From 3.6.</summary>
    public NetBoxAddress? OobIp { get; init; }

    public DateTimeOffset? LastUpdated { get; init; }

    public Dictionary<string, JsonElement>? CustomFields { get; init; }
}

internal sealed record NetBoxChoice(string? Value, string? Label);

internal sealed record NetBoxReference(long Id, string? Name, string? Slug, string? Display);

internal sealed record NetBoxDeviceType
{
    public long Id { get; init; }

    public string? Model { get; init; }

    public string? Description { get; init; }

    public NetBoxReference? Manufacturer { get; init; }
}

internal sealed record NetBoxAddress(long Id, string? Address, string? DnsName = null, NetBoxReference? Vrf = null);

internal sealed record NetBoxInterface(long Id, string? Name, bool MgmtOnly, string? MacAddress = null);

internal sealed record NetBoxJournalEntry(long Id, string? Comments, DateTimeOffset? Created);

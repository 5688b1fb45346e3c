namespace PlatformOps.Lab.World;

/// <summary>What NetBox keeps.</summary>
internal sealed class NetBoxData
{
    public List<NetBoxObject> Sites { get; } = [];

    public List<NetBoxObject> Racks { get; } = [];

    public List<NetBoxObject> Roles { get; } = [];

    public List<NetBoxObject> Manufacturers { get; } = [];

    public List<NetBoxObject> Types { get; } = [];

    public List<NetBoxObject> Platforms { get; } = [];

    public List<NetBoxObject> Tags { get; } = [];

    public List<Device> Devices { get; } = [];

    public List<NetBoxInterface> Interfaces { get; } = [];

    public List<NetBoxAddress> Addresses { get; } = [];

    public List<NetBoxJournalEntry> Journal { get; } = [];

    /// <summary>The custom fields of devices: name → type (text, integer, boolean, date).</summary>
    public Dictionary<string, string> CustomFields { get; } = new(StringComparer.Ordinal)
    {
        ["host_key"] = "text",
        ["warranty_end"] = "date",
        ["maintenance_note"] = "text",
        ["gpu_count"] = "integer",
    };

    public required string Token { get; init; }

    /// <summary>A version 2 token as clients send it: <c>nbt_&lt;key&gt;.&lt;secret&gt;</c>.</summary>
    public required string TokenV2 { get; init; }

    /// <summary>A token that may only read.</summary>
    public required string ReadOnlyToken { get; init; }
}

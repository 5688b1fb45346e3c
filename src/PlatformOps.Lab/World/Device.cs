namespace PlatformOps.Lab.World;

/// <summary>A device in NetBox.</summary>
internal sealed class Device
{
    public required int Id { get; init; }

    public required string? Name { get; set; }

    public required NetBoxObject Type { get; set; }

    public required NetBoxObject Role { get; set; }

    public required NetBoxObject Site { get; set; }

    public NetBoxObject? Rack { get; set; }

    public NetBoxObject? Platform { get; set; }

    public decimal? Position { get; set; }

    public string Serial { get; set; } = "";

    public string? AssetTag { get; set; }

    public string Status { get; set; } = "active";

    public string Comments { get; set; } = "";

    public string Description { get; set; } = "";

    public int? PrimaryAddress { get; set; }

    public int? OutOfBandAddress { get; set; }

    public List<NetBoxObject> Tags { get; set; } = [];

    public JsonObject CustomFields { get; init; } = [];

    public required DateTimeOffset Created { get; init; }

    public DateTimeOffset LastUpdated { get; set; }

    /// <summary>Counts the changes; the ETag is made from it.</summary>
    public int Revision { get; set; } = 1;

    /// <summary>The hypervisor that this device is, when it is one.</summary>
    public Hypervisor? Hypervisor { get; init; }
}

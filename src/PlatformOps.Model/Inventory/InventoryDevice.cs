namespace PlatformOps.Inventory;

/// <summary>A device in the inventory (NetBox).</summary>
public sealed record InventoryDevice
{
    /// <summary>The target it was asked for by, where it was one; so that it pipes on to cmdlets of hypervisors.</summary>
    public string? HypervisorName { get; init; }

    /// <summary>Its name in the inventory; unique within a site only.</summary>
    public required string DeviceName { get; init; }

    /// <summary>The inventory's id.</summary>
    public required long Id { get; init; }

    /// <summary>Its status: <c>offline</c>, <c>active</c>, <c>planned</c>, <c>staged</c>, <c>failed</c>, <c>inventory</c>, <c>decommissioning</c>, or one of the site's own.</summary>
    public required string Status { get; init; }

    /// <summary>Its role's name.</summary>
    public string? Role { get; init; }

    /// <summary>Its site's name.</summary>
    public string? Site { get; init; }

    /// <summary>Its model.</summary>
    public string? DeviceType { get; init; }

    /// <summary>Who made it.</summary>
    public string? Manufacturer { get; init; }

    /// <summary>Its serial number.</summary>
    public string? SerialNumber { get; init; }

    /// <summary>The address of its management controller (BMC), without prefix, where the inventory has it at the device itself.</summary>
    public string? BmcAddress { get; init; }

    /// <summary>Its primary address, without prefix.</summary>
    public string? PrimaryAddress { get; init; }

    /// <summary>Whether the model or its description says that it has a GPU.</summary>
    public bool HasGpu { get; init; }

    /// <summary>When somebody changed it last, UTC.</summary>
    public DateTimeOffset? LastUpdated { get; init; }

    /// <summary>Its page for people.</summary>
    public required string Url { get; init; }

    /// <summary>The site's own fields.</summary>
    public IReadOnlyDictionary<string, object?> CustomFields { get; init; } = new Dictionary<string, object?>();

    /// <summary>The device's name.</summary>
    public override string ToString() => DeviceName;
}

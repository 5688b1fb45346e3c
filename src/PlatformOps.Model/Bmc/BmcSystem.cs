namespace PlatformOps.Bmc;

/// <summary>A machine as its management controller (BMC) tells of it over Redfish.</summary>
/// <remarks>DMTF DSP2046, "ComputerSystem". What a controller does not tell is null.</remarks>
public sealed record BmcSystem
{
    /// <summary>The target it was asked for by, where it was one; so that it pipes on to cmdlets of hypervisors.</summary>
    public string? HypervisorName { get; init; }

    /// <summary>The controller's address: an IP address or a DNS name.</summary>
    public required string BmcAddress { get; init; }

    /// <summary>The system's name among those of its controller, such as <c>1</c>, <c>Self</c> or <c>System.Embedded.1</c>.</summary>
    public required string SystemId { get; init; }

    /// <summary>Its serial number.</summary>
    public string? SerialNumber { get; init; }

    /// <summary>The maker's number for customers, such as Dell's service tag; on some machines it, and not the serial number, is what the inventory and DMI have.</summary>
    public string? Sku { get; init; }

    /// <summary>Its UUID, the one DMI has.</summary>
    public Guid? Uuid { get; init; }

    /// <summary>Whether the inventory's serial number is this machine's; null where it was asked for by the controller's address, or the inventory has none.</summary>
    public bool? MatchesInventory { get; init; }

    /// <summary>Who made it.</summary>
    public string? Manufacturer { get; init; }

    /// <summary>Its model.</summary>
    public string? Model { get; init; }

    /// <summary>Its host name, as far as its operating system told the controller.</summary>
    public string? HostName { get; init; }

    /// <summary>The version of its BIOS.</summary>
    public string? BiosVersion { get; init; }

    /// <summary><c>On</c>, <c>Off</c>, <c>PoweringOn</c>, <c>PoweringOff</c> or <c>Paused</c>.</summary>
    public string? PowerState { get; init; }

    /// <summary><c>OK</c>, <c>Warning</c> or <c>Critical</c>.</summary>
    public string? Health { get; init; }

    /// <summary>What the next boot is to be from instead of the usual, such as <c>Pxe</c>; <c>None</c> where nothing is.</summary>
    public string? BootTarget { get; init; }

    /// <summary>For how long: <c>Once</c>, <c>Continuous</c> or <c>Disabled</c>.</summary>
    public string? BootEnabled { get; init; }

    /// <summary><c>UEFI</c> or <c>Legacy</c>.</summary>
    public string? BootMode { get; init; }

    /// <summary>What it can be booted from.</summary>
    public IReadOnlyList<string> BootTargets { get; init; } = [];

    /// <summary>How it can be reset, such as <c>ForceRestart</c>.</summary>
    public IReadOnlyList<string> ResetTypes { get; init; } = [];

    /// <summary>How far its last boot came, such as <c>OSRunning</c>.</summary>
    public string? BootState { get; init; }

    /// <summary>When it last came out of a reset, by the controller's clock.</summary>
    public DateTimeOffset? LastReset { get; init; }

    /// <summary>The target's name, or the controller's address.</summary>
    public override string ToString() => HypervisorName ?? BmcAddress;
}

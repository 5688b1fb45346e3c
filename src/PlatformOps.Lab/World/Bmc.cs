namespace PlatformOps.Lab.World;

/// <summary>A machine's management controller: what it boots next, who is logged in, and in what it differs from others.</summary>
internal sealed class Bmc
{
    public string BootTarget { get; set; } = "None";

    public string BootEnabled { get; set; } = "Disabled";

    public string BootMode { get; set; } = "UEFI";

    /// <summary>The device that the machine last booted from, where it was not the usual.</summary>
    public string? BootedFrom { get; private set; }

    /// <summary>Counts the changes; the ETag is made from it.</summary>
    public int Revision { get; set; } = 1;

    /// <summary>Tokens and when each was last used.</summary>
    public Dictionary<string, DateTimeOffset> Sessions { get; } = new(StringComparer.Ordinal);

    // Quirks.

    /// <summary>Takes boot overrides at the settings resource, and shows them there until the next boot.</summary>
    public bool HasSettingsResource { get; set; }

    public BmcETags ETags { get; set; }

    /// <summary>Tells of resets and of how far the boot came (ComputerSystem 1.12 and 1.13).</summary>
    public bool TellsResets { get; set; } = true;

    /// <summary>Tells the reset types in a resource of their own.</summary>
    public bool HasActionInfo { get; set; }

    /// <summary>The operating system does not hear of graceful requests.</summary>
    public bool IgnoresGraceful { get; set; }

    public IReadOnlyList<string> ResetTypes { get; set; } = ["On", "ForceOff", "GracefulShutdown", "GracefulRestart", "ForceRestart", "PowerCycle", "PushPowerButton"];

    /// <summary>Systems beside the machine, as in a chassis of several.</summary>
    public int OtherSystems { get; set; }

    /// <summary>What it tells instead of the machine's own serial number.</summary>
    public string? SerialNumber { get; set; }

    /// <summary>What it tells instead of the machine's own UUID.</summary>
    public string? Uuid { get; set; }

    /// <summary>The customer's number, where the serial number is the board's.</summary>
    public string? Sku { get; set; }

    public bool HasOverride => BootEnabled != "Disabled" && BootTarget != "None";

    /// <summary>The machine boots: an override for once is used up. Answers the device, where it is not the usual.</summary>
    public string? UseBoot()
    {
        BootedFrom = HasOverride ? BootTarget : null;
        Revision++;
        if (BootEnabled == "Once")
            (BootTarget, BootEnabled) = ("None", "Disabled");
        return BootedFrom;
    }
}

namespace PlatformOps.Core.Services.Redfish;

/// <summary>The devices that Redfish names (DSP2046, ComputerSystem, BootSource); a machine has some of them.</summary>
internal static class BootDevices
{
    public static IReadOnlyList<string> All { get; } = ["None", "Pxe", "Hdd", "Cd", "Usb", "BiosSetup", "Diags", "UefiHttp", "UefiShell", "UefiTarget", "Utilities", "SDCard", "RemoteDrive", "Floppy"];

    // Every other may install or wipe: the network, a disc, what somebody plugged in.
    private static readonly string[] Harmless = ["None", "Hdd", "BiosSetup"];

    /// <summary>Whether the next boot may install or wipe the machine, whatever brings it about: a restart, or power.</summary>
    public static bool MayWipe(BootOverride next) => !next.IsNone && !KeepsSystem(next.Target);

    /// <summary>Whether a boot from it runs the system that is on the machine's disk, or none.</summary>
    public static bool KeepsSystem(string? device) => device is null || Harmless.Contains(device);

    /// <summary>A device as Redfish spells it: its names are exact.</summary>
    public static string Spell(string device) => All.FirstOrDefault(known => known.Equals(device, StringComparison.OrdinalIgnoreCase)) ?? device;
}

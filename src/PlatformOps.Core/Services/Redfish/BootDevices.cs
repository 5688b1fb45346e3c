namespace PlatformOps.Core.Services.Redfish;

/// <summary>The devices that Redfish names (DSP2046, ComputerSystem, BootSource); a machine has some of them.</summary>
internal static class BootDevices
{
    public static IReadOnlyList<string> All { get; } = ["None", "Pxe", "Hdd", "Cd", "Usb", "BiosSetup", "Diags", "UefiHttp", "UefiShell", "UefiTarget", "Utilities", "SDCard", "RemoteDrive", "Floppy"];

    /// <summary>A device as Redfish spells it: its names are exact.</summary>
    public static string Spell(string device) => All.FirstOrDefault(known => known.Equals(device, StringComparison.OrdinalIgnoreCase)) ?? device;
}

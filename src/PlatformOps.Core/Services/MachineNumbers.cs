namespace PlatformOps.Core.Services;

/// <summary>The numbers that tell machines apart, as their boards, controllers and inventories write them.</summary>
internal static class MachineNumbers
{
    private static readonly Guid AllSet = new("ffffffff-ffff-ffff-ffff-ffffffffffff");

    // What boards say whose maker left the number out (SMBIOS defaults): no two machines are told apart by it.
    private static readonly HashSet<string> NoNumbers = new(StringComparer.OrdinalIgnoreCase)
    {
        "none", "n/a", "na", "not specified", "not available", "not applicable", "unknown", "default string", "system serial number", "to be filled by o.e.m.", "0123456789", "123456789", "1234567890",
    };

    /// <summary>A serial number; null where the text is none: absent, a maker's placeholder, or one character over and over.</summary>
    public static string? Serial(string? text)
        => text?.Trim() is { Length: > 0 } serial && !NoNumbers.Contains(serial) && serial.Distinct().Skip(1).Any() ? serial : null;

    /// <summary>Whether two texts are one serial number. Where one of both is none, nobody can tell.</summary>
    public static bool AreSame(string? one, string? other) => Serial(one) is { } serial && string.Equals(serial, Serial(other), StringComparison.OrdinalIgnoreCase);

    /// <summary>A UUID; null where the text is none, or means that none is set.</summary>
    /// <remarks>SMBIOS (DMTF DSP0134, System UUID): all bits set or none mean that there is no UUID.</remarks>
    public static Guid? Uuid(string? text) => Guid.TryParse(text?.Trim(), out var uuid) && uuid != Guid.Empty && uuid != AllSet ? uuid : null;

    /// <summary>Whether two UUIDs are one machine's.</summary>
    /// <remarks>SMBIOS 2.6 stores the first three fields in little-endian order; some controllers show them as they are stored.</remarks>
    public static bool AreSame(Guid one, Guid other) => one == other || one == new Guid(other.ToByteArray(), bigEndian: true);
}

using PlatformOps.Bmc;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Redfish;

/// <summary>A system as it was read, with what a change of it needs.</summary>
internal sealed record SystemReading
{
    public required BmcSystem System { get; init; }

    /// <summary>Relative to the controller's base address.</summary>
    public required string Path { get; init; }

    public string? ETag { get; init; }

    /// <summary>What the next boot is overridden with now.</summary>
    public required BootOverride Active { get; init; }

    /// <summary>What it will be overridden with: where the controller takes it at its settings resource.</summary>
    public BootOverride? Pending { get; init; }

    /// <summary>The settings resource, where boot overrides are written there.</summary>
    public string? SettingsPath { get; init; }

    public string? SettingsETag { get; init; }

    /// <summary>Where a reset is asked for; null where the controller has none.</summary>
    public string? ResetPath { get; init; }

    /// <summary>The boot progress's own time, and the last reset's, as they were told.</summary>
    public string? BootStateTime { get; init; }

    /// <inheritdoc cref="BootStateTime"/>
    public string? LastReset { get; init; }

    /// <summary>The override that counts for the next boot.</summary>
    public BootOverride NextBoot => Pending is { IsNone: false } pending ? pending : Active;

    public bool IsOff => System.PowerState is "Off";

    /// <summary>Whether this is the machine with that serial number; null where one of both does not say.</summary>
    /// <remarks>Dell's service tag, which DMI and inventories have, is Redfish's SKU.</remarks>
    public bool? HasSerial(string? serial)
    {
        var own = new[] { System.SerialNumber, System.Sku }.Select(MachineNumbers.Serial).OfType<string>().ToList();
        return MachineNumbers.Serial(serial) is null || own.Count == 0 ? null : own.Exists(one => MachineNumbers.AreSame(one, serial));
    }

    /// <summary>A name can lie: an address may be another machine's since somebody wrote it down.</summary>
    /// <exception cref="RefusedException">It is another machine, or nobody can tell.</exception>
    public void RequireSerial(string target, string serial)
    {
        if (HasSerial(serial) == true)
            return;
        var told = string.Join(", ", new[] { ("serial number", System.SerialNumber), ("SKU", System.Sku), ("UUID", System.Uuid?.ToString()), ("model", System.Model), ("host name", System.HostName) }
            .Where(part => !string.IsNullOrWhiteSpace(part.Item2)).Select(part => $"{part.Item1} '{part.Item2}'").DefaultIfEmpty("nothing"));
        throw new RefusedException(
            HasSerial(serial) is null
                ? $"Nobody can tell whether the BMC at {System.BmcAddress} is {target}'s: wanted is the serial number '{serial}', and the BMC tells {told}. Nothing was changed."
                : $"The BMC at {System.BmcAddress} is not {target}'s: wanted is the serial number '{serial}', and the BMC tells {told}. Nothing was changed. Correct the BMC's address or the serial number in the inventory.")
        {
            TargetName = target,
        };
    }

    /// <summary>The first of these reset types that the controller allows; the first of all where it does not tell.</summary>
    /// <exception cref="RefusedException">It allows none of them.</exception>
    public string ChooseReset(string target, params string[] wanted)
        => System.ResetTypes.Count == 0 ? wanted[0]
            : wanted.FirstOrDefault(type => System.ResetTypes.Contains(type))
            ?? throw new RefusedException($"The BMC of {target} cannot do {string.Join(" or ", wanted)}; it can do {string.Join(", ", System.ResetTypes)}.{(wanted[0].StartsWith("Graceful", StringComparison.Ordinal) ? " Force it, if that is meant." : "")}") { TargetName = target };
}

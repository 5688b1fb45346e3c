using System.Text.Json.Serialization;

namespace PlatformOps.Core.Services.Redfish;

/// <summary>What a machine is to boot from instead of the usual.</summary>
/// <param name="Target">Such as <c>Pxe</c>; <c>None</c> for the usual.</param>
/// <param name="Enabled"><c>Once</c>, <c>Continuous</c> or <c>Disabled</c>.</param>
/// <param name="Mode"><c>UEFI</c> or <c>Legacy</c>; null where the controller does not tell, or it is left as it is.</param>
internal sealed record BootOverride(string? Target, string? Enabled, string? Mode)
{
    public static BootOverride None { get; } = new("None", "Disabled", null);

    // A target stays written after it was used or switched off.
    [JsonIgnore]
    public bool IsNone => Enabled is null or "Disabled" || Target is null or "None";

    /// <summary>Whether it says what is wanted: a mode counts where the controller has one.</summary>
    public bool Is(BootOverride wanted)
        => IsNone ? wanted.IsNone : Target == wanted.Target && Enabled == wanted.Enabled && (Mode is null || wanted.Mode is null || Mode == wanted.Mode);

    public override string ToString() => IsNone ? "no boot override" : $"{Target} {Enabled?.ToLowerInvariant()}{(Mode is null ? "" : $" ({Mode})")}";
}

using PlatformOps.Bmc;

namespace PlatformOps.PowerShell.Formatting;

/// <summary>What the table of BMCs' systems shows: called from PlatformOps.Format.ps1xml.</summary>
public static class BmcView
{
    /// <summary>The power in its colour.</summary>
    public static string Power(string? state, bool colours) => StepView.Colour(state ?? "", colours, state switch
    {
        "On" => "32",
        "Off" => "31",
        _ => "33",
    });

    /// <summary>What it boots from next; "usual" where nothing else is set.</summary>
    public static string NextBoot(BmcSystem? system) => system switch
    {
        null or { BootEnabled: null, BootTarget: null } => "",
        { BootEnabled: null or "Disabled" } or { BootTarget: null or "None" } => "usual",
        _ => $"{StepView.OneLine(system.BootTarget)} {StepView.OneLine(system.BootEnabled).ToLowerInvariant()}",
    };

    /// <summary>The serial number, and whether the inventory has another.</summary>
    public static string Serial(BmcSystem? system, bool colours)
        => system?.MatchesInventory == false ? StepView.Colour($"{StepView.OneLine(system.SerialNumber)} (another)", colours, "31") : StepView.OneLine(system?.SerialNumber);

    /// <summary>The health in its colour.</summary>
    public static string Health(string? health, bool colours) => StepView.Colour(health ?? "", colours, health switch
    {
        "OK" => "32",
        "Critical" => "31",
        _ => "33",
    });
}

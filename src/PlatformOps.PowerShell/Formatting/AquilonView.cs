using System.Globalization;
using PlatformOps.Aquilon;

namespace PlatformOps.PowerShell.Formatting;

/// <summary>What the views of Aquilon show: called from PlatformOps.Format.ps1xml.</summary>
public static class AquilonView
{
    /// <summary>The build status in its colour.</summary>
    public static string Status(string? status, bool colours) => StepView.Colour(StepView.OneLine(status), colours, status switch
    {
        "ready" or "almostready" => "32",
        "failed" => "31",
        "decommissioned" or "blind" => "33",
        _ => "36",
    });

    /// <summary>What the host is managed from: its domain, or its sandbox as author/name.</summary>
    public static string Branch(AquilonHost? host) => StepView.OneLine(host?.Sandbox ?? host?.Domain);

    /// <summary>The operating system and its version.</summary>
    public static string Os(AquilonHost? host) => StepView.OneLine($"{host?.OsName} {host?.OsVersion}".Trim());

    /// <summary>What an interface is for: boot, default route.</summary>
    public static string Flags(AquilonInterface? port) => string.Join(", ", new[] { port?.IsBoot == true ? "boot" : null, port?.IsDefaultRoute == true ? "default route" : null }.OfType<string>());

    /// <summary>The addresses of an interface.</summary>
    public static string Addresses(AquilonInterface? port) => port is null ? "" : string.Join(", ", port.Addresses.Select(address => StepView.OneLine(address.Ip)));

    /// <summary>The size of a disk.</summary>
    public static string Size(AquilonDisk? disk) => disk is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{disk.SizeGB} GB");
}

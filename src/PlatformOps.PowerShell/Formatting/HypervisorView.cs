using System.Globalization;
using PlatformOps.Compute;
using PlatformOps.Migration;

namespace PlatformOps.PowerShell.Formatting;

/// <summary>What the tables of hypervisors and compute services show: called from PlatformOps.Format.ps1xml.</summary>
public static class HypervisorView
{
    /// <summary>The phase of a migration, and below it where it is there unless it is done.</summary>
    public static string Phase(MigrationStatus? status) => status is null ? "" : status.PhaseState is null or "Done" ? status.Phase : $"{status.Phase}\n{char.ToLowerInvariant(status.PhaseState[0])}{status.PhaseState[1..]}";

    /// <summary>The state in its colour, or as it is where the host shows none.</summary>
    public static string State(HypervisorState state, bool colours) => StepView.Colour(state.ToString(), colours, state switch
    {
        HypervisorState.Down => "31",
        HypervisorState.Unknown or HypervisorState.Disabled => "33",
        HypervisorState.Running or HypervisorState.Empty => "32",
        _ => "36",
    });

    /// <summary>What is used of what there is: 12/64.</summary>
    public static string Used(long? used, long? all) => used is null && all is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{used?.ToString(CultureInfo.InvariantCulture) ?? "?"}/{all?.ToString(CultureInfo.InvariantCulture) ?? "?"}");

    /// <summary>The same of MiB, in whole GiB.</summary>
    public static string UsedGiB(long? usedMiB, long? allMiB) => Used(usedMiB / 1024, allMiB / 1024);

    /// <summary>A time of running in at most seven characters; nothing where it is not known.</summary>
    public static string Uptime(long? seconds) => seconds is null ? "" : StepView.Duration(TimeSpan.FromSeconds(seconds.Value));

    /// <summary>Whether a service takes new servers, in its colour.</summary>
    public static string Status(string? status, bool colours) => StepView.Colour(status ?? "", colours, status switch
    {
        "enabled" => "32",
        "disabled" => "36",
        _ => "33",
    });

    /// <summary>Whether a service is heard of, in its colour.</summary>
    public static string Heard(string? state, bool colours) => StepView.Colour(state ?? "", colours, state switch
    {
        "up" => "32",
        "down" => "31",
        _ => "33",
    });

    /// <summary>Whose a disabled service is: its owner, or a person whom nobody knows.</summary>
    public static string Owner(ComputeService? service) => service switch
    {
        null or { Status: not "disabled" } => "",
        { IsOurs: true } => service.Owner ?? "",
        _ => "(a person)",
    };
}

namespace PlatformOps.Core.Services.Aquilon;

/// <summary>Aquilon's build statuses and which of them follow each other.</summary>
/// <remarks>quattor/aquilon, <c>lib/aquilon/aqdb/model/hostlifecycle.py</c>; for the deletion <c>lib/aquilon/worker/commands/del_host.py</c>, for the installation <c>pxeswitch_list.py</c>.</remarks>
internal static class BuildStatuses
{
    private static readonly Dictionary<string, string[]> Table = new(StringComparer.Ordinal)
    {
        ["blind"] = ["build", "decommissioned", "failed"],
        ["build"] = ["almostready", "ready", "failed", "decommissioned"],
        ["install"] = ["build", "reinstall", "failed", "decommissioned"],
        ["almostready"] = ["ready", "rebuild", "reinstall", "failed", "decommissioned"],
        ["ready"] = ["almostready", "rebuild", "reinstall", "failed", "decommissioned"],
        ["reinstall"] = ["rebuild", "failed", "decommissioned"],
        ["rebuild"] = ["almostready", "ready", "reinstall", "failed", "decommissioned"],
        ["failed"] = ["rebuild", "reinstall", "decommissioned"],
        ["decommissioned"] = ["build", "install", "rebuild", "reinstall"],
    };

    /// <summary>From which a host may be deleted.</summary>
    public static IReadOnlyList<string> Deletable { get; } = ["decommissioned", "failed", "build", "blind", "install"];

    public static IEnumerable<string> All => Table.Keys;

    /// <summary>What a status may become in one step; nothing for one that is not known.</summary>
    public static IReadOnlyList<string> After(string status) => Table.GetValueOrDefault(status) ?? [];

    /// <summary>Whether a host may be switched to install.</summary>
    public static bool MayInstall(string? status) => status is not ("ready" or "almostready");
}

using PlatformOps.Core.Labs;
using PlatformOps.PowerShell.Abstractions;

namespace PlatformOps.PowerShell.Commands.Lab;

/// <summary>The labs of a runspace.</summary>
internal static class RunspaceLabs
{
    /// <summary>The ones that still run; the others are forgotten.</summary>
    public static IReadOnlyList<LabProcess> Running(OpsRunspace state)
    {
        var all = state.Owned<LabProcess>();
        foreach (var ended in all.Where(process => process.HasEnded))
            state.Disown(ended);
        return [.. all.Where(process => !process.HasEnded)];
    }
}

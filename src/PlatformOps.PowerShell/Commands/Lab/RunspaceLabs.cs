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
            Forget(state, ended);
        return [.. all.Where(process => !process.HasEnded)];
    }

    /// <summary>Lets go of a lab that ends, or has ended.</summary>
    public static void Forget(OpsRunspace state, LabProcess lab)
    {
        state.Disown(lab);
        state.EndLab(lab.Lab.ConfigurationPath);
    }
}

using PlatformOps.Core.Labs;
using PlatformOps.Errors;
using PlatformOps.Labs;
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

    /// <summary>The lab of a process; the one lab there is where the process is 0.</summary>
    /// <exception cref="ObjectNotFoundException">It does not run, or none does.</exception>
    /// <exception cref="AmbiguousNameException">Several run, and none is named.</exception>
    public static OpsLab Find(OpsRunspace state, int processId)
    {
        var running = Running(state);
        if (processId != 0)
        {
            return running.FirstOrDefault(process => process.Lab.ProcessId == processId)?.Lab
                ?? throw new ObjectNotFoundException($"No lab of this session runs as process {processId}. Get-OpsLab lists the ones that do.") { TargetName = $"{processId}" };
        }
        return running.Count switch
        {
            1 => running[0].Lab,
            0 => throw new ObjectNotFoundException("No lab of this session runs. Start-OpsLab first."),
            _ => throw new AmbiguousNameException($"{running.Count} labs run (processes {string.Join(", ", running.Select(process => process.Lab.ProcessId))}). Say which with -ProcessId."),
        };
    }

    /// <summary>Lets go of a lab that ends, or has ended.</summary>
    public static void Forget(OpsRunspace state, LabProcess lab)
    {
        state.Disown(lab);
        state.EndLab(lab.Lab.ConfigurationPath);
    }
}

using System.Net.Http.Json;
using PlatformOps.Core.Ledger;
using PlatformOps.Runs;

namespace PlatformOps.Runner;

/// <summary>The people of a rehearsal: what a run waits for, they do. They move the servers off a hypervisor that is drained, and boot one that is ready into the installer.</summary>
internal sealed class RehearsalOperators(HttpClient control)
{
    public async Task WorkAsync(OpsRun run)
    {
        foreach (var target in run.Targets.Where(target => target.State == RunState.Waiting))
        {
            object work = target.Phase == "Drain" ? new { serversMoved = true } : new { reinstall = new { osVersion = "9.5" } };
            (await control.PostAsJsonAsync($"lab/hosts/{target.Target}", work)).EnsureSuccessStatusCode();
        }
    }

    /// <summary>The newest run of a state folder.</summary>
    public static OpsRun? Last(RunStore store) => store.List().FirstOrDefault();
}

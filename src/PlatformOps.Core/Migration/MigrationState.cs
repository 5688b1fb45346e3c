using PlatformOps.Core.Ledger;
using PlatformOps.Core.Services;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Migration;

/// <summary>Tells by the ledger how far a migration is.</summary>
internal sealed class MigrationState(RunStore store) : IMigrationState
{
    public string? Find(string hypervisorName, string runId)
    {
        try
        {
            var claiming = store.Ids().Contains(runId, StringComparer.Ordinal) ? store.Describe(runId) : null;
            // Written by a single cmdlet, and by nobody's migration.
            if (claiming is { Runbooks.Length: 0 })
                return null;
            var current = KnownRun.CurrentOf(KnownRun.Of(store, store.List((_, _) => { }), hypervisorName));
            return (current, claiming) switch
            {
                ({ Target: { State: not RunState.Succeeded, Phase: { } phase } target }, _) => $"{phase} is {target.State}, run {current.Run.RunId}",
                ({ Done: [.., var (done, _)] }, _) => $"{done} is done, run {current.Run.RunId}",
                (_, null) => $"run {runId}, which this ledger does not know",
                _ => $"run {runId}",
            };
        }
        catch (OpsException e)
        {
            return $"run {runId}; how far it is cannot be read: {e.Message}";
        }
    }
}

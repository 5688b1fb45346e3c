using PlatformOps.Errors;

namespace PlatformOps.Core.Ledger;

/// <summary>What other runs have done to a target, for whoever acts on it: it waits while the ledger is away, and refuses the target where a journal that may be about it cannot be read.</summary>
internal sealed class FormerRuns(RunStore store, TimeProvider time)
{
    /// <summary>The others that have begun what concerns the target, newest first.</summary>
    /// <param name="runId">The run that asks.</param>
    /// <param name="target">On what.</param>
    /// <param name="concerns">Whether a run that began so may have worked on it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RefusedException">The journal of one that may have cannot be read.</exception>
    public async Task<IReadOnlyList<(string RunId, RunHistory History)>> OthersAsync(string runId, string target, Func<RunStarted, bool> concerns, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> ids = [];
        await store.Ledger.AskAsync(() => ids = [.. store.Ids()], time, cancellationToken);
        List<(string, RunHistory)> others = [];
        foreach (var id in ids.Where(id => id != runId))
        {
            if (await ReadAsync(id, target, concerns, cancellationToken) is { Started: { } started } history && concerns(started))
                others.Add((id, history));
        }

        return others;
    }

    /// <summary>One that had the target; null where it is no longer kept.</summary>
    /// <inheritdoc cref="OthersAsync" path="/exception"/>
    public Task<RunHistory?> ReadAsync(FormerWork work, CancellationToken cancellationToken) => ReadAsync(work.RunId, work.Target, null, cancellationToken);

    private async Task<RunHistory?> ReadAsync(string runId, string target, Func<RunStarted, bool>? concerns, CancellationToken cancellationToken)
    {
        RunHistory? history = null;
        RunStarted? began = null;
        try
        {
            await store.Ledger.AskAsync(() => history = store.FormerHistory(runId), time, cancellationToken);
            return history;
        }
        catch (LedgerException e) when (!store.Ledger.IsAway(e))
        {
            // The damage is that run's: it ends neither this run nor the targets that it cannot be about.
            await store.Ledger.AskAsync(() => began = store.BeginningOf(runId), time, cancellationToken);
            if (began is not null && concerns?.Invoke(began) == false)
                return null;
            throw new RefusedException($"Run {runId} {(began is null && concerns is not null ? "may have worked" : "worked")} on {target} before, and its journal cannot be read, so nobody knows what it did there or left half done. Restore the journal; or look at {target}, and move {store.FolderOf(runId)} away. ({e.Message})", e) { TargetName = target };
        }
    }
}

namespace PlatformOps.Core.Ledger;

/// <summary>When something was done to a target, to compare with what another run did: by the locks that both had, whose tokens grow with every owner. Machines' clocks differ; they tell only where there is no lock in common.</summary>
/// <param name="Locks">The tokens of the target's locks that it was done under.</param>
/// <param name="At">By the clock of whoever wrote it down.</param>
internal sealed record Moment(IReadOnlyDictionary<string, long> Locks, DateTimeOffset At)
{
    public bool IsAfter(Moment other)
    {
        foreach (var (key, token) in Locks)
        {
            if (other.Locks.TryGetValue(key, out var theirs) && theirs != token)
                return token > theirs;
        }

        return At > other.At;
    }
}

using PlatformOps.Errors;

namespace PlatformOps.Core.Ledger;

/// <summary>
/// Where runs are written down, and what keeps two of them apart: files of a state folder, or a database that several machines share. It keeps
/// bytes, and says who may write them; what stands in them, and what follows from it, is the same for all and not its business.
/// </summary>
internal interface ILedgerStore : IAsyncDisposable
{
    /// <summary>What people call it: a folder, or a database.</summary>
    string Place { get; }

    /// <summary>How long a run waits for a store that is away before it stops.</summary>
    TimeSpan Patience { get; }

    /// <summary>Makes it ready to be asked.</summary>
    /// <exception cref="LedgerException">It cannot be.</exception>
    Task PrepareAsync(CancellationToken cancellationToken);

    /// <summary>Whether an error says only that the store could not be reached: asked again later, it may answer.</summary>
    bool IsAway(LedgerException error);

    /// <summary>The identifiers of all runs, in no order.</summary>
    IReadOnlyList<string> Runs();

    /// <summary>Takes a run's journal for this process alone; makes it where there is none.</summary>
    /// <param name="runId">Whose.</param>
    /// <param name="person">Who takes it.</param>
    /// <returns>Null where a living process has it.</returns>
    Task<IHeldJournal?> TryTakeJournalAsync(string runId, string person);

    /// <summary>Whether a living process has the journal.</summary>
    bool IsJournalHeld(string runId);

    /// <summary>What a journal holds, also one that a living run appends to; null where there is none.</summary>
    byte[]? ReadJournal(string runId);

    /// <summary>How many bytes a journal has; null where there is none.</summary>
    long? JournalLength(string runId);

    /// <summary>What a journal is called in errors.</summary>
    string JournalPlace(string runId);

    /// <summary>Takes a lock, or refuses with who holds it, where and since when. Its token grows with every owner.</summary>
    /// <exception cref="TargetLockedException">Another holds it.</exception>
    Task<TargetLock> TakeLockAsync(string key, LockOwner owner, CancellationToken cancellationToken);

    /// <summary>Whether somebody holds the lock.</summary>
    bool IsLockHeld(string key);

    /// <summary>A small text that everybody shares, such as the kill switch; null where there is none.</summary>
    /// <param name="name">Parts are separated by a slash.</param>
    byte[]? ReadText(string name);

    /// <summary>Replaces a shared text: after a crash it is the old or the new one, never a mixture.</summary>
    void ReplaceText(string name, ReadOnlySpan<byte> content);

    /// <summary>Removes a shared text where it is there.</summary>
    void RemoveText(string name);
}

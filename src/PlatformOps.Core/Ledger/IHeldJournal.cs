using PlatformOps.Errors;

namespace PlatformOps.Core.Ledger;

/// <summary>A run's journal that this process alone may append to, until it lets go of it.</summary>
internal interface IHeldJournal : IAsyncDisposable
{
    byte[] ReadAll();

    void Truncate(long length);

    /// <summary>Appends records, all or none of them.</summary>
    /// <param name="records">Whole ones.</param>
    /// <param name="locks">What must still be held as they are written.</param>
    /// <param name="durable">Returns when they, and all before them, are on the disk.</param>
    /// <param name="stopWaiting">Ends the waiting for a store that is away.</param>
    /// <returns>The lock that was lost: nothing was written. Null where all were held.</returns>
    /// <exception cref="LedgerException">They could not be written, or the journal is another's by now.</exception>
    Task<TargetLock?> AppendAsync(IReadOnlyList<byte[]> records, IReadOnlyList<TargetLock> locks, bool durable, CancellationToken stopWaiting);
}

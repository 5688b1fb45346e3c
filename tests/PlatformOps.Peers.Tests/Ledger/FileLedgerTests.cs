using PlatformOps.Core.Ledger;

namespace PlatformOps.Peers.Tests.Ledger;

/// <summary>The files of a state folder keep the contract.</summary>
public sealed class FileLedgerTests : LedgerContract
{
    private string State => Path.Combine(Folder, "state");

    private protected override Task<ILedgerStore> OpenAsync() => Task.FromResult<ILedgerStore>(new FileLedgerStore(new LedgerFiles(), State, TimeProvider.System));

    // The kernel frees no lock of a living process: somebody has to remove its file.
    private protected override Task<TargetLock> TakeAwayAsync(string key)
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(State, "locks"), Uri.EscapeDataString(key).Replace('%', '=') + "*"))
            File.Delete(file);
        return Other.TakeLockAsync(key, new LockOwner("r2", "bob", "ops2", 1), Stop);
    }
}

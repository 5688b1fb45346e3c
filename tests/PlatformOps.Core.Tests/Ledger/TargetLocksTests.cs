using PlatformOps.Core.Ledger;
using PlatformOps.Errors;
using PlatformOps.TestKit.Ledger;

namespace PlatformOps.Core.Tests.Ledger;

public sealed class TargetLocksTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("locks");
    private readonly TargetLocks _locks;

    public TargetLocksTests() => _locks = new TargetLocks(new LedgerFiles(), _folder.FullName, new FakeTimeProvider { AutoAdvance = TimeSpan.FromSeconds(1) });

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_second_run_is_refused_with_who_where_and_since_when()
    {
        using var held = await _locks.TakeAsync("hypervisor:hv1", new LockOwner("r1", "alice", "ops1", 4711), TestContext.Current.CancellationToken);

        var refused = await Assert.ThrowsAsync<TargetLockedException>(() => _locks.TakeAsync("hypervisor:hv1", new LockOwner("r2", "bob", "ops2", 1), TestContext.Current.CancellationToken));

        Assert.Contains("run r1 of alice on ops1 (process 4711, since 2026-11-18T12:00:00Z)", refused.Message, StringComparison.Ordinal);
        Assert.True(_locks.IsHeld("hypervisor:hv1"));
    }

    [Fact]
    public async Task The_token_grows_with_every_owner()
    {
        var tokens = new List<long>();
        for (var n = 0; n < 3; n++)
        {
            using var held = await _locks.TakeAsync("kayobe:control/prod", new LockOwner("r", "alice", "ops1", 1), TestContext.Current.CancellationToken);
            tokens.Add(held.Token);
        }

        Assert.Equal([1, 2, 3], tokens);
        Assert.False(_locks.IsHeld("kayobe:control/prod"));
    }

    [Fact]
    public async Task Who_had_it_before_is_remembered_until_it_is_settled()
    {
        foreach (var run in (string[])["r1", "r2"])
            (await _locks.TakeAsync("hypervisor:hv1", new LockOwner(run, "alice", "ops1", 1) { Target = "hv1" }, TestContext.Current.CancellationToken)).Dispose();
        using (var third = await _locks.TakeAsync("hypervisor:hv1", new LockOwner("r3", "alice", "ops1", 1) { Target = "hv1" }, TestContext.Current.CancellationToken))
        {
            Assert.Equal([new FormerWork("r1", "hv1"), new FormerWork("r2", "hv1")], third.Former);
            third.Keep([new FormerWork("r1", "hv1")]);
        }

        using var fourth = await _locks.TakeAsync("hypervisor:hv1", new LockOwner("r4", "alice", "ops1", 1) { Target = "hv1" }, TestContext.Current.CancellationToken);
        Assert.Equal([new FormerWork("r1", "hv1"), new FormerWork("r3", "hv1")], fourth.Former);
    }

    [Fact]
    public async Task Where_locks_do_not_lock_nothing_is_begun_and_what_is_there_can_be_read()
    {
        var files = new MemoryLedgerFiles();
        var store = new RunStore(files, "/state", new FakeTimeProvider());
        await (await store.CreateAsync("r1", Sample.Started("hv1"), TestContext.Current.CancellationToken)).DisposeAsync();
        files.Locks = false;

        Assert.Contains("Locks do not lock in /state/locks: hypervisor=3Ahv1.lock could be had twice", (await Assert.ThrowsAsync<LedgerException>(() => store.Ledger.TakeLockAsync("hypervisor:hv1", new LockOwner("r1", "alice", "ops1", 1), TestContext.Current.CancellationToken))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<LedgerException>(() => store.CreateAsync("r2", Sample.Started("hv1"), TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<LedgerException>(() => store.OpenAsync("r1", "alice", TestContext.Current.CancellationToken));
        Assert.Equal("r1", Assert.Single(store.List()).RunId);
        Assert.False(store.Ledger.IsLockHeld("hypervisor:hv1"));
    }

    [Theory]
    [InlineData("r2")]
    [InlineData(null)]
    public async Task A_lock_whose_file_was_removed_is_held_by_who_took_it_last(string? takenBy)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A file that is open is not removed there.");
        using var held = await _locks.TakeAsync("hypervisor:hv1", new LockOwner("r1", "alice", "ops1", 1), TestContext.Current.CancellationToken);
        Assert.True(held.IsStillHeld());
        foreach (var file in _folder.EnumerateFiles())
            file.Delete();

        using var other = takenBy is null ? null : await _locks.TakeAsync("hypervisor:hv1", new LockOwner(takenBy, "bob", "ops2", 1), TestContext.Current.CancellationToken);

        Assert.False(held.IsStillHeld());
        Assert.NotEqual(false, other?.IsStillHeld());
    }

    [Theory]
    [InlineData("a/b", "a=2Fb")]
    [InlineData("..", ".")]
    public async Task Keys_never_leave_the_folder_nor_meet(string one, string other)
    {
        using var first = await _locks.TakeAsync(one, new LockOwner("r", "alice", "ops1", 1), TestContext.Current.CancellationToken);
        using var second = await _locks.TakeAsync(other, new LockOwner("r", "alice", "ops1", 1), TestContext.Current.CancellationToken);

        Assert.All(_folder.EnumerateFiles("*", SearchOption.AllDirectories), file => Assert.Equal(_folder.FullName, file.DirectoryName));
    }
}

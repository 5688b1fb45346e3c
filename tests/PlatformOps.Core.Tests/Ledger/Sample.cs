using PlatformOps.Core.Ledger;

namespace PlatformOps.Core.Tests.Ledger;

internal static class Sample
{
    public static RunStarted Started(params string[] targets) => new(
        new JournalIdentity("test", "alice", "al", "test", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(28)),
        [],
        [.. targets.Select(name => new JournalTarget("hypervisor", name, null))]);
}

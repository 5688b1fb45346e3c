using PlatformOps.Core.Migration;

namespace PlatformOps.Core.Tests.Migration;

public sealed class MigrationStatusReaderTests
{
    [Fact]
    public async Task A_run_whose_journal_is_damaged_is_told_and_hides_no_other()
    {
        await using var lab = await PhaseLab.StartAsync();
        await lab.RunAsync("PreDrain", PhaseLab.Target(1));
        var good = lab.Session.Store.Ids().Single();
        await lab.RunAsync("Noops", PhaseLab.Target(2));
        var damaged = lab.Session.Store.Ids().Single(runId => runId != good);
        var journal = Path.Combine(lab.Session.Store.FolderOf(damaged), "journal");
        var bytes = await File.ReadAllBytesAsync(journal, TestContext.Current.CancellationToken);
        bytes[bytes.Length / 4] ^= 1;
        await File.WriteAllBytesAsync(journal, bytes, TestContext.Current.CancellationToken);

        var status = await new MigrationStatusReader(lab.Session).ReadAsync("hv01.lab.example", null, TestContext.Current.CancellationToken);

        Assert.Equal((good, "PreDrain"), (status.RunId, status.Phase));
        Assert.Contains(damaged, Assert.Single(status.Unknown), StringComparison.Ordinal);
    }
}

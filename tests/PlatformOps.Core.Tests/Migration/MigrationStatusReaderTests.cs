using PlatformOps.Core.Changes;
using PlatformOps.Core.Migration;
using PlatformOps.Core.Services.Alertmanager;

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

    [Fact]
    public async Task A_hypervisor_is_silenced_until_the_first_of_its_silences_ends_and_only_where_it_has_all()
    {
        await using var lab = await PhaseLab.StartAsync();
        var target = new ActionTarget(ActionTarget.Hypervisor, "hv01.lab.example", "MH-101");
        async Task<DateTimeOffset?> UntilAsync() => (await new MigrationStatusReader(lab.Session).ReadAsync("hv01.lab.example", null, TestContext.Current.CancellationToken)).SilencedUntil;
        Task SilenceAsync(string? matcher, int hours) => lab.Session.Effects.RunAsync(new SilenceAlerts(), target, new SilenceAlertsParameters(matcher, Duration: TimeSpan.FromHours(hours)), null, TestContext.Current.CancellationToken);

        await SilenceAsync("hostname=\"hv01.lab.example\"", 90);
        Assert.Null(await UntilAsync());
        await SilenceAsync(null, 20);
        Assert.InRange(await UntilAsync() ?? default, DateTimeOffset.UtcNow.AddHours(19.9), DateTimeOffset.UtcNow.AddHours(20.1));
    }
}

using PlatformOps.Core.Changes;
using PlatformOps.Core.Migration;
using PlatformOps.Core.Services.Alertmanager;
using PlatformOps.Core.Sessions;
using PlatformOps.Runs;
using PlatformOps.TestKit;

namespace PlatformOps.Core.Tests.Migration;

/// <summary>What Finish looks at before it says that it is over, what it ends, and what it tells.</summary>
public sealed class FinishTests : IAsyncLifetime
{
    private PhaseLab _lab = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _lab = await PhaseLab.DrainedAsync();
        (await _lab.RunAsync("PreReinstall", PhaseLab.Target(1))).AreWell();
        await _lab.ReinstallAsync(1);
        (await _lab.RunAsync("PostReinstall", PhaseLab.Target(1))).AreWell();
    }

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Fact]
    public async Task A_hypervisor_that_is_not_in_service_yet_is_not_finished_and_stays_silent()
    {
        // As Adoption leaves nova-compute when it fails behind the deployment.
        await _lab.SetHostAsync(1, new { serviceUp = true });

        var failed = (await _lab.RunAsync("Finish", PhaseLab.Target(1))).Failed();

        Assert.Equal("openstack.compute-service.in-service", failed.Step);
        Assert.Contains("is disabled: \"RL9 reinstall", failed.Message, StringComparison.Ordinal);
        Assert.Equal(2, (await SilencesAsync()).Count);
    }

    [Theory]
    [InlineData("prometheus.target.up", "scraped")]
    [InlineData("alertmanager.alerts.quiet", "reachable")]
    public async Task One_that_is_not_scraped_or_fires_behind_its_silence_is_not_finished_and_stays_silent(string check, string property)
    {
        (await _lab.RunAsync("Adoption", PhaseLab.Target(1))).AreWell();
        var bend = new PhaseLab.Bend((_, step) => step == check ? _lab.SetHostAsync(1, new Dictionary<string, bool> { [property] = false }) : null);

        var failed = (await _lab.BendAsync("Finish", bend, PhaseLab.Target(1))).Failed();

        Assert.Equal(check, failed.Step);
        Assert.Equal(2, (await SilencesAsync()).Count);
    }

    [Fact]
    public async Task Whoever_finishes_ends_the_silences_of_the_ticket_and_tells_what_the_ledger_knows()
    {
        (await _lab.RunAsync("Adoption", PhaseLab.Target(1))).AreWell();
        Assert.Equal(2, (await SilencesAsync()).Count);

        var records = await _lab.RunAsAsync("bob", "Finish", PhaseLab.Target(1));

        records.AreWell();
        Assert.Empty(await SilencesAsync());
        var store = _lab.Session.Store;
        var runs = store.List().OrderBy(run => run.StartedAt).ToList();
        var enabled = store.History(runs[^2].RunId).Target("hv01.lab.example").Steps.Single(step => step.Key.Step == "openstack.compute-service.enable").Result!.At;
        var window = store.History(runs[0].RunId).Started!.Identity.WindowEnd;
        var told = records.Single(record => record.Step == "hypervisor.summary").Message.Split('\n');
        Assert.Equal([.. runs.Select(run => run.RunId), "", ""], told.Select(line => runs.Find(run => line.Contains(run.RunId, StringComparison.Ordinal))?.RunId ?? ""));
        Assert.Equal([$"Back in service since {enabled.UtcDateTime:yyyy-MM-dd HH:mm} UTC.", $"The window until {window.UtcDateTime:yyyy-MM-dd} is closed."], told[^2..]);
    }

    [Fact]
    public async Task A_silence_that_is_left_is_told_with_its_owner_and_page()
    {
        (await _lab.RunAsync("Adoption", PhaseLab.Target(1))).AreWell();
        var alertmanager = _lab.Session.Get<AlertmanagerClient>();
        var id = await alertmanager.PostAsync(new SilenceRequest(null, MatcherText.TryParse("instance=~\"hv0.*\"")!, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1), "carol", "switch upgrade"), null, Token);

        var records = await _lab.RunAsync("Finish", PhaseLab.Target(1));

        var warning = Assert.Single(records, record => record.Outcome == StepOutcome.Warning);
        Assert.Equal("alertmanager.silence.none", warning.Step);
        Assert.Matches($"by carol \\(\"switch upgrade\"\\) \\S+{id}", warning.Message);
        Assert.DoesNotContain(records, record => record.Outcome == StepOutcome.Failed);
        Assert.Equal("hypervisor.summary", records.Last(record => record.Number > 0).Step);
    }

    [Fact]
    public async Task A_ledger_that_does_not_know_says_neither_since_when_nor_which_window()
    {
        (await _lab.RunAsync("Adoption", PhaseLab.Target(1))).AreWell();
        using var folder = new TemporaryFolder();
        await using var elsewhere = _lab.Open(new Dictionary<string, object> { ["state-folder"] = folder.Path });

        var records = await PhaseLab.RunAsync(elsewhere, "Finish", PhaseLab.Target(1));

        records.AreWell();
        Assert.Contains("Finish  by ", Assert.Single(records.Single(record => record.Step == "hypervisor.summary").Message.Split('\n')), StringComparison.Ordinal);
    }

    private async Task<IReadOnlyList<Alerts.AlertSilence>> SilencesAsync() => await _lab.Session.Get<AlertmanagerClient>().NamingAsync("hv01.lab.example", Token);
}

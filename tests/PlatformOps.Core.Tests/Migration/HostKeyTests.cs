using PlatformOps.Core.Changes;
using PlatformOps.Core.Migration;
using PlatformOps.Core.Sessions;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Migration;

/// <summary>The host key of a reinstalled machine: taken once, from the machine that proves itself, and from no other.</summary>
public sealed class HostKeyTests : IAsyncLifetime
{
    private PhaseLab _lab = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _lab = await PhaseLab.StartAsync();
        (await _lab.RunAsync("PreDrain", PhaseLab.Target(1))).AreWell();
        await _lab.ReinstallAsync(1);
    }

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    [Fact]
    public async Task The_key_of_the_reinstalled_machine_is_taken_and_the_old_one_revoked()
    {
        var old = Assert.Single(await KeysAsync());

        var accepted = await AcceptAsync();
        var again = await AcceptAsync();

        Assert.Equal((StepOutcome.Done, StepOutcome.Unchanged), (accepted.Outcome, again.Outcome));
        var keys = await KeysAsync();
        Assert.Contains(keys, entry => entry.Marker == KnownHostMarker.Revoked && entry.Key.Equals(old.Key));
        var taken = Assert.Single(keys, entry => entry.Marker == KnownHostMarker.None && !entry.Key.Equals(old.Key));
        Assert.Contains(Convert.ToBase64String(taken.Key.Blob), (await _lab.HostAsync(1)).GetProperty("hostKey").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SOMEBODYELSE")]
    [InlineData("Default string")]
    public async Task Another_machines_is_not(string serial)
    {
        await _lab.SetHostAsync(1, new { files = new Dictionary<string, string> { ["/sys/class/dmi/id/product_serial"] = serial + "\n" } });
        await RefusedAsync($"serial number {serial}");
    }

    [Fact]
    public async Task Two_machines_whose_makers_left_the_number_out_are_not_one()
    {
        _lab.Rewrite(dossier => dossier with { Host = dossier.Host with { SerialNumber = "Default string" } });
        await _lab.SetHostAsync(1, new { files = new Dictionary<string, string> { ["/sys/class/dmi/id/product_serial"] = "Default string\n" } });
        await RefusedAsync("does not prove that it is the reinstalled machine");
    }

    [Fact]
    public async Task A_machine_that_was_not_started_since_it_was_armed_has_no_new_key_of_a_reinstall()
    {
        var boot = (await _lab.HostAsync(1)).GetProperty("bootId").GetString();
        _lab.Rewrite(dossier => dossier with { ArmedBootId = boot });
        await RefusedAsync($"boot {boot}");
    }

    [Fact]
    public async Task None_is_taken_where_the_configuration_does_not_allow_it()
    {
        await using var session = _lab.Open(new Dictionary<string, object> { ["ssh.accept-once-after-reinstall"] = false });
        await RefusedAsync("ssh.accept-once-after-reinstall", session);
    }

    private async Task RefusedAsync(string says, SessionScope? session = null)
    {
        var before = await KeysAsync();
        var refused = await Assert.ThrowsAsync<RefusedException>(() => AcceptAsync(session));
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, await KeysAsync());
    }

    private Task<StepRecord> AcceptAsync(SessionScope? session = null)
        => (session ?? _lab.Session).Effects.RunAsync(new AcceptHostKey(), MigrationRun.TargetOf(PhaseLab.Target(1)), new NoParameters(), null, Token);

    private Task<IReadOnlyList<KnownHostEntry>> KeysAsync()
    {
        var options = _lab.Session.Get<RemoteShell>().Options;
        return options.KnownHosts.FindAsync("hv01.lab.example", options.PortOf(new SshHost("hv01.lab.example")), Token);
    }
}

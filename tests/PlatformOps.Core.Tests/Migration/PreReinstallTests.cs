using System.Text.Json;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Migration;
using PlatformOps.Core.Services.Aquilon;
using PlatformOps.Core.Services.NetBox;
using PlatformOps.Core.Services.OpenStack;
using PlatformOps.Core.Sessions;
using PlatformOps.Errors;
using PlatformOps.Lab;
using PlatformOps.Runs;
using PlatformOps.TestKit;
using PlatformOps.TestKit.Changes;

namespace PlatformOps.Core.Tests.Migration;

/// <summary>In which order PreReinstall hands a hypervisor over, and what it writes down for whoever goes on with it.</summary>
public sealed class PreReinstallTests : IDisposable
{
    private readonly TemporaryFolder _elsewhere = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _elsewhere.Dispose();

    [Fact]
    public async Task Kayobe_is_through_with_it_before_the_inventory_has_it_as_planned()
    {
        // One with Mellanox cards; what is planned is in no inventory that Kayobe builds meanwhile.
        await using var lab = await DrainedAsync(3);

        var records = await lab.RunAsync("PreReinstall", PhaseLab.Target(3));

        Assert.Empty(PhaseLab.Problems(records));
        var writes = (await lab.WriteDetailsAsync()).Where(write => write.Contains("hv03", StringComparison.Ordinal)).ToList();
        var played = writes.FindIndex(write => write.StartsWith("kayobe ", StringComparison.Ordinal));
        var planned = writes.FindIndex(write => write.StartsWith("netbox PATCH", StringComparison.Ordinal));
        Assert.True(played >= 0 && planned > played, string.Join('\n', writes));
    }

    [Fact]
    public async Task The_BMC_is_found_where_it_was_written_down_once_its_name_is_gone()
    {
        await using var lab = await DrainedAsync(1);
        Assert.Empty(PhaseLab.Problems(await lab.RunAsync("PreReinstall", PhaseLab.Target(1))));
        var address = (await lab.Session.Get<NetBoxClient>().BmcAddressAsync("hv01.lab.example", Token)).Address;
        // As where only DNS had it, which goes with the Aquilon host.
        await lab.SetDeviceAsync(1, new { oob_ip = (object?)null });
        await lab.FaultAsync(new { service = "netbox", call = "GET /dcim/interfaces*", effect = "status:404" });
        await using var other = lab.Open(new Dictionary<string, object> { ["state-folder"] = _elsewhere.Path });
        await Assert.ThrowsAnyAsync<OpsException>(() => other.Get<NetBoxClient>().BmcAddressAsync("hv01.lab.example", Token));

        var dossier = await other.Get<DossierFinder>().RequireAsync(PhaseLab.Context(other), Token);

        Assert.Equal(address, dossier.BmcAddress);
        var identity = await ((Check)new CheckIdentity()).RunAsync(PhaseLab.Context(other), new NoParameters(), Token);
        Assert.Contains($"BMC {address} ", identity.Evidence, StringComparison.Ordinal);
        Assert.Equal(StepOutcome.Passed, identity.Outcome);
    }

    [Fact]
    public async Task Who_boots_it_is_told_where_its_BMC_is()
    {
        await using var lab = await DrainedAsync(1);
        var address = (await lab.Session.Get<NetBoxClient>().BmcAddressAsync("hv01.lab.example", Token)).Address;

        Assert.Equal("the BMC's address is not recorded", await ReportAsync(lab.Session));
        await lab.RunAsync("PreReinstall", PhaseLab.Target(1));

        Assert.Equal($"the BMC is at {address}", await ReportAsync(lab.Session));
        Assert.Contains($"the BMC is at {address}", (await lab.TicketAsync("MH-101")).GetProperty("comments").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_is_armed_is_not_put_into_service()
    {
        await using var lab = await DrainedAsync(1);
        Assert.Empty(PhaseLab.Problems(await lab.RunAsync("PreReinstall", PhaseLab.Target(1))));

        var refused = await Assert.ThrowsAsync<RefusedException>(() => Services.Hosts.HostLab.ApplyAsync(lab.Session, new EnableComputeService(), 1, new EnableComputeServiceParameters()));
        Assert.Contains("hv01.lab.example is not put into service: Aquilon installs hv01.lab.example anew at its next boot from the network", refused.Message, StringComparison.Ordinal);
        await Services.Hosts.HostLab.ApplyAsync(lab.Session, new SwitchAquilonBoot(), 1, new SwitchAquilonBootParameters(AquilonBoot.Localboot));
        await Services.Hosts.HostLab.ApplyAsync(lab.Session, new EnableComputeService(), 1, new EnableComputeServiceParameters());

        Assert.Equal("enabled", (await lab.Session.Get<NovaClient>().ServiceAsync("hv01.lab.example", Token)).Status);
    }

    [Fact]
    public async Task Whoever_has_the_ticket_has_what_Aquilon_had_of_it()
    {
        await using var lab = await DrainedAsync(1);
        var before = (await lab.Session.Get<AquilonClient>().FindHostAsync("hv01.lab.example", Token))!;

        var records = await lab.RunAsync("PreReinstall", PhaseLab.Target(1));

        Assert.Empty(PhaseLab.Problems(records));
        await using var other = lab.Open(new Dictionary<string, object> { ["state-folder"] = _elsewhere.Path });
        var dossier = await other.Get<DossierFinder>().RequireAsync(PhaseLab.Context(other), Token);
        var record = JsonSerializer.Deserialize<AquilonRecord>(dossier.AquilonRecord!, ActionJson.Options)!;
        Assert.Equal((before.MachineName, before.Sandbox), (record.Host.MachineName, record.Host.Sandbox));
        Assert.Contains(record.Restore, command => command.Contains(before.MachineName, StringComparison.Ordinal));
        // Where Aquilon's actions look for it: Reset-AquilonHost -FromRecord restores it there.
        Assert.EndsWith("with what Aquilon had of it", await ((Report)new DossierReport()).RunAsync(PhaseLab.Context(other), new NoParameters(), Token), StringComparison.Ordinal);
        Assert.Equal(record.Restore, other.Get<AquilonRecordStore>().FindOrLatest("hv01.lab.example", "none")?.Restore);
        // Right behind the record, and before the host is gone.
        var steps = records.Select(step => step.Step).ToList();
        Assert.Equal(steps.IndexOf("aquilon.record") + 1, steps.IndexOf("hypervisor.dossier.aquilon"));
        Assert.True(steps.IndexOf("hypervisor.dossier.aquilon") < steps.IndexOf("aquilon.host.delete"));
    }

    [Fact]
    public async Task A_host_that_awaits_its_installation_is_left_and_the_first_record_stays_what_is_restored()
    {
        await using var lab = await DrainedAsync(1);
        var before = (await lab.Session.Get<AquilonClient>().FindHostAsync("hv01.lab.example", Token))!;
        Assert.Empty(PhaseLab.Problems(await lab.RunAsync("PreReinstall", PhaseLab.Target(1))));
        await lab.ForgetWritesAsync();

        var again = await lab.RunAsync("PreReinstall", PhaseLab.Target(1));

        Assert.Empty(PhaseLab.Problems(again));
        Assert.All(again.Where(record => record.Action!.StartsWith("aquilon.", StringComparison.Ordinal) && record.Kind == StepKind.Change && record.Action != "aquilon.record"), record => Assert.Equal((record.Step, StepOutcome.Unchanged), (record.Step, record.Outcome)));
        Assert.DoesNotContain(await lab.WritesAsync(), write => write.StartsWith("aquilon ", StringComparison.Ordinal));
        Assert.Equal(before.MachineName, lab.Session.Get<AquilonRecordStore>().Original("hv01.lab.example")?.Host.MachineName);
        // Elsewhere too, where nobody has the first run's files.
        await using var other = lab.Open(new Dictionary<string, object> { ["state-folder"] = _elsewhere.Path });
        Assert.Empty(PhaseLab.Problems(await PhaseLab.RunAsync(other, "PreReinstall", PhaseLab.Target(1))));
        var dossier = await other.Get<DossierFinder>().RequireAsync(PhaseLab.Context(other), Token);
        Assert.Equal(before.MachineName, JsonSerializer.Deserialize<AquilonRecord>(dossier.AquilonRecord!, ActionJson.Options)!.Host.MachineName);
        Assert.DoesNotContain(await lab.WritesAsync(), write => write.StartsWith("aquilon ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_was_never_recorded_is_not_written_down_as_a_record()
    {
        await using var lab = await DrainedAsync(1);

        var missing = await Assert.ThrowsAsync<ObjectNotFoundException>(() => Services.Hosts.HostLab.ApplyAsync(lab.Session, new RecordAquilon(), 1, new NoParameters()));

        Assert.Contains("aquilon.record does", missing.Message, StringComparison.Ordinal);
        Assert.Null(lab.Session.Get<DossierStore>().Latest("hv01.lab.example")!.AquilonRecord);
    }

    private static Task<string> ReportAsync(SessionScope session) => ((Report)new BmcReport()).RunAsync(PhaseLab.Context(session), new NoParameters(), Token);

    // Empty, ours, with a dossier.
    private static async Task<PhaseLab> DrainedAsync(int number)
    {
        var lab = await PhaseLab.StartAsync(new LabOptions { Hypervisors = 6, VirtualMachines = 0, Speed = 36000 });
        Assert.Empty(PhaseLab.Problems(await lab.RunAsync("Setup,PreDrain", PhaseLab.Target(number))));
        await lab.ForgetWritesAsync();
        return lab;
    }
}

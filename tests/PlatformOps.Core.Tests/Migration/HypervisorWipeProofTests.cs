using PlatformOps.Core.Changes;
using PlatformOps.Core.Logging;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Services;
using PlatformOps.Core.Services.Aquilon;
using PlatformOps.Core.Services.Hosts.Storage;
using PlatformOps.Core.Services.OpenStack;
using PlatformOps.Core.Tests.Services.Hosts;
using PlatformOps.Errors;
using PlatformOps.Lab;
using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Migration;

/// <summary>No way around the proof: single effects and a site's own runbooks, which have no guard of their own, wipe nothing that is in service, another's, or another machine.</summary>
public sealed class HypervisorWipeProofTests
{
    private const int One = 1;
    private static readonly SwitchAquilonBootParameters Install = new(AquilonBoot.Install);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_hypervisor_in_service_is_not_armed_by_a_cmdlet()
    {
        await using var lab = await StartAsync();
        await lab.SetAquilonAsync(One, new { buildStatus = "build" });

        var refused = await Assert.ThrowsAsync<RefusedException>(() => ArmAsync(lab));

        Assert.StartsWith("hv01.lab.example is a hypervisor, and this would wipe it or prepare that, so nothing was changed: our claim does not hold: nova-compute on hv01.lab.example is enabled", refused.Message, StringComparison.Ordinal);
        Assert.Empty(await AquilonWritesAsync(lab));
    }

    [Fact]
    public async Task A_sites_own_phase_without_guards_deletes_and_arms_nothing_with_servers_on_it()
    {
        await using var lab = await StartAsync();
        await lab.RunAsync("Setup,PreDrain", PhaseLab.Target(One));
        await lab.SetAquilonAsync(One, new { buildStatus = "build" });

        var deleted = await RunTextAsync(lab, "- change: aquilon.record\n- change: aquilon.host.delete");
        var armed = await RunTextAsync(lab, "- change: aquilon.boot\n  with: { boot: install }");

        Assert.Contains("empty hypervisor does not hold: Nova has 2 servers", deleted[^1].Message, StringComparison.Ordinal);
        Assert.Contains("empty hypervisor does not hold", armed[^1].Message, StringComparison.Ordinal);
        Assert.Equal((StepOutcome.Failed, StepOutcome.Failed), (deleted[^1].Outcome, armed[^1].Outcome));
        Assert.Empty(await AquilonWritesAsync(lab));
    }

    [Fact]
    public async Task What_is_drained_and_ours_and_the_right_machine_is_armed()
    {
        await using var lab = await StartAsync();
        await DrainAsync(lab);

        Assert.Equal(StepOutcome.Done, (await ArmAsync(lab)).Outcome);
        Assert.Equal(["pxeswitch"], await AquilonWritesAsync(lab));
    }

    [Fact]
    public async Task Whatever_a_drained_host_still_holds_stops_it()
    {
        await using var lab = await StartAsync();
        await DrainAsync(lab);

        await lab.SetHostAsync(One, new { domains = new[] { "instance-0000a1" } });
        await RefusedAsync(lab, "no domains does not hold");
        await lab.SetHostAsync(One, new { domains = Array.Empty<string>(), containers = new[] { "ceph-osd-1" } });
        await RefusedAsync(lab, "no other tenants does not hold");
        await lab.SetHostAsync(One, new { containers = Array.Empty<string>(), tenants = new[] { "ovn-gateway" } });
        await RefusedAsync(lab, "OVN");
        await lab.SetHostAsync(One, new { tenants = Array.Empty<string>() });

        Assert.Equal(StepOutcome.Done, (await ArmAsync(lab)).Outcome);
    }

    [Fact]
    public async Task A_name_that_leads_to_another_machine_stops_it()
    {
        await using var lab = await StartAsync();
        await DrainAsync(lab);
        await lab.SetBmcAsync(One, """{"serialNumber":"ANOTHER1"}""");

        await RefusedAsync(lab, "the serial numbers differ");
    }

    [Fact]
    public async Task A_nova_that_cannot_be_asked_stops_it()
    {
        await using var lab = await StartAsync();
        await DrainAsync(lab);
        await lab.FaultAsync(new { service = "nova", call = "*", effect = "status:500" });

        await Assert.ThrowsAnyAsync<OpsException>(() => ArmAsync(lab));

        Assert.Empty(await AquilonWritesAsync(lab));
    }

    /// <summary>Another name of it in DNS, in Aquilon or in somebody's head.</summary>
    [Theory]
    [InlineData("hv01")]
    [InlineData("hv01.dc.example")]
    public async Task A_name_that_may_be_one_that_Nova_has_proves_nothing(string name)
    {
        await using var lab = await StartAsync();
        var context = new ActionContext { Target = new ActionTarget(ActionTarget.Hypervisor, name), Run = lab.Session.Identity("test"), Step = "step", Clients = lab.Session, Time = lab.Session.Time, Log = SilentLog.Instance };
        var proof = lab.Session.Get<IWipeProof>();

        foreach (var refused in new[] { await Assert.ThrowsAsync<RefusedException>(() => proof.RequireReleasedAsync(context, Stop)), await Assert.ThrowsAsync<RefusedException>(() => proof.RequireOursAsync(context, Stop)) })
            Assert.Contains("Nova has hv01.lab.example. Give the name that Nova has", refused.Message, StringComparison.Ordinal);
        // What is like none is no hypervisor, as before.
        await proof.RequireReleasedAsync(new ActionContext { Target = new ActionTarget(ActionTarget.Hypervisor, "web01.lab.example"), Run = context.Run, Step = "step", Clients = lab.Session, Time = lab.Session.Time, Log = SilentLog.Instance }, Stop);
    }

    [Fact]
    public async Task A_claim_that_another_took_stops_it()
    {
        await using var lab = await StartAsync();
        await DrainAsync(lab);
        await lab.SetHostAsync(One, new { disabledReason = "RL9 [ops:r1 carol MH-900]" });

        await RefusedAsync(lab, "is claimed by carol for MH-900");
    }

    [Fact]
    public async Task Disks_of_a_hypervisor_that_nobody_wrote_down_are_not_formatted()
    {
        await using var lab = await StartAsync();
        await lab.SetHostAsync(One, new { disks = new Dictionary<string, object?> { ["nvme0n1"] = null } });

        var refused = await Assert.ThrowsAsync<RefusedException>(() => HostLab.ApplyAsync(lab.Session, new HostStorageChange(), One, new HostStorageParameters { Model = "hv-2022-lenovo" }));

        Assert.Contains("has no dossier", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Recorded or blank, and the right machine: while it is another's, or has servers, its disks are left alone.</summary>
    [Fact]
    public async Task Disks_are_formatted_only_of_what_is_claimed_by_us_and_empty()
    {
        await using var lab = await StartAsync();
        await lab.RunAsync("Setup,PreDrain", PhaseLab.Target(One));
        await lab.SetHostAsync(One, new { disks = new Dictionary<string, object?> { ["nvme0n1"] = null } });
        await lab.ForgetWritesAsync();
        await RefusedAsync("empty hypervisor does not hold: Nova has 2 servers");
        await lab.MoveServersAwayAsync(One);
        var ours = (await lab.Session.Get<NovaClient>().ServiceAsync("hv01.lab.example", Stop)).DisabledReason;
        await lab.SetHostAsync(One, new { disabledReason = "RL9 [ops:r1 alice MH-101]" });
        await RefusedAsync("our claim does not hold: nova-compute on hv01.lab.example is claimed by alice for MH-101");
        await lab.SetHostAsync(One, new { disabledReason = ours });

        Assert.Equal(StepOutcome.Done, (await FormatAsync()).Outcome);
        Assert.Single(await lab.WritesAsync(), write => write.StartsWith("ssh mkfs.xfs", StringComparison.Ordinal));

        Task<StepRecord> FormatAsync() => HostLab.ApplyAsync(lab.Session, new HostStorageChange(), One, new HostStorageParameters { Model = "hv-2022-lenovo" });

        async Task RefusedAsync(string reason)
        {
            Assert.Contains(reason, (await Assert.ThrowsAsync<RefusedException>(FormatAsync)).Message, StringComparison.Ordinal);
            Assert.Empty(await lab.WritesAsync());
        }
    }

    /// <summary>Before its first service there is no claim and no dossier, and its disks want to be made ready.</summary>
    [Fact]
    public async Task A_machine_that_Nova_does_not_know_needs_no_claim()
    {
        await using var lab = await StartAsync();
        var context = new ActionContext { Target = new ActionTarget(ActionTarget.Hypervisor, "new77.lab.example"), Run = lab.Session.Identity("test"), Step = "step", Clients = lab.Session, Time = lab.Session.Time, Log = SilentLog.Instance };

        Assert.Null(await Record.ExceptionAsync(() => lab.Session.Get<IWipeProof>().RequireOursAsync(context, Stop)));
    }

    private static Task<PhaseLab> StartAsync() => PhaseLab.StartAsync(new LabOptions { Hypervisors = 4, VirtualMachines = 8, Speed = 3600 });

    private static async Task DrainAsync(PhaseLab lab)
    {
        await lab.RunAsync("Setup,PreDrain", PhaseLab.Target(One));
        await lab.MoveServersAwayAsync(One);
        await lab.SetAquilonAsync(One, new { buildStatus = "build" });
    }

    private static Task<StepRecord> ArmAsync(PhaseLab lab) => HostLab.ApplyAsync(lab.Session, new SwitchAquilonBoot(), One, Install);

    private static async Task RefusedAsync(PhaseLab lab, string reason)
    {
        Assert.Contains(reason, (await Assert.ThrowsAsync<RefusedException>(() => ArmAsync(lab))).Message, StringComparison.Ordinal);
        Assert.Empty(await AquilonWritesAsync(lab));
    }

    private static async Task<string[]> AquilonWritesAsync(PhaseLab lab)
        => [.. (await lab.WritesAsync()).Where(write => write.StartsWith("aquilon ", StringComparison.Ordinal)).Select(write => write.Split(' ')[1])];

    private static async Task<List<StepRecord>> RunTextAsync(PhaseLab lab, string steps)
    {
        var runbook = lab.Session.Runbooks.Reader.Read($"runbook: site/own\ntarget: hypervisor\nsteps:\n{steps}", "test");
        var records = new List<StepRecord>();
        await foreach (var record in lab.Session.Runner().RunAsync(new RunRequest { Phases = [new RunbookPhase("own", runbook)], Targets = [HostLab.Target(One)], Identity = lab.Session.Identity("own") }, Stop))
            records.Add(record);
        return records;
    }
}

using PlatformOps.Core.Changes;
using PlatformOps.Core.Logging;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Services.Kayobe;
using PlatformOps.Core.Services.NetBox;
using PlatformOps.Core.Services.Redfish;
using PlatformOps.Core.Tests.Services.Hosts;
using PlatformOps.Errors;
using PlatformOps.Lab;
using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Migration;

/// <summary>No hypervisor that serves somebody is taken down by its BMC or by Kayobe, nor made to boot an installer, by a digit that is mistyped: single effects and a site's own runbooks.</summary>
public sealed class InServiceTests
{
    private const int One = 1;
    private const string Name = "hv01.lab.example";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("restart")]
    [InlineData("off")]
    [InlineData("pxe")]
    public async Task What_takes_a_hypervisor_down_waits_until_it_is_out_of_service_and_empty(string effect)
    {
        await using var lab = await StartAsync();
        await lab.RunAsync("Setup", PhaseLab.Target(One));
        await lab.ForgetWritesAsync();

        var inService = await RefusedAsync(lab, effect);
        await lab.RunAsync("PreDrain", PhaseLab.Target(One));
        var withServers = await RefusedAsync(lab, effect);
        await lab.SetHostAsync(One, new { serversMoved = true });
        var (change, parameters) = await EffectAsync(lab, effect);
        var released = await HostLab.ApplyAsync(lab.Session, change, One, parameters);

        Assert.StartsWith($"{Name} is in service, and this would take it down or prepare that, so nothing was changed: nova-compute is enabled, and Nova has 2 servers on it: ", inService.Message, StringComparison.Ordinal);
        Assert.Contains("so nothing was changed: Nova has 2 servers on it: ", withServers.Message, StringComparison.Ordinal);
        Assert.Contains("-WhileInService (while-in-service: true in a runbook)", withServers.Message, StringComparison.Ordinal);
        Assert.Equal(StepOutcome.Done, released.Outcome);
        Assert.Single(await BmcWritesAsync(lab));
    }

    [Fact]
    public async Task An_outage_that_is_meant_is_made_and_its_plan_names_the_servers()
    {
        await using var lab = await StartAsync();
        var (change, parameters) = await EffectAsync(lab, "restart", whileInService: true);

        var plan = await HostLab.PlanAsync(lab.Session, change, One, parameters);
        var done = await HostLab.ApplyAsync(lab.Session, change, One, parameters);

        Assert.Contains("IN SERVICE: nova-compute is enabled, and Nova has 2 servers on it: ", plan.Caution, StringComparison.Ordinal);
        Assert.EndsWith(plan.Caution!, plan.Message, StringComparison.Ordinal);
        Assert.Equal(StepOutcome.Done, done.Outcome);
    }

    [Fact]
    public async Task A_sites_own_runbook_restarts_what_is_in_service_only_where_it_says_so()
    {
        await using var lab = await StartAsync();
        const string Restart = "- change: bmc.restart\n  with: { address: \"${fact.bmc-address}\", serial: \"${fact.serial}\", force: true";

        var refused = (await RunTextAsync(lab, Restart + " }"))[^1];
        Assert.Empty(await BmcWritesAsync(lab));
        var plan = (await RunTextAsync(lab, Restart + ", while-in-service: true }", planOnly: true))[^1];
        var done = (await RunTextAsync(lab, Restart + ", while-in-service: true }"))[^1];

        Assert.Equal(StepOutcome.Failed, refused.Outcome);
        Assert.Contains($"{Name} is in service", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Nova has 2 servers on it", plan.Caution, StringComparison.Ordinal);
        Assert.Equal(StepOutcome.Done, done.Outcome);
    }

    /// <summary>Also of one of several.</summary>
    [Fact]
    public async Task Kayobe_configures_no_host_in_service_unless_that_is_meant_and_what_else_it_does_there_is_told()
    {
        await using var lab = await StartAsync();
        await lab.SetHostAsync(2, new { serviceDisabled = true, serversMoved = true });
        ActionTarget[] both = [HostLab.Target(2), HostLab.Target(One)];
        Task<StepRecord> RunAsync(Change change, object parameters, bool plan = true) => plan
            ? lab.Session.Effects.PlanAsync(change, ActionTarget.OfBatch(both), parameters, null, Token, both)
            : lab.Session.Effects.RunAsync(change, ActionTarget.OfBatch(both), parameters, null, Token, both);

        var refused = await Assert.ThrowsAsync<RefusedException>(() => RunAsync(new ConfigureHosts(), new ConfigureHostsParameters(), plan: false));
        var meant = await RunAsync(new ConfigureHosts(), new ConfigureHostsParameters(WhileInService: true));
        var command = await RunAsync(new RunKayobeCommand(), new RunKayobeCommandParameters { Command = ["overcloud", "host", "configure"] });
        var inventory = await RunAsync(new BuildInventory(), new NoParameters());

        Assert.StartsWith($"{Name} is in service", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(await lab.WritesAsync(), write => write.StartsWith("kayobe ", StringComparison.Ordinal));
        Assert.All([meant, command], plan => Assert.StartsWith($"{Name}: IN SERVICE: nova-compute is enabled, and Nova has 3 servers on it", plan.Caution, StringComparison.Ordinal));
        Assert.Null(inventory.Caution);
    }

    [Fact]
    public async Task A_nova_that_cannot_be_asked_stops_it_and_where_the_outage_is_meant_it_is_told()
    {
        await using var lab = await StartAsync();
        var (change, parameters) = await EffectAsync(lab, "restart");
        var (_, meant) = await EffectAsync(lab, "restart", whileInService: true);
        await lab.FaultAsync(new { service = "nova", call = "*", effect = "status:500" });

        await Assert.ThrowsAnyAsync<OpsException>(() => HostLab.ApplyAsync(lab.Session, change, One, parameters));
        var plan = await HostLab.PlanAsync(lab.Session, change, One, meant);

        Assert.StartsWith("MAY BE IN SERVICE: ", plan.Caution, StringComparison.Ordinal);
        Assert.Empty(await BmcWritesAsync(lab));
    }

    [Theory]
    [InlineData("restart")]
    [InlineData("on")]
    public async Task What_is_off_is_not_booted_into_an_installer_while_it_is_in_service_whatever_turns_it_on(string effect)
    {
        await using var lab = await StartAsync();
        foreach (var before in (string[])["off", "pxe"])
        {
            var (change, of) = await EffectAsync(lab, before, whileInService: true);
            await HostLab.ApplyAsync(lab.Session, change, One, of);
        }

        await lab.ForgetWritesAsync();
        Assert.Contains("is in service", (await RefusedAsync(lab, effect)).Message, StringComparison.Ordinal);
        var (turnOn, meant) = await EffectAsync(lab, effect, whileInService: true);
        var plan = await HostLab.PlanAsync(lab.Session, turnOn, One, meant);

        Assert.True(turnOn.IsDestructive(meant));
        Assert.Contains("booting from Pxe", plan.Message, StringComparison.Ordinal);
        Assert.Contains("IN SERVICE: nova-compute is enabled", plan.Caution, StringComparison.Ordinal);
        Assert.Equal(StepOutcome.Done, (await HostLab.ApplyAsync(lab.Session, turnOn, One, meant)).Outcome);
    }

    [Fact]
    public async Task What_is_off_is_turned_on_by_a_restart_whoever_is_on_it()
    {
        await using var lab = await StartAsync();
        var (off, parameters) = await EffectAsync(lab, "off", whileInService: true);
        await HostLab.ApplyAsync(lab.Session, off, One, parameters);
        var (restart, on) = await EffectAsync(lab, "restart");

        Assert.Equal(StepOutcome.Done, (await HostLab.ApplyAsync(lab.Session, restart, One, on)).Outcome);
    }

    [Fact]
    public async Task Turning_on_is_not_taken_back_while_servers_are_on_it()
    {
        await using var lab = await StartAsync();
        var (off, parameters) = await EffectAsync(lab, "off", whileInService: true);
        await HostLab.ApplyAsync(lab.Session, off, One, parameters);
        Change on = new SetPower();
        var (address, serial) = await MachineAsync(lab);
        var turnOn = new SetPowerParameters(address, serial, MachinePower.On);
        var wasOff = await on.ObserveAsync(HostLab.Context(lab.Session, One), turnOn, Token);
        await HostLab.ApplyAsync(lab.Session, on, One, turnOn);

        var refused = await Assert.ThrowsAsync<RefusedException>(() => on.GuardUndoAsync(HostLab.Context(lab.Session, One), turnOn, wasOff, Token));

        Assert.Contains("is in service", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hv01")]
    [InlineData("hv01.dc.example")]
    public async Task A_name_that_may_be_one_that_Nova_has_proves_nothing(string name)
    {
        await using var lab = await StartAsync();
        var (change, parameters) = await EffectAsync(lab, "restart");

        var before = await change.ObserveAsync(HostLab.Context(lab.Session, One), parameters, Token);
        var shortly = new ActionContext { Target = new ActionTarget(ActionTarget.Hypervisor, name), Run = lab.Session.Identity("test"), Step = "step", Clients = lab.Session, Time = lab.Session.Time, Log = SilentLog.Instance };

        var refused = await Assert.ThrowsAsync<RefusedException>(() => change.GuardAsync(shortly, parameters, before, Token));

        Assert.Contains($"Nova has {Name}. Give the name that Nova has", refused.Message, StringComparison.Ordinal);
    }

    private static Task<PhaseLab> StartAsync() => PhaseLab.StartAsync(new LabOptions { Hypervisors = 4, VirtualMachines = 8, Speed = 3600 });

    private static async Task<(string Address, string Serial)> MachineAsync(PhaseLab lab)
        => ((await lab.Session.Get<NetBoxClient>().BmcAddressAsync(Name, Token)).Address, (await lab.HostAsync(One)).GetProperty("serial").GetString()!);

    private static async Task<(Change Change, object Parameters)> EffectAsync(PhaseLab lab, string effect, bool whileInService = false)
    {
        var (address, serial) = await MachineAsync(lab);
        return effect switch
        {
            "restart" => (new RestartSystem(), new RestartSystemParameters(address, serial, Force: true, whileInService)),
            "on" => (new SetPower(), new SetPowerParameters(address, serial, MachinePower.On, WhileInService: whileInService)),
            "off" => (new SetPower(), new SetPowerParameters(address, serial, MachinePower.Off, Force: true, whileInService)),
            _ => (new SetBootDevice(), new SetBootDeviceParameters(address, serial, WhileInService: whileInService)),
        };
    }

    // The plan refuses it as well, and neither sends anything.
    private static async Task<RefusedException> RefusedAsync(PhaseLab lab, string effect)
    {
        var (change, parameters) = await EffectAsync(lab, effect);
        await Assert.ThrowsAsync<RefusedException>(() => HostLab.PlanAsync(lab.Session, change, One, parameters));
        var refused = await Assert.ThrowsAsync<RefusedException>(() => HostLab.ApplyAsync(lab.Session, change, One, parameters));
        Assert.Empty(await BmcWritesAsync(lab));
        return refused;
    }

    private static async Task<string[]> BmcWritesAsync(PhaseLab lab) => [.. (await lab.WritesAsync()).Where(write => write.StartsWith("bmc ", StringComparison.Ordinal))];

    private static async Task<List<StepRecord>> RunTextAsync(PhaseLab lab, string steps, bool planOnly = false)
    {
        var runbook = lab.Session.Runbooks.Reader.Read($"runbook: site/own\ntarget: hypervisor\nsteps:\n{steps}", "test");
        var request = new RunRequest { Phases = [new RunbookPhase("own", runbook)], Targets = [HostLab.Target(One)], Identity = lab.Session.Identity("own") };
        var records = new List<StepRecord>();
        await foreach (var record in planOnly ? lab.Session.Runner().PlanAsync(request, Token) : lab.Session.Runner().RunAsync(request, Token))
            records.Add(record);
        return records;
    }
}

using PlatformOps.Core.Changes;
using PlatformOps.Core.Logging;
using PlatformOps.Core.Services.NetBox;
using PlatformOps.Core.Services.Redfish;
using PlatformOps.Core.Sessions;
using PlatformOps.Core.Tests.Migration;
using PlatformOps.Errors;
using PlatformOps.Lab;
using PlatformOps.Runs;
using PlatformOps.TestKit;

namespace PlatformOps.Core.Tests.Services.Redfish;

/// <summary>The actions against the lab's BMCs, over sockets, with each of their quirks.</summary>
public sealed class BmcLabTests
{
    private const string Name = "hv01.lab.example";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"settingsResource":true}""")]
    [InlineData("""{"etags":"weak"}""")]
    [InlineData("""{"etags":"refused"}""")]
    [InlineData("""{"etags":"required"}""")]
    [InlineData("""{"actionInfo":true,"otherSystems":3}""")]
    [InlineData("""{"tellsResets":false}""")]
    [InlineData("""{"serialNumber":"CNIVC00123","sku":"${serial}"}""")]
    public async Task A_machine_is_booted_once_from_the_network_whatever_its_controller_is_like(string quirks)
    {
        await using var lab = await PhaseLab.StartAsync();
        var (address, serial, bootId) = await LookAsync(lab);
        await lab.SetBmcAsync(1, quirks.Replace("${serial}", serial, StringComparison.Ordinal));

        var set = await RunAsync(lab.Session, new SetBootDevice(), new SetBootDeviceParameters(address, serial, WhileInService: true));
        var left = await CheckAsync(lab.Session, address, serial);
        var restarted = await RunAsync(lab.Session, new RestartSystem(), new RestartSystemParameters(address, serial, Force: true, WhileInService: true));
        var none = await CheckAsync(lab.Session, address, serial);

        Assert.Equal(("no boot override", "Pxe once (UEFI)"), (set.Before, set.After));
        Assert.Equal((StepOutcome.Failed, StepOutcome.Done, StepOutcome.Passed), (left.Outcome, restarted.Outcome, none.Outcome));
        Assert.Equal(["PATCH", "POST"], (await lab.WritesAsync()).Select(write => write.Split(' ')[1]));
        await lab.UntilAsync(1, host => host.GetProperty("up").GetBoolean() && host.GetProperty("bootId").GetString() != bootId);
        Assert.Equal("Pxe", (await lab.HostAsync(1)).GetProperty("bootedFrom").GetString());
    }

    [Fact]
    public async Task A_boot_from_the_network_installs_where_an_installer_is_armed()
    {
        await using var lab = await PhaseLab.StartAsync();
        var (address, serial, bootId) = await LookAsync(lab);
        var key = (await lab.HostAsync(1)).GetProperty("hostKey").GetString();
        await lab.SetAquilonAsync(1, new { pxe = "install" });
        await RunAsync(lab.Session, new SetBootDevice(), new SetBootDeviceParameters(address, serial, WhileInService: true));

        await RunAsync(lab.Session, new RestartSystem(), new RestartSystemParameters(address, serial, Force: true, WhileInService: true));

        await lab.UntilAsync(1, host => host.GetProperty("up").GetBoolean() && host.GetProperty("bootId").GetString() != bootId);
        Assert.NotEqual(key, (await lab.HostAsync(1)).GetProperty("hostKey").GetString());
    }

    [Fact]
    public async Task An_unanswered_restart_that_happened_is_found_to_have_and_is_not_sent_again()
    {
        await using var lab = await PhaseLab.StartAsync();
        var (address, serial, _) = await LookAsync(lab);
        await lab.FaultAsync(new { service = "bmc", call = "POST */ComputerSystem.Reset", effect = "reset-after-commit", count = 1 });
        // It is looked for a while whether it shows.
        await using var session = lab.Open(time: new FakeTimeProvider(TimeProvider.System.GetUtcNow()) { AutoAdvance = TimeSpan.FromSeconds(5) });

        var restarted = await RunAsync(session, new RestartSystem(), new RestartSystemParameters(address, serial, Force: true, WhileInService: true));

        Assert.Equal(StepOutcome.Done, restarted.Outcome);
        Assert.Single(await lab.WritesAsync());
    }

    [Fact]
    public async Task A_controller_that_belongs_to_another_machine_is_left_alone()
    {
        await using var lab = await PhaseLab.StartAsync();
        var (address, serial, _) = await LookAsync(lab);
        await lab.SetBmcAsync(1, """{"leadsTo":"hv02.lab.example"}""");

        var error = await Assert.ThrowsAsync<RefusedException>(() => RunAsync(lab.Session, new RestartSystem(), new RestartSystemParameters(address, serial, Force: true, WhileInService: true)));

        Assert.Contains($"wanted is the serial number '{serial}'", error.Message, StringComparison.Ordinal);
        Assert.Empty(await lab.WritesAsync());
    }

    [Fact]
    public async Task Over_TLS_a_pinned_certificate_is_taken_and_another_refused_with_both_thumbprints()
    {
        await using var lab = await PhaseLab.StartAsync(new LabOptions { Hypervisors = 2, VirtualMachines = 0, BmcTls = true });
        var (address, _, _) = await LookAsync(lab);
        var thumbprint = (await lab.LabAsync()).GetProperty("bmcs").GetProperty("thumbprint").GetString()!;
        var wrong = new string('A', 64);
        await using var other = lab.Open(new Dictionary<string, object> { ["bmc.http.thumbprint"] = wrong });

        Assert.Equal("On", (await lab.Session.Get<RedfishClient>().At(address).SystemAsync(null, Token)).System.PowerState);
        var error = await Assert.ThrowsAsync<ServiceException>(() => other.Get<RedfishClient>().At(address).SystemAsync(null, Token));

        Assert.Contains(thumbprint, error.Message, StringComparison.Ordinal);
        Assert.Contains(wrong, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_ends_its_sessions_at_controllers()
    {
        await using var lab = await PhaseLab.StartAsync();
        var (address, _, _) = await LookAsync(lab);
        await using (var session = lab.Open())
        {
            await session.Get<RedfishClient>().At(address).SystemAsync(null, Token);
            Assert.Equal(1, (await lab.HostAsync(1)).GetProperty("bmcSessions").GetInt32());
        }

        Assert.Equal(0, (await lab.HostAsync(1)).GetProperty("bmcSessions").GetInt32());
    }

    [Fact]
    public async Task A_session_that_the_controller_dropped_is_opened_anew()
    {
        await using var lab = await PhaseLab.StartAsync();
        var (address, _, _) = await LookAsync(lab);
        var service = lab.Session.Get<RedfishClient>().At(address);
        await service.SystemAsync(null, Token);
        await lab.SetBmcAsync(1, """{"sessions":0}""");

        Assert.Equal("On", (await service.SystemAsync(null, Token)).System.PowerState);
    }

    private static async Task<(string Address, string Serial, string BootId)> LookAsync(PhaseLab lab)
        => ((await lab.Session.Get<NetBoxClient>().BmcAddressAsync(Name, Token)).Address, (await lab.HostAsync(1)).GetProperty("serial").GetString()!, (await lab.HostAsync(1)).GetProperty("bootId").GetString()!);

    private static Task<StepRecord> RunAsync(SessionScope session, Change change, object parameters)
        => session.Effects.RunAsync(change, new ActionTarget(ActionTarget.Hypervisor, Name), parameters, null, Token);

    private static Task<CheckResult> CheckAsync(SessionScope session, string address, string serial)
    {
        var context = new ActionContext { Target = new ActionTarget(ActionTarget.Hypervisor, Name), Run = session.Identity("test"), Step = "check", Clients = session, Time = session.Time, Log = SilentLog.Instance };
        return ((Check)new CheckNoBootOverride()).RunAsync(context, new CheckNoBootOverrideParameters(address, serial), Token);
    }
}

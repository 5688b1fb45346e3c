using System.Text.Json;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Services.Redfish;
using PlatformOps.Core.Tests.Ledger;
using PlatformOps.Errors;
using PlatformOps.Runs;
using PlatformOps.TestKit.Ledger;

namespace PlatformOps.Core.Tests.Services.Redfish;

public sealed class BmcActionTests
{
    private const string Reset = "POST /redfish/v1/Systems/Self/Actions/ComputerSystem.Reset";
    private readonly Controller _bmc = new();
    private readonly MemoryLedgerFiles _files = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static SetBootDeviceParameters Pxe => new(Controller.Address, Controller.Serial);

    private static RestartSystemParameters Restart => new(Controller.Address, Controller.Serial, Force: true);

    [Fact]
    public async Task A_boot_device_is_set_for_one_boot_with_the_etag_and_not_twice()
    {
        var first = await new SetBootDevice().RunAsync(Context(), Pxe, Token);
        var again = await new SetBootDevice().RunAsync(Context(), Pxe, Token);

        Assert.Equal(("no boot override", "Pxe once (UEFI)", true), first);
        Assert.False(again.WasApplied);
        var patch = Assert.Single(_bmc.Writes);
        Assert.Equal("PATCH /redfish/v1/Systems/Self", patch.Line);
        Assert.Equal("""{"Boot":{"BootSourceOverrideTarget":"Pxe","BootSourceOverrideEnabled":"Once","BootSourceOverrideMode":"UEFI"}}""", patch.Body);
        Assert.Equal("\"1\"", patch.Header("If-Match"));
    }

    [Theory]
    // Takes only the strong one of the weak tag that it sends; takes none at all.
    [InlineData("\"1\"", new[] { "W/\"1\"", "\"1\"" })]
    [InlineData("-", new[] { "W/\"1\"", "\"1\"", "-" })]
    public async Task A_precondition_that_fails_is_tried_as_strong_tag_and_then_left_out(string takes, string[] sent)
    {
        _bmc.ETag = "W/\"1\"";
        _bmc.OnPatch = request => (request.Header("If-Match") ?? "-") == takes ? null : Controller.Error(412, "precondition failed");

        await new SetBootDevice().RunAsync(Context(), Pxe, Token);

        Assert.Equal(sent, _bmc.Matches);
    }

    [Fact]
    public async Task A_controller_that_refuses_every_precondition_is_an_error_and_not_asked_for_ever()
    {
        _bmc.OnPatch = _ => Controller.Error(412, "precondition failed");

        var error = await Assert.ThrowsAsync<ServiceException>(() => new SetBootDevice().RunAsync(Context(), Pxe, Token));

        Assert.Equal((412, 2), (error.StatusCode, _bmc.Matches.Count));
    }

    [Fact]
    public async Task An_override_is_written_where_the_controller_has_it_and_read_there()
    {
        var settings = Controller.Parse("""{"Boot":{"BootSourceOverrideTarget":"None","BootSourceOverrideEnabled":"Disabled","BootSourceOverrideMode":"UEFI"}}""");
        _bmc.System["@Redfish.Settings"] = Controller.Parse("""{"SettingsObject":{"@odata.id":"/redfish/v1/Systems/Self/SD"}}""");
        _bmc.System["Boot"] = Controller.Parse("""{"BootOrder":["Boot0001"]}""");
        _bmc.Server.On("GET /redfish/v1/Systems/Self/SD", _ => ScriptedReply.Ok(settings.ToJsonString(), ("ETag", "\"sd\"")))
            .On("PATCH /redfish/v1/Systems/Self/SD", request =>
            {
                settings = Controller.Parse(request.Body);
                return ScriptedReply.Status(200);
            });

        var set = await new SetBootDevice().RunAsync(Context(), Pxe, Token);
        var left = await CheckAsync();

        Assert.Equal(("no boot override", "Pxe once (UEFI)", true), set);
        Assert.Equal(("PATCH /redfish/v1/Systems/Self/SD", "\"sd\""), (_bmc.Writes[^1].Line, _bmc.Writes[^1].Header("If-Match")));
        Assert.Equal(StepOutcome.Failed, left.Outcome);
    }

    [Fact]
    public async Task Settings_without_a_boot_override_are_not_where_it_is_written()
    {
        _bmc.System["@Redfish.Settings"] = Controller.Parse("""{"SettingsObject":{"@odata.id":"/redfish/v1/Systems/Self/Settings"}}""");
        _bmc.Server.On("GET /redfish/v1/Systems/Self/Settings", ScriptedReply.Ok("""{"Boot":{"BootOrder":[]}}"""));

        await new SetBootDevice().RunAsync(Context(), Pxe, Token);

        Assert.Equal("PATCH /redfish/v1/Systems/Self", _bmc.Writes[^1].Line);
    }

    [Fact]
    public async Task A_mode_that_the_controller_does_not_have_is_not_sent()
    {
        _bmc.Override.Remove("BootSourceOverrideMode");

        var set = await new SetBootDevice().RunAsync(Context(), Pxe, Token);

        Assert.Equal("""{"Boot":{"BootSourceOverrideTarget":"Pxe","BootSourceOverrideEnabled":"Once"}}""", _bmc.Writes[^1].Body);
        Assert.Equal("Pxe once", set.After);
    }

    [Fact]
    public async Task A_device_that_the_machine_does_not_have_is_refused_with_those_it_has()
    {
        var error = await Assert.ThrowsAsync<RefusedException>(() => new SetBootDevice().RunAsync(Context(), Pxe with { Device = "Floppy" }, Token));

        Assert.Contains("cannot be booted from 'Floppy'; its BMC offers None, Pxe, Hdd", error.Message, StringComparison.Ordinal);
        Assert.Empty(_bmc.Writes);
    }

    [Fact]
    public async Task Undo_puts_back_the_override_there_was_and_none_where_there_was_none()
    {
        Change change = new SetBootDevice();
        var before = change.Load(change.Save(await change.ObserveAsync(Context(), Pxe, Token)));
        await change.ApplyAsync(Context(), Pxe, before, Token);
        await change.UndoAsync(Context(), Pxe, before, Token);
        Assert.Equal(StepOutcome.Passed, (await CheckAsync()).Outcome);

        _bmc.Override["BootSourceOverrideTarget"] = "Hdd";
        _bmc.Override["BootSourceOverrideEnabled"] = "Continuous";
        before = change.Load(change.Save(await change.ObserveAsync(Context(), Pxe, Token)));
        await change.ApplyAsync(Context(), Pxe, before, Token);
        await change.UndoAsync(Context(), Pxe, before, Token);
        Assert.Equal("Hdd continuous (UEFI)", change.Describe(await change.ObserveAsync(Context(), Pxe, Token)));
    }

    [Theory]
    [InlineData("Pxe", true)]
    [InlineData("UefiHttp", true)]
    [InlineData("Cd", true)]
    [InlineData("Hdd", false)]
    [InlineData("BiosSetup", false)]
    [InlineData("None", false)]
    public async Task What_may_install_it_is_destructive_and_nothing_goes_back_to_it_by_undo(string device, bool isDestructive)
    {
        Change change = new SetBootDevice(), power = new SetPower();
        object off = new SetPowerParameters(Controller.Address, Controller.Serial, MachinePower.Off);
        var wasOn = await power.ObserveAsync(Context(), off, Token);
        _bmc.Override["BootSourceOverrideTarget"] = device;
        _bmc.Override["BootSourceOverrideEnabled"] = "Once";
        var before = await change.ObserveAsync(Context(), Pxe with { Device = "None" }, Token);

        Assert.Equal(isDestructive, change.IsDestructive(Pxe with { Device = device }));
        Assert.Equal(isDestructive, await IsRefusedAsync(change, Pxe with { Device = "None" }, before));
        // Nor is it turned on while it would boot from there.
        Assert.Equal(isDestructive, await IsRefusedAsync(power, off, wasOn));

        async Task<bool> IsRefusedAsync(Change taken, object parameters, object to)
            => await Record.ExceptionAsync(() => taken.GuardUndoAsync(Context(), parameters, to, Token)) is RefusedException;
    }

    [Fact]
    public async Task An_override_that_a_boot_used_up_still_holds_and_another_does_not()
    {
        Change change = new SetBootDevice();
        var used = await change.ObserveAsync(Context(), Pxe, Token);
        _bmc.Override["BootSourceOverrideTarget"] = "Hdd";
        _bmc.Override["BootSourceOverrideEnabled"] = "Once";
        var another = await change.ObserveAsync(Context(), Pxe, Token);

        Assert.True(change.StillHolds(Context(), Pxe, null, used));
        Assert.False(change.StillHolds(Context(), Pxe, null, another));
    }

    [Theory]
    [InlineData("Pxe", "Once", StepOutcome.Failed)]
    [InlineData("Pxe", "Disabled", StepOutcome.Passed)]
    [InlineData("None", "Once", StepOutcome.Passed)]
    [InlineData(null, null, StepOutcome.Unknown)]
    public async Task An_override_that_is_left_fails_the_check_and_a_controller_that_does_not_tell_is_no_proof(string? target, string? enabled, StepOutcome outcome)
    {
        _bmc.Override["BootSourceOverrideTarget"] = target;
        _bmc.Override["BootSourceOverrideEnabled"] = enabled;

        Assert.Equal(outcome, (await CheckAsync()).Outcome);
    }

    [Theory]
    [InlineData("J7654321", "is not hv1.example.org's: wanted is the serial number 'J1234567', and the BMC tells serial number 'J7654321', UUID '38947555-7742-3448-3784-823347823834'")]
    [InlineData(null, "Nobody can tell whether the BMC at 10.30.0.2 is hv1.example.org's")]
    public async Task Nothing_is_done_to_a_machine_that_is_or_may_be_another(string? serial, string message)
    {
        _bmc.System["SerialNumber"] = serial;

        foreach (var (change, parameters) in new (Change, object)[] { (new SetBootDevice(), Pxe), (new RestartSystem(), Restart), (new SetPower(), new SetPowerParameters(Controller.Address, Controller.Serial, MachinePower.Off)) })
        {
            var error = await Assert.ThrowsAsync<RefusedException>(() => change.RunAsync(Context(), parameters, Token));
            Assert.Contains(message, error.Message, StringComparison.Ordinal);
        }

        Assert.Empty(_bmc.Writes);
    }

    [Fact]
    public async Task A_restart_uses_what_is_allowed_and_is_done_when_the_reset_shows()
    {
        _bmc.Server.On(Reset, _ =>
        {
            _bmc.System["LastResetTime"] = "2026-11-20T12:00:00Z";
            return ScriptedReply.Status(204);
        });

        var end = await GateAsync(new RestartSystem(), Restart);

        Assert.Equal((StepOutcome.Done, "On, last reset 2026-11-20T12:00:00Z"), (end.Outcome, end.After));
        Assert.Equal("""{"ResetType":"ForceRestart"}""", Assert.Single(_bmc.Writes).Body);
    }

    [Fact]
    public async Task A_restart_that_is_not_allowed_is_refused_before_anything_is_begun()
    {
        var end = await GateAsync(new RestartSystem(), Restart with { Force = false });

        Assert.Equal(StepOutcome.Failed, end.Outcome);
        Assert.Contains("cannot do GracefulRestart; it can do On, ForceOff, GracefulShutdown, ForceRestart, PowerCycle. Force it, if that is meant.", end.Message, StringComparison.Ordinal);
        Assert.Empty(_bmc.Writes);
    }

    [Fact]
    public async Task A_restart_of_a_machine_that_is_off_turns_it_on()
    {
        _bmc.System["PowerState"] = "Off";
        _bmc.Server.On(Reset, _ =>
        {
            _bmc.System["PowerState"] = "On";
            return ScriptedReply.Status(204);
        });

        var end = await GateAsync(new RestartSystem(), Restart);

        Assert.Equal(StepOutcome.Done, end.Outcome);
        Assert.Equal("""{"ResetType":"On"}""", Assert.Single(_bmc.Writes).Body);
    }

    [Theory]
    // Accepted, and the controller tells when it was reset: it has to show.
    [InlineData(true, true, StepOutcome.Unknown)]
    // Accepted, and the controller would not tell: its word is all there is.
    [InlineData(true, false, StepOutcome.Done)]
    // Unanswered: without a sign nobody knows.
    [InlineData(false, true, StepOutcome.Unknown)]
    [InlineData(false, false, StepOutcome.Unknown)]
    public async Task A_restart_that_does_not_show_is_sent_once_and_never_taken_for_granted(bool isAnswered, bool tells, StepOutcome outcome)
    {
        if (!tells)
        {
            _bmc.System.Remove("LastResetTime");
            _bmc.System.Remove("BootProgress");
        }

        _bmc.Server.On(Reset, isAnswered ? ScriptedReply.Status(204) : ScriptedReply.Reset());

        var end = await GateAsync(new RestartSystem(), Restart);

        Assert.Equal((outcome, 1), (end.Outcome, _bmc.Writes.Count));
    }

    [Fact]
    public async Task After_an_interruption_a_restart_that_shows_happened_and_another_waits_for_a_person()
    {
        var store = new RunStore(_files, "/state", _bmc.Scope.Time);
        Change change = new RestartSystem();
        var before = await change.ObserveAsync(Context(), Restart, Token);
        await using (var ledger = await store.CreateAsync("r1", Sample.Started("hv1.example.org"), TestContext.Current.CancellationToken))
            await ledger.WriteDurablyAsync(new Intent(new StepKey("hv1.example.org", "PreDrain", "step"), change.Name, JsonSerializer.SerializeToElement(Restart, ActionJson.Options), change.Save(before), change.Describe(before), "restarted"));

        var unknown = await ResumeAsync();
        _bmc.System["BootProgress"] = Controller.Parse("""{"LastState":"OSBootStarted","LastStateTime":"2026-11-20T12:01:00Z"}""");
        var happened = await ResumeAsync();

        Assert.Equal((StepOutcome.Unknown, StepOutcome.Done), (unknown.Outcome, happened.Outcome));
        Assert.Empty(_bmc.Writes);

        async Task<StepEnd> ResumeAsync()
        {
            await using var again = await store.OpenAsync("r1", "alice", TestContext.Current.CancellationToken);
            return await Gate(again).RunAsync(change, Context(), Restart, default, [], Token);
        }
    }

    [Theory]
    [InlineData("On", "r2", "OSRunning", "b1", "None", true)]
    [InlineData("On", "r1", "OSRunning", "b2", "None", true)]
    [InlineData("On", "r1", "PCIResourceConfigStarted", "b2", "None", true)]
    [InlineData("On", "r1", "OSRunning", "b1", "None", true)]
    [InlineData("PoweringOff", "r1", "OSRunning", "b1", "Pxe", true)]
    [InlineData("On", "r1", "OSRunning", "b1", "Pxe", false)]
    // What is not told just now is no sign.
    [InlineData("On", null, null, null, "Pxe", false)]
    public void A_restart_shows_by_the_time_of_the_reset_the_boot_the_power_or_the_override(string power, string? reset, string? boot, string? since, string target, bool has)
    {
        var before = new RestartState("On", "r1", "OSRunning", "b1", new BootOverride("Pxe", "Once", "UEFI"));

        Assert.Equal(has, new RestartState(power, reset, boot, since, target == "None" ? BootOverride.None : before.Boot).HasRestartedSince(before));
    }

    [Theory]
    [InlineData("Off", false, "On", "GracefulShutdown")]
    [InlineData("Off", true, "On", "ForceOff")]
    [InlineData("On", false, "Off", "On")]
    public async Task Power_is_changed_by_what_is_allowed_and_left_where_it_is_so(string wanted, bool force, string from, string type)
    {
        _bmc.System["PowerState"] = from;
        _bmc.Server.On(Reset, _ =>
        {
            _bmc.System["PowerState"] = wanted;
            return ScriptedReply.Status(204);
        });
        var parameters = new SetPowerParameters(Controller.Address, Controller.Serial, Enum.Parse<MachinePower>(wanted), force);

        var first = await new SetPower().RunAsync(Context(), parameters, Token);
        var again = await new SetPower().RunAsync(Context(), parameters, Token);

        Assert.Equal((from, wanted, true), first);
        Assert.False(again.WasApplied);
        Assert.Equal($$"""{"ResetType":"{{type}}"}""", Assert.Single(_bmc.Writes).Body);
    }

    private ActionContext Context() => _bmc.Scope.Context("hv1.example.org");

    private Task<CheckResult> CheckAsync() => ((Check)new CheckNoBootOverride()).RunAsync(Context(), new CheckNoBootOverrideParameters(Controller.Address, Controller.Serial), Token);

    private async Task<StepEnd> GateAsync(Change change, object parameters)
    {
        await using var ledger = await new RunStore(_files, "/state", _bmc.Scope.Time).CreateAsync("r1", Sample.Started("hv1.example.org"), TestContext.Current.CancellationToken);
        return await Gate(ledger).RunAsync(change, Context(), parameters, default, [], Token);
    }

    private Gate Gate(RunLedger ledger) => new(ledger, new EffectGuard(new TargetPolicy { Environment = "test" }, new KillSwitch(new FileLedgerStore(_files, "/state", _bmc.Scope.Time), _bmc.Scope.Time), _bmc.Scope.Time), _bmc.Scope.Time);
}

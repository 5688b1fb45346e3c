using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.OpenStack;
using PlatformOps.Errors;
using PlatformOps.Runs;
using PlatformOps.TestKit;

namespace PlatformOps.Core.Tests.Services.OpenStack;

public sealed class ComputeServiceActionTests
{
    private readonly TestScope _scope = Cloud.Create();
    private string _status = "enabled";
    private string? _reason;

    public ComputeServiceActionTests()
    {
        _scope.Server
            .On("GET /compute/v2.1/os-services?binary=nova-compute&host=hv1.example.org", _ => Cloud.Services(Cloud.Row("hv1.example.org", _status, _reason)))
            .On($"PUT /compute/v2.1/os-services/{Cloud.Service1}", request =>
            {
                _status = request.Json.GetProperty("status").GetString()!;
                _reason = _status == "enabled" ? null : request.Json.TryGetProperty("disabled_reason", out var reason) ? reason.GetString() : _reason;
                return ScriptedReply.Ok(new { service = Cloud.Row("hv1.example.org", _status, _reason) });
            });
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static DisableComputeServiceParameters Reinstall => new("RL9 reinstall");

    [Fact]
    public async Task Disabling_writes_the_reason_with_our_claim_and_again_changes_nothing()
    {
        var first = await new DisableComputeService().RunAsync(_scope.Context("hv1.example.org"), Reinstall, Token);
        var again = await new DisableComputeService().RunAsync(_scope.Context("hv1.example.org", run: "r2"), Reinstall, Token);

        Assert.Equal(("enabled", "disabled (\"RL9 reinstall [ops:r1 alice MH-101]\")", true), first);
        Assert.False(again.WasApplied);
        Assert.Equal("""{"status":"disabled","disabled_reason":"RL9 reinstall [ops:r1 alice MH-101]"}""", _scope.Server.Writes[^1].Body);
        Assert.Equal("compute 2.53", _scope.Server.Writes[^1].Header("OpenStack-API-Version"));
        Assert.Equal(2, _scope.Server.Writes.Count);
    }

    [Theory]
    [InlineData("MH-101", "MH-101")]
    [InlineData(null, "MH-101")]
    public async Task Another_reason_or_a_ticket_is_written_into_our_own_claim(string? ticket, string kept)
    {
        (_status, _reason) = ("disabled", "RL9 reinstall [ops:r0 alice MH-101]");

        var (before, after, applied) = await new DisableComputeService().RunAsync(_scope.Context("hv1.example.org", ticket: ticket), new DisableComputeServiceParameters("broken DIMM"), Token);

        Assert.True(applied);
        Assert.Equal(("disabled (\"RL9 reinstall [ops:r0 alice MH-101]\")", $"disabled (\"broken DIMM [ops:r1 alice {kept}]\")"), (before, after));
    }

    [Fact]
    public async Task A_ticket_is_added_to_our_claim_that_had_none()
    {
        (_status, _reason) = ("disabled", "RL9 reinstall [ops:r0 alice -]");

        Assert.Equal("disabled (\"RL9 reinstall [ops:r1 alice MH-101]\")", (await new DisableComputeService().RunAsync(_scope.Context("hv1.example.org"), Reinstall, Token)).After);
    }

    [Fact]
    public async Task A_reason_that_its_owner_changed_since_still_holds()
    {
        Change change = new DisableComputeService();
        (_status, _reason) = ("disabled", "broken DIMM [ops:r2 alice MH-101]");
        var context = _scope.Context("hv1.example.org");

        Assert.True(change.StillHolds(context, Reinstall, null, await change.ObserveAsync(context, Reinstall, Token)));
    }

    [Fact]
    public async Task A_reason_that_is_cut_is_the_one_that_was_asked_for()
    {
        var parameters = new DisableComputeServiceParameters(new string('x', 400));
        await new DisableComputeService().RunAsync(_scope.Context("hv1.example.org"), parameters, Token);

        Assert.False((await new DisableComputeService().RunAsync(_scope.Context("hv1.example.org", run: "r2"), parameters, Token)).WasApplied);
    }

    [Theory]
    [InlineData("broken DIMM, do not touch - carol", "disabled by a person: \"broken DIMM, do not touch - carol\"")]
    [InlineData(null, "disabled by a person: no reason given")]
    [InlineData("RL9 [ops:r0 bob MH-101]", "claimed by bob for MH-101 (run r0)")]
    [InlineData("RL9 [ops:r0 alice MH-999]", "claimed by alice for MH-999 (run r0)")]
    public async Task What_another_disabled_is_refused_and_shown(string? reason, string expected)
    {
        (_status, _reason) = ("disabled", reason);
        var context = _scope.Context("hv1.example.org");

        var disable = await Assert.ThrowsAsync<RefusedException>(() => new DisableComputeService().RunAsync(context, Reinstall, Token));
        var enable = await Assert.ThrowsAsync<RefusedException>(() => new EnableComputeService().RunAsync(context, new EnableComputeServiceParameters(), Token));

        Assert.Contains(expected, disable.Message, StringComparison.Ordinal);
        Assert.Contains("left alone", enable.Message, StringComparison.Ordinal);
        Assert.Single(_scope.Server.Writes);
    }

    [Fact]
    public async Task A_claim_is_taken_over_where_the_run_says_why()
    {
        (_status, _reason) = ("disabled", "RL9 [ops:r0 bob MH-101]");

        var (_, after, applied) = await new DisableComputeService().RunAsync(_scope.Context("hv1.example.org", takeOverReason: "bob is on leave"), Reinstall, Token);

        Assert.True(applied);
        Assert.Equal("disabled (\"RL9 reinstall [ops:r1 alice MH-101]\")", after);
    }

    [Fact]
    public async Task Undo_puts_back_what_was_there_before()
    {
        Change change = new DisableComputeService();
        var context = _scope.Context("hv1.example.org", takeOverReason: "agreed");
        (_status, _reason) = ("disabled", "broken DIMM");
        var before = change.Load(change.Save(await change.ObserveAsync(context, Reinstall, Token)));

        await change.ApplyAsync(context, Reinstall, before, Token);
        await change.UndoAsync(context, Reinstall, before, Token);
        Assert.Equal(("disabled", "broken DIMM"), (_status, _reason));

        (_status, _reason) = ("enabled", null);
        before = await change.ObserveAsync(context, Reinstall, Token);
        await change.ApplyAsync(context, Reinstall, before, Token);
        await change.UndoAsync(context, Reinstall, before, Token);
        Assert.Equal(("enabled", null), (_status, _reason));
    }

    [Fact]
    public async Task Enabling_takes_what_carries_our_claim_of_any_run_and_can_be_undone()
    {
        Change change = new EnableComputeService();
        (_status, _reason) = ("disabled", "RL9 [ops:r0 alice MH-101]");
        var context = _scope.Context("hv1.example.org");
        var parameters = new EnableComputeServiceParameters();
        var before = change.Load(change.Save(await change.ObserveAsync(context, parameters, Token)));

        var (_, after, _) = await change.RunAsync(context, parameters, Token);
        Assert.Equal("enabled", after);
        await change.UndoAsync(context, parameters, before, Token);
        Assert.Equal(("disabled", "RL9 [ops:r0 alice MH-101]"), (_status, _reason));
    }

    [Theory]
    [InlineData("broken DIMM, do not touch - carol")]
    [InlineData("RL9 [ops:r0 alice MH-999]")]
    [InlineData(null)]
    public async Task Enabling_only_if_claimed_leaves_alone_what_is_not_ours_even_in_a_take_over(string? reason)
    {
        (_status, _reason) = ("disabled", reason);

        var (before, after, applied) = await new EnableComputeService().RunAsync(_scope.Context("hv1.example.org", takeOverReason: "agreed"), new EnableComputeServiceParameters(OnlyIfClaimed: true), Token);

        Assert.False(applied);
        Assert.Equal(before, after);
        Assert.Equal(("disabled", reason), (_status, _reason));
    }

    [Fact]
    public async Task Enabling_only_if_claimed_enables_what_is_ours()
    {
        (_status, _reason) = ("disabled", "RL9 [ops:r0 alice MH-101]");

        var (_, after, applied) = await new EnableComputeService().RunAsync(_scope.Context("hv1.example.org"), new EnableComputeServiceParameters(OnlyIfClaimed: true), Token);

        Assert.True(applied);
        Assert.Equal("enabled", after);
    }

    [Fact]
    public async Task A_take_over_enables_what_another_claimed_and_undo_puts_the_others_reason_back()
    {
        Change change = new EnableComputeService();
        (_status, _reason) = ("disabled", "RL9 [ops:r0 bob MH-101]");
        var context = _scope.Context("hv1.example.org", takeOverReason: "bob is on leave");
        var before = await change.ObserveAsync(context, new EnableComputeServiceParameters(), Token);

        Assert.True((await change.RunAsync(context, new EnableComputeServiceParameters(), Token)).WasApplied);
        await change.UndoAsync(context, new EnableComputeServiceParameters(), before, Token);

        Assert.Equal(("disabled", "RL9 [ops:r0 bob MH-101]"), (_status, _reason));
    }

    [Fact]
    public async Task A_write_that_gets_no_answer_is_repeated_because_it_may_be()
    {
        _scope.Server.On($"PUT /compute/v2.1/os-services/{Cloud.Service1}", ScriptedReply.Reset(), ScriptedReply.Ok(new { }));
        var context = _scope.Context("hv1.example.org");
        var before = await ((Change)new DisableComputeService()).ObserveAsync(context, Reinstall, Token);

        await ((Change)new DisableComputeService()).ApplyAsync(context, Reinstall, before, Token);

        Assert.Equal(2, _scope.Server.Writes.Count(request => request.Method == "PUT"));
    }

    [Fact]
    public async Task A_reader_who_may_not_write_gets_a_clear_error_and_no_success()
    {
        _scope.Server.On($"PUT /compute/v2.1/os-services/{Cloud.Service1}", ScriptedReply.Json(403, new { forbidden = new { code = 403, message = "Policy doesn't allow os_compute_api:os-services:update to be performed." } }));

        var error = await Assert.ThrowsAsync<ServiceAuthenticationException>(() => new DisableComputeService().RunAsync(_scope.Context("hv1.example.org"), Reinstall, Token));

        Assert.Contains("Could not disable nova-compute on hv1.example.org", error.Message, StringComparison.Ordinal);
        Assert.Equal("forbidden", error.FaultCode);
    }

    [Fact]
    public async Task The_dossier_holds_ids_aggregates_and_custom_traits()
    {
        _scope.Server
            .On("GET /compute/v2.1/os-hypervisors/detail?hypervisor_hostname_pattern=hv1.example.org", ScriptedReply.Ok(new { hypervisors = new[] { Cloud.Hypervisor("hv1.example.org", Cloud.Hypervisor1) } }))
            .On("GET /compute/v2.1/os-hypervisors/detail?hypervisor_hostname_pattern=hv1", ScriptedReply.Ok(new { hypervisors = new[] { Cloud.Hypervisor("hv1.example.org", Cloud.Hypervisor1) } }))
            .On($"GET /compute/v2.1/os-hypervisors/{Cloud.Hypervisor1}", ScriptedReply.Ok(new { hypervisor = new { uptime = (string?)null } }))
            .On($"GET /placement/resource_providers/{Cloud.Hypervisor1}", ScriptedReply.Ok(new { uuid = Cloud.Hypervisor1, name = "hv1.example.org", generation = 4 }))
            .On($"GET /placement/resource_providers/{Cloud.Hypervisor1}/traits", ScriptedReply.Ok(new { traits = new[] { "HW_CPU_X86_AVX", "CUSTOM_SSD", "CUSTOM_GOLD" }, resource_provider_generation = 4 }));

        var dossier = await _scope.Get<ComputeDossierReader>().ReadAsync("hv1.example.org", Token);

        Assert.Equal((Cloud.Service1, Cloud.Hypervisor1, "nova"), (dossier.ServiceId, dossier.HypervisorId, dossier.AvailabilityZone));
        Assert.Equal(["CUSTOM_GOLD", "CUSTOM_SSD"], dossier.CustomTraits);
        Assert.Equal(["rack-a"], dossier.Aggregates.Select(aggregate => aggregate.Name));
    }

    [Fact]
    public async Task The_probe_tells_version_identity_and_missing_rights()
    {
        _scope.Server.On("GET /placement/resource_providers", ScriptedReply.Json(403, new { errors = new[] { new { status = 403, title = "Forbidden", detail = "no" } } }));

        var probe = await new OpenStackRegistration().ProbeAsync(_scope, Token);

        Assert.Equal(("Nova 2.96", "ops in project admin", "http://keystone.test/v3/"), (probe.Version, probe.Identity, probe.Address));
        Assert.Equal(["read Placement (the admin role)"], probe.MissingRights);
    }

    [Fact]
    public async Task There_is_room_where_the_rest_of_the_aggregate_can_take_all_of_it_and_not_otherwise()
    {
        Room(usedHere: 10, totalThere: 16, reservedThere: 2, ratioThere: 2, usedThere: 18);
        var roomy = await RunAsync(new CheckRoomParameters());
        Room(usedHere: 11, totalThere: 16, reservedThere: 2, ratioThere: 2, usedThere: 18);
        var tight = await RunAsync(new CheckRoomParameters());

        Assert.Equal(StepOutcome.Passed, roomy.Outcome);
        Assert.Contains("1 other enabled host in aggregate 'rack-a': needs 10 vCPUs, free 10 (by Placement). In sum only", roomy.Evidence, StringComparison.Ordinal);
        Assert.Equal(StepOutcome.Failed, tight.Outcome);
        Assert.Equal("1 other enabled host in aggregate 'rack-a' has not enough room: 1 vCPUs short (needs 11, free 10) (by Placement)", tight.Evidence);
    }

    // What Placement would not give out is no room: https://docs.openstack.org/api-ref/placement, resource provider inventories.
    [Theory]
    [InlineData(16, 1, 1, StepOutcome.Passed, "needs 8 vCPUs, free 10 (by Placement)")]
    [InlineData(16, 4, 1, StepOutcome.Passed, "needs 8 vCPUs, free 8 (by Placement)")]
    [InlineData(16, 1, 12, StepOutcome.Failed, "has not enough room: 8 vCPUs short (needs 8, free 0) (by Placement)")]
    [InlineData(1, 1, 1, StepOutcome.Failed, "has not enough room: a server has 2 vCPUs, and no host gives more than 1 in one piece (by Placement)")]
    public async Task Room_is_what_is_given_out_in_pieces_that_servers_have(int max, int step, int min, StepOutcome expected, string evidence)
    {
        Room(usedHere: 8, totalThere: 16, reservedThere: 2, ratioThere: 2, usedThere: 18, max, step, min);

        var result = await RunAsync(new CheckRoomParameters());

        Assert.Equal(expected, result.Outcome);
        Assert.Contains(evidence, result.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_no_host_is_left_in_the_aggregate_that_is_all_that_is_said()
    {
        Room(usedHere: 8, totalThere: 16, reservedThere: 2, ratioThere: 2, usedThere: 18);
        _scope.Server
            .On("GET /compute/v2.1/os-services?binary=nova-compute", Cloud.Services(Cloud.Row("hv1.example.org"), Cloud.Row("hv2.example.org", "disabled", "x", id: "b")))
            .On($"GET /placement/resource_providers/{Cloud.Hypervisor2}/allocations", Cloud.Allocations("three"));

        var result = await RunAsync(new CheckRoomParameters());

        Assert.Equal((StepOutcome.Failed, "No other enabled host is in aggregate 'rack-a': its servers have nowhere to go"), (result.Outcome, result.Evidence));
    }

    [Fact]
    public async Task Too_many_hosts_of_an_aggregate_out_of_service_fail_the_check()
    {
        Room(usedHere: 1, totalThere: 16, reservedThere: 0, ratioThere: 1, usedThere: 0);
        _scope.Server.On("GET /compute/v2.1/os-services?binary=nova-compute", Cloud.Services(Cloud.Row("hv1.example.org"), Cloud.Row("hv2.example.org", "disabled", "x", id: "b")));

        var result = await RunAsync(new CheckRoomParameters(1));

        Assert.Equal((StepOutcome.Failed, "2 hosts of aggregate 'rack-a' would be out of service with this one, at most 1 may be: hv2.example.org"), (result.Outcome, result.Evidence));
    }

    private Task<CheckResult> RunAsync(CheckRoomParameters parameters) => ((Check)new CheckRoom()).RunAsync(_scope.Context("hv1.example.org"), parameters, Token);

    private void Room(int usedHere, int totalThere, int reservedThere, double ratioThere, int usedThere, int max = 16, int step = 1, int min = 1)
    {
        var list = ScriptedReply.Ok(new { hypervisors = new[] { Cloud.Hypervisor("hv1.example.org", Cloud.Hypervisor1), Cloud.Hypervisor("hv2.example.org", Cloud.Hypervisor2) } });
        _scope.Server
            .On("GET /compute/v2.1/os-hypervisors/detail", list)
            .On($"GET /compute/v2.1/os-hypervisors/{Cloud.Hypervisor1}", ScriptedReply.Ok(new { hypervisor = new { uptime = (string?)null } }))
            .On($"GET /placement/resource_providers/{Cloud.Hypervisor1}/usages", ScriptedReply.Ok(new { usages = new { VCPU = usedHere }, resource_provider_generation = 1 }))
            .On($"GET /placement/resource_providers/{Cloud.Hypervisor1}/allocations", Cloud.Allocations("one", "two"))
            .On($"GET /placement/resource_providers/{Cloud.Hypervisor2}/usages", ScriptedReply.Ok(new { usages = new { VCPU = usedThere }, resource_provider_generation = 1 }))
            .On($"GET /placement/resource_providers/{Cloud.Hypervisor2}/inventories", ScriptedReply.Ok(new { inventories = new { VCPU = new { total = totalThere, reserved = reservedThere, allocation_ratio = ratioThere, min_unit = min, max_unit = max, step_size = step } }, resource_provider_generation = 1 }));
    }
}

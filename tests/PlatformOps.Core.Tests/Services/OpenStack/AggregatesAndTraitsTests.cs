using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.OpenStack;
using PlatformOps.Errors;
using PlatformOps.Runs;
using PlatformOps.TestKit;

namespace PlatformOps.Core.Tests.Services.OpenStack;

public sealed class AggregatesAndTraitsTests
{
    private const string Traits = $"/placement/resource_providers/{Cloud.Hypervisor1}/traits";

    private readonly TestScope _scope = Cloud.Create().Empty();
    private readonly Dictionary<int, List<string>> _hosts = new() { [1] = ["hv1.example.org", "hv2.example.org"], [2] = ["hv2.example.org"], [3] = [] };
    private List<string> _traits = ["HW_CPU_X86_AVX", "CUSTOM_GOLD", "COMPUTE_STATUS_DISABLED"];
    private int _generation = 7;

    public AggregatesAndTraitsTests()
    {
        _scope.Server
            .On("GET /compute/v2.1/os-hypervisors/detail?hypervisor_hostname_pattern=hv1.example.org", ScriptedReply.Ok(new { hypervisors = new[] { Cloud.Hypervisor("hv1.example.org", Cloud.Hypervisor1) } }))
            .On("GET /compute/v2.1/os-hypervisors/detail?hypervisor_hostname_pattern=hv1", ScriptedReply.Ok(new { hypervisors = new[] { Cloud.Hypervisor("hv1.example.org", Cloud.Hypervisor1) } }))
            .On($"GET /compute/v2.1/os-hypervisors/{Cloud.Hypervisor1}", ScriptedReply.Ok(new { hypervisor = new { uptime = (string?)null } }))
            .On("GET /compute/v2.1/os-aggregates", _ => ScriptedReply.Ok(new { aggregates = new[] { Aggregate(1, "rack-a"), Aggregate(2, "gpu"), Aggregate(3, "isolation") } }))
            .On("GET " + Traits, _ => ScriptedReply.Ok(new { traits = _traits, resource_provider_generation = _generation }))
            .On("PUT " + Traits, request =>
            {
                if (request.Json.GetProperty("resource_provider_generation").GetInt32() != _generation)
                    return Conflict;
                _traits = [.. request.Json.GetProperty("traits").EnumerateArray().Select(trait => trait.GetString()!)];
                _generation++;
                return ScriptedReply.Ok(new { traits = _traits, resource_provider_generation = _generation });
            })
            .On("PUT /placement/traits/CUSTOM_SSD", ScriptedReply.Status(201));
        foreach (var id in _hosts.Keys)
        {
            _scope.Server.On($"POST /compute/v2.1/os-aggregates/{id}/action", request =>
            {
                if (request.Json.TryGetProperty("add_host", out var added))
                    _hosts[id].Add(added.GetProperty("host").GetString()!);
                else
                    _hosts[id].Remove(request.Json.GetProperty("remove_host").GetProperty("host").GetString()!);
                return ScriptedReply.Ok(new { aggregate = Aggregate(id, "x") });
            });
        }
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static ScriptedReply Conflict => ScriptedReply.Json(409, new { errors = new[] { new { status = 409, title = "Conflict", detail = "Resource provider's generation already changed. Please update the generation and try again." } } });

    [Fact]
    public async Task It_is_where_it_was_with_what_it_had_and_what_it_has_beside_that_is_told()
    {
        var same = await CheckAsync(["rack-a"], "nova", ["CUSTOM_GOLD"]);
        var more = await CheckAsync(null, null, ["CUSTOM_SSD"]);
        _hosts[3].Add("hv1.example.org");
        var beside = await CheckAsync(["rack-a"], null, null);

        Assert.Equal((StepOutcome.Passed, "aggregates: rack-a; availability zone 'nova'; custom traits: CUSTOM_GOLD"), (same.Outcome, same.Evidence));
        Assert.Equal((StepOutcome.Failed, "custom traits: CUSTOM_GOLD (CUSTOM_GOLD beside what is expected); missing: CUSTOM_SSD"), (more.Outcome, more.Evidence));
        Assert.Equal((StepOutcome.Passed, "aggregates: rack-a, isolation (isolation beside what is expected)"), (beside.Outcome, beside.Evidence));
    }

    [Fact]
    public async Task What_is_missing_is_named_whether_it_was_given_as_a_list_or_in_one_text()
    {
        var list = await CheckAsync(["rack-a", "gpu"], "az-1", null);
        var text = await CheckAsync(["rack-a, gpu"], "az-1", null);

        Assert.Equal((StepOutcome.Failed, "aggregates: rack-a; missing: gpu; availability zone 'nova', not 'az-1'"), (list.Outcome, list.Evidence));
        Assert.Equal(list, text);
    }

    [Fact]
    public async Task A_placement_that_does_not_answer_leaves_it_unknown()
    {
        _scope.Server.On("GET " + Traits, ScriptedReply.Json(403, new { errors = new[] { new { status = 403, title = "Forbidden", detail = "no" } } }));

        Assert.Equal(StepOutcome.Unknown, (await CheckAsync(["rack-a"], null, null)).Outcome);
    }

    [Fact]
    public void A_comparison_with_nothing_is_a_mistake()
        => Assert.Equal("aggregates, az and traits are all missing: there would be nothing to compare.", Assert.Single(new CheckAggregatesParameters().Problems()));

    [Fact]
    public async Task Missing_memberships_are_added_and_undo_takes_out_only_those()
    {
        Change change = new AddToAggregates();
        var parameters = new AddToAggregatesParameters(["rack-a", "gpu", "00000000-0000-0000-0000-000000000003"]);
        var context = _scope.Context("hv1.example.org");
        var before = change.Load(change.Save(await change.ObserveAsync(context, parameters, Token)));

        var made = await change.RunAsync(context, parameters, Token);
        var again = await change.RunAsync(context, parameters, Token);
        Assert.Equal(("in rack-a, not in gpu, isolation", "in gpu, isolation, rack-a", true), made);
        Assert.Equal(made.After, change.DescribeDesired(context, parameters, before));
        Assert.False(again.WasApplied);
        Assert.Equal(
            ["""POST /compute/v2.1/os-aggregates/2/action {"add_host":{"host":"hv1.example.org"}}""", """POST /compute/v2.1/os-aggregates/3/action {"add_host":{"host":"hv1.example.org"}}"""],
            Writes());

        await change.UndoAsync(context, parameters, before, Token);
        Assert.Equal(("hv1.example.org,hv2.example.org", "hv2.example.org", ""), (Hosts(1), Hosts(2), Hosts(3)));
    }

    [Fact]
    public async Task An_aggregate_that_is_not_there_is_an_error_before_anything_is_added()
    {
        var error = await Assert.ThrowsAsync<ObjectNotFoundException>(() => new AddToAggregates().RunAsync(_scope.Context("hv1.example.org"), new AddToAggregatesParameters(["gpu", "rack-z"]), Token));

        Assert.Equal("No aggregate 'rack-z' in Nova; there are: rack-a, gpu, isolation.", error.Message);
        Assert.Empty(Writes());
    }

    [Fact]
    public async Task Novas_reason_not_to_add_it_is_told()
    {
        _scope.Server.On("POST /compute/v2.1/os-aggregates/2/action", ScriptedReply.Json(409, new { conflictingRequest = new { code = 409, message = "Cannot add host to aggregate 2. Reason: One or more hosts already in availability zone(s) ['az-a']." } }));

        var error = await Assert.ThrowsAsync<ServiceException>(() => new AddToAggregates().RunAsync(_scope.Context("hv1.example.org"), new AddToAggregatesParameters(["gpu"]), Token));

        Assert.Contains("Could not add hv1.example.org to the aggregate 'gpu'", error.Message, StringComparison.Ordinal);
        Assert.Contains("One or more hosts already in availability zone(s) ['az-a']", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_addition_that_gets_no_answer_is_not_sent_again_but_looked_at()
    {
        _scope.Server.On("POST /compute/v2.1/os-aggregates/2/action", ScriptedReply.Reset());

        await Assert.ThrowsAsync<OutcomeUnknownException>(() => new AddToAggregates().RunAsync(_scope.Context("hv1.example.org"), new AddToAggregatesParameters(["gpu"]), Token));

        Assert.Single(Writes());
    }

    [Fact]
    public async Task Missing_traits_are_made_and_added_to_what_is_there_and_undo_takes_away_only_those()
    {
        Change change = new AddTraits();
        var parameters = new AddTraitsParameters(["CUSTOM_GOLD,CUSTOM_SSD"]);
        var context = _scope.Context("hv1.example.org");
        var before = change.Load(change.Save(await change.ObserveAsync(context, parameters, Token)));

        var made = await change.RunAsync(context, parameters, Token);
        var again = await change.RunAsync(context, parameters, Token);
        Assert.Equal(("has CUSTOM_GOLD, lacks CUSTOM_SSD", "has CUSTOM_GOLD, CUSTOM_SSD", true), made);
        Assert.False(again.WasApplied);
        Assert.Equal(
            ["PUT /placement/traits/CUSTOM_SSD ", $$"""PUT {{Traits}} {"resource_provider_generation":7,"traits":["HW_CPU_X86_AVX","CUSTOM_GOLD","COMPUTE_STATUS_DISABLED","CUSTOM_SSD"]}"""],
            Writes());
        Assert.All(_scope.Server.Writes.Skip(1), write => Assert.Equal("placement 1.6", write.Header("OpenStack-API-Version")));

        await change.UndoAsync(context, parameters, before, Token);
        Assert.Equal(["HW_CPU_X86_AVX", "CUSTOM_GOLD", "COMPUTE_STATUS_DISABLED"], _traits);
    }

    [Fact]
    public async Task What_nova_compute_wrote_in_between_is_read_again_and_kept()
    {
        var count = 0;
        _scope.Server.On("PUT /placement/traits/CUSTOM_SSD", ScriptedReply.Status(204)).On("GET " + Traits, _ =>
        {
            var answer = ScriptedReply.Ok(new { traits = _traits, resource_provider_generation = _generation });
            // Once observed, once read to be changed: then nova-compute comes between.
            if (++count == 2)
                (_traits, _generation) = ([.. _traits, "HW_CPU_X86_AVX512F"], 8);
            return answer;
        });

        await new AddTraits().RunAsync(_scope.Context("hv1.example.org"), new AddTraitsParameters(["CUSTOM_SSD"]), Token);

        Assert.Equal(["HW_CPU_X86_AVX", "CUSTOM_GOLD", "COMPUTE_STATUS_DISABLED", "HW_CPU_X86_AVX512F", "CUSTOM_SSD"], _traits);
        Assert.Equal(2, _scope.Server.Writes.Count(write => write.Line == "PUT " + Traits));
    }

    [Fact]
    public async Task A_provider_that_is_changed_all_the_time_ends_with_an_error()
    {
        _scope.Server.On("PUT " + Traits, _ => Conflict);

        var error = await Assert.ThrowsAsync<ServiceException>(() => new AddTraits().RunAsync(_scope.Context("hv1.example.org"), new AddTraitsParameters(["CUSTOM_SSD"]), Token));

        Assert.Contains("somebody else changed the provider each of 5 times: Resource provider's generation already changed", error.Message, StringComparison.Ordinal);
        Assert.Equal(5, _scope.Server.Writes.Count(write => write.Line == "PUT " + Traits));
    }

    private object Aggregate(int id, string name) => Cloud.Aggregate(id, name, [.. _hosts[id]]);

    private string Hosts(int id) => string.Join(',', _hosts[id]);

    // Logging in aside.
    private IEnumerable<string> Writes() => _scope.Server.Writes.Skip(1).Select(write => $"{write.Line} {write.Body}");

    private Task<CheckResult> CheckAsync(string[]? aggregates, string? zone, string[]? traits)
        => ((Check)new CheckAggregates()).RunAsync(_scope.Context("hv1.example.org"), new CheckAggregatesParameters(aggregates, zone, traits), Token);
}

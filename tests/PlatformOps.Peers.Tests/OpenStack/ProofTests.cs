using System.Text.Json;
using PlatformOps.Compute;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Http;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Services.OpenStack;
using PlatformOps.Core.Sessions;
using PlatformOps.Runs;

namespace PlatformOps.Peers.Tests.OpenStack;

/// <summary>What is proven of a hypervisor before it is wiped, and put back afterwards, against a real Nova and Placement; see <see cref="PeerCloud"/> for which.</summary>
[Collection(PeerCloud.Collection)]
public sealed class ProofTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null)]
    [InlineData("2.68")]
    [InlineData("2.58")]
    [InlineData("2.52")]
    [InlineData("2.10")]
    [InlineData("")]
    public async Task A_hypervisor_is_empty_until_servers_are_on_it_at_any_microversion(string? max)
    {
        await using var cloud = PeerCloud.Open();
        await using var older = PeerCloud.Open(max);
        await WithEmptyAsync(cloud, async hypervisor =>
        {
            var empty = await EmptyAsync(older, hypervisor);
            Assert.Equal((StepOutcome.Passed, true), (empty.Outcome, empty.Evidence.Contains("Placement has no allocation on provider", StringComparison.Ordinal)));

            await cloud.WithServersAsync(hypervisor, async ids =>
            {
                var full = await EmptyAsync(older, hypervisor);
                Assert.Equal(StepOutcome.Failed, full.Outcome);
                Assert.Contains($"Nova has 2 servers on '{hypervisor.ServiceHost}'", full.Evidence, StringComparison.Ordinal);
                Assert.Contains("Placement has the allocations of 2 servers of them", full.Evidence, StringComparison.Ordinal);
                Assert.All(ids, id => Assert.Contains($"({id}, ACTIVE, project ", full.Evidence, StringComparison.Ordinal));
            });

            Assert.Equal(StepOutcome.Passed, (await EmptyAsync(older, hypervisor)).Outcome);
        });
    }

    [Fact]
    public async Task A_resize_that_waits_for_its_confirmation_holds_the_host_it_left()
    {
        await using var cloud = PeerCloud.Open();
        await WithEmptyAsync(cloud, hypervisor => cloud.WithServersAsync(hypervisor, async ids =>
        {
            foreach (var id in ids)
            {
                await ComputeAsync(cloud, HttpCall.Post($"servers/{id}/action", "migrate it", new Dictionary<string, object?> { ["migrate"] = null }));
                await UntilAsync(cloud, id, "VERIFY_RESIZE");
            }

            var held = await EmptyAsync(cloud, hypervisor);
            Assert.Equal(StepOutcome.Failed, held.Outcome);
            Assert.Contains($"Nova has no server on '{hypervisor.ServiceHost}'", held.Evidence, StringComparison.Ordinal);
            Assert.Contains("2 migrations under way: migration ", held.Evidence, StringComparison.Ordinal);
            Assert.Contains("Placement has allocations of 2 consumers", held.Evidence, StringComparison.Ordinal);
            Assert.All(ids, id => Assert.Matches($@"\(held by migration \d+ of server {id} from '{hypervisor.ServiceHost}' to '[^']+': finished\)", held.Evidence));
            Assert.DoesNotContain("leaked", held.Evidence, StringComparison.Ordinal);

            foreach (var id in ids)
            {
                await ComputeAsync(cloud, HttpCall.Post($"servers/{id}/action", "confirm it", new Dictionary<string, object?> { ["confirmResize"] = null }));
                await UntilAsync(cloud, id, "ACTIVE");
            }

            Assert.Equal(StepOutcome.Passed, (await EmptyAsync(cloud, hypervisor)).Outcome);
        }));
    }

    [Fact]
    public async Task An_allocation_of_nobody_is_found_and_named_as_leaked()
    {
        await using var cloud = PeerCloud.Open();
        await WithEmptyAsync(cloud, async hypervisor =>
        {
            var placement = cloud.Session.Get<PlacementClient>();
            var consumer = Guid.NewGuid().ToString();
            var allocation = new { allocations = new Dictionary<string, object> { [hypervisor.Id] = new { resources = new { VCPU = 1 } } }, project_id = "leaked", user_id = "leaked", consumer_generation = (int?)null };
            var body = JsonSerializer.SerializeToNode(allocation);
            await placement.Endpoint.SendAsync(HttpCall.Put($"allocations/{consumer}", "leak an allocation", body), new Microversion(1, 28), Token);
            try
            {
                var leaked = await EmptyAsync(cloud, hypervisor);

                Assert.Equal(StepOutcome.Failed, leaked.Outcome);
                Assert.Contains($"{consumer} (leaked: no server has this id, and no migration of the host)", leaked.Evidence, StringComparison.Ordinal);
            }
            finally
            {
                await placement.Endpoint.SendAsync(HttpCall.Delete($"allocations/{consumer}", "give it back") with { Accept = [404] }, new Microversion(1, 28), CancellationToken.None);
            }

            Assert.Equal(StepOutcome.Passed, (await EmptyAsync(cloud, hypervisor)).Outcome);
        });
    }

    [Fact]
    public async Task To_a_reader_nothing_is_empty_and_nothing_up()
    {
        await using var cloud = PeerCloud.Open();
        await cloud.WithHypervisorAsync(hypervisor => cloud.AsReaderAsync(async reader =>
        {
            Assert.Equal(StepOutcome.Unknown, (await EmptyAsync(reader, hypervisor)).Outcome);
            Assert.Equal(StepOutcome.Unknown, (await reader.CheckAsync(new CheckTenants(), hypervisor, new CheckTenantsParameters())).Outcome);
            Assert.Equal(StepOutcome.Unknown, (await reader.CheckAsync(new CheckComputeServiceUp(), hypervisor, new CheckComputeServiceUpParameters())).Outcome);
        }));
    }

    [Fact]
    public async Task A_neutron_that_shows_no_agent_proves_nothing()
    {
        await using var cloud = PeerCloud.Open();
        Assert.SkipUnless(await cloud.Session.Get<NeutronClient>().Endpoint.IsOfferedAsync(Token), $"the cloud {PeerCloud.Name} has no Neutron");
        Assert.SkipWhen(await cloud.Session.Get<NeutronClient>().ShowsAgentsAsync(Token), $"the Neutron of {PeerCloud.Name} has agents");
        await cloud.WithHypervisorAsync(async hypervisor =>
        {
            var result = await cloud.CheckAsync(new CheckTenants(), hypervisor, new CheckTenantsParameters());

            Assert.Equal(StepOutcome.Unknown, result.Outcome);
            Assert.Contains("Neutron shows no agent at all", result.Evidence, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData(null)]
    [InlineData("2.52")]
    public async Task Nova_compute_is_up_under_its_record_until_a_person_forces_it_down(string? max)
    {
        await using var cloud = PeerCloud.Open(max);
        await cloud.WithHypervisorAsync(async hypervisor =>
        {
            var service = await cloud.Nova.ServiceAsync(hypervisor.ServiceHost, Token);
            var parameters = new CheckComputeServiceUpParameters(service.Id);

            var up = await cloud.CheckAsync(new CheckComputeServiceUp(), hypervisor, parameters);
            var other = await cloud.CheckAsync(new CheckComputeServiceUp(), hypervisor, new CheckComputeServiceUpParameters(Guid.NewGuid().ToString()));
            var unknown = await cloud.CheckAsync(new CheckComputeServiceUp(), hypervisor with { ServiceHost = hypervisor.ServiceHost + "_" }, parameters);
            var waited = await cloud.LookAsync(new AwaitComputeServiceUp(), hypervisor, new AwaitComputeServiceUpParameters(service.Id));
            Assert.Equal([StepOutcome.Passed, StepOutcome.Failed, StepOutcome.Failed], [up.Outcome, other.Outcome, unknown.Outcome]);
            Assert.Equal((true, up.Evidence), (waited.IsOver, waited.Message));
            if (max is not null)
                return;

            await ForceAsync(true);
            try
            {
                var down = await cloud.CheckAsync(new CheckComputeServiceUp(), hypervisor, parameters);
                Assert.Equal(StepOutcome.Failed, down.Outcome);
                Assert.Contains("is down, forced down by a person", down.Evidence, StringComparison.Ordinal);
                Assert.False((await cloud.LookAsync(new AwaitComputeServiceUp(), hypervisor, new AwaitComputeServiceUpParameters())).IsOver);
            }
            finally
            {
                await ForceAsync(false);
            }

            Task ForceAsync(bool down) => cloud.Nova.Endpoint.SendAsync(HttpCall.Put($"os-services/{service.Id}", "force it down or up", new { forced_down = down }), new Microversion(2, 53), CancellationToken.None);
        });
    }

    [Fact]
    public async Task Aggregates_and_traits_are_put_back_compared_and_taken_away_again()
    {
        await using var cloud = PeerCloud.Open();
        await cloud.WithHypervisorAsync(async hypervisor =>
        {
            var (name, trait) = (PeerCloud.NewName(), "CUSTOM_" + PeerCloud.NewName().ToUpperInvariant().Replace('-', '_'));
            var placement = cloud.Session.Get<PlacementClient>();
            var (aggregates, traits) = (new AddToAggregatesParameters([name]), new AddTraitsParameters([trait]));
            var before = await placement.TraitsAsync(hypervisor.Id, Token);
            var id = (await ComputeAsync(cloud, HttpCall.Post("os-aggregates", "make an aggregate", new { aggregate = new { name } }))).Json.GetProperty("aggregate").GetProperty("id").GetInt32();
            try
            {
                var missing = await CompareAsync();
                var added = await cloud.ChangeAsync(new AddToAggregates(), hypervisor, aggregates);
                var given = await cloud.ChangeAsync(new AddTraits(), hypervisor, traits);
                var there = await CompareAsync();
                var again = await cloud.ChangeAsync(new AddToAggregates(), hypervisor, aggregates);
                var twice = await cloud.ChangeAsync(new AddTraits(), hypervisor, traits);
                Assert.Equal([StepOutcome.Done, StepOutcome.Done, StepOutcome.Unchanged, StepOutcome.Unchanged], [added.Outcome, given.Outcome, again.Outcome, twice.Outcome]);
                Assert.Equal((StepOutcome.Failed, StepOutcome.Passed), (missing.Outcome, there.Outcome));
                Assert.Equal(before.Append(trait).Order(), (await placement.TraitsAsync(hypervisor.Id, Token)).Order());

                await cloud.Session.Effects.ExitAsync();
                List<StepRecord> undone = [];
                await foreach (var record in cloud.Session.Runner().UndoAsync(added.RunId, new UndoOptions(SessionScope.Person) { Target = hypervisor.ServiceHost }, Token))
                    undone.Add(record);

                Assert.Equal([StepOutcome.Undone, StepOutcome.Undone], undone.Select(record => record.Outcome));
                Assert.Equal(before.Order(), (await placement.TraitsAsync(hypervisor.Id, Token)).Order());
                Assert.DoesNotContain(await cloud.Nova.AggregatesAsync(Token), one => one.Id == id && one.Hosts.Count > 0);
            }
            finally
            {
                await placement.ChangeTraitsAsync(hypervisor.Id, now => [.. now.Except([trait])], CancellationToken.None);
                await placement.Endpoint.SendAsync(HttpCall.Delete($"traits/{trait}", "delete the trait") with { Accept = [404] }, new Microversion(1, 6), CancellationToken.None);
                await cloud.Nova.RemoveFromAggregateAsync(new NovaAggregate { Id = id, Name = name }, hypervisor.ServiceHost, CancellationToken.None);
                await ComputeAsync(cloud, HttpCall.Delete($"os-aggregates/{id}", "delete the aggregate"));
            }

            Task<CheckResult> CompareAsync() => cloud.CheckAsync(new CheckAggregates(), hypervisor, new CheckAggregatesParameters([name], hypervisor.AvailabilityZone, [trait]));
        });
    }

    private static Task<CheckResult> EmptyAsync(PeerCloud cloud, Hypervisor hypervisor) => cloud.CheckAsync(new CheckHypervisorEmpty(), hypervisor, new NoParameters());

    private static Task WithEmptyAsync(PeerCloud cloud, Func<Hypervisor, Task> test) => cloud.WithHypervisorAsync(async hypervisor =>
    {
        Assert.SkipWhen(hypervisor.ServerCount > 0, $"the cloud {PeerCloud.Name} has no hypervisor without servers");
        await test(hypervisor);
    });

    private static Task<HttpAnswer> ComputeAsync(PeerCloud cloud, HttpCall call) => cloud.Nova.Endpoint.SendAsync(call, null, CancellationToken.None);

    private static Task UntilAsync(PeerCloud cloud, string id, string status)
        => PeerCloud.UntilAsync(async () => await cloud.Nova.FindServerAsync(id, Token) is { TaskState: null } server && server.Status == status);
}

using System.Text.Json;
using PlatformOps.Compute;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Http;
using PlatformOps.Core.Processes;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Services.OpenStack;
using PlatformOps.Core.Sessions;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Peers.Tests.OpenStack;

/// <summary>Our client against a real Keystone, Nova and Placement; see <see cref="PeerCloud"/> for which.</summary>
[Collection(PeerCloud.Collection)]
public sealed class NovaTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_administrator_lacks_no_right()
    {
        await using var cloud = PeerCloud.Open();

        var probe = await new OpenStackRegistration().ProbeAsync(cloud.Session, Token);

        Assert.StartsWith("Nova 2.", probe.Version, StringComparison.Ordinal);
        Assert.Empty(probe.MissingRights);
    }

    [Fact]
    public async Task A_token_that_was_revoked_is_replaced_without_anybody_noticing()
    {
        await using var cloud = PeerCloud.Open();
        var keystone = cloud.Session.Get<KeystoneSession>();
        var revoked = (await keystone.TokenAsync(Token)).Value;
        var identity = cloud.Identity;
        await identity.SendAsync(HttpCall.Delete("auth/tokens", "revoke the token") with { Headers = new Dictionary<string, string> { ["X-Subject-Token"] = revoked } }, Token);

        await identity.SendAsync(HttpCall.Get("auth/projects", "list our projects"), Token);

        Assert.NotEqual(revoked, (await keystone.TokenAsync(Token)).Value);
    }

    [Fact]
    public async Task A_login_that_keystone_does_not_know_is_refused_in_its_words()
    {
        await using var cloud = PeerCloud.Open();
        await using var stranger = PeerCloud.Stranger(cloud.Session.Get<KeystoneSession>().Address);

        var error = await Assert.ThrowsAsync<ServiceAuthenticationException>(() => stranger.Nova.ServicesAsync(Token));

        Assert.Contains("refused application credential 'platformops-peer-", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endpoint_without_a_version_will_do()
    {
        await using var cloud = PeerCloud.Open();
        var endpoint = await cloud.Session.Get<KeystoneSession>().EndpointAsync("compute", Token);
        var segments = endpoint.AbsolutePath.Split('/').TakeWhile(segment => !segment.StartsWith("v2", StringComparison.Ordinal));
        await using var root = PeerCloud.Open(compute: new Uri(endpoint, string.Join('/', segments) + "/"));

        Assert.Equal((await cloud.Nova.ServicesAsync(Token)).Select(service => service.Id), (await root.Nova.ServicesAsync(Token)).Select(service => service.Id));
        Assert.Equal(await cloud.Nova.Endpoint.MaxAsync(Token), await root.Nova.Endpoint.MaxAsync(Token));
    }

    [Fact]
    public async Task A_reader_is_told_what_it_lacks_and_gets_no_list_to_conclude_from()
    {
        await using var cloud = PeerCloud.Open();
        await cloud.WithHypervisorAsync(hypervisor => cloud.AsReaderAsync(async reader =>
        {
            var probe = await new OpenStackRegistration().ProbeAsync(reader.Session, Token);
            Assert.Contains("list compute services and aggregates (the admin role)", probe.MissingRights);
            var refused = await Assert.ThrowsAsync<ServiceAuthenticationException>(() => reader.Nova.ServicesAsync(Token));
            Assert.Equal(403, refused.StatusCode);
            await Assert.ThrowsAsync<ServiceAuthenticationException>(() => reader.DisableAsync(hypervisor, "a reader's"));
            await Assert.ThrowsAsync<ServiceAuthenticationException>(() => reader.Nova.ServersOnAsync(hypervisor.ServiceHost, Token));
        }));
    }

    [Fact]
    public async Task Every_hypervisor_has_a_service_and_its_numbers()
    {
        await using var cloud = PeerCloud.Open();

        var services = await cloud.Nova.ServicesAsync(Token);
        var hypervisors = await cloud.Nova.HypervisorsAsync(Token);

        Assert.NotEmpty(hypervisors);
        Assert.All(services, service => Assert.True(Guid.TryParse(service.Id, out _), service.Id));
        Assert.All(hypervisors, hypervisor => Assert.Equal(hypervisor.ServiceHost, cloud.Nova.Pick(hypervisor.ServiceHost, services).HypervisorName));
        Assert.All(hypervisors, hypervisor => Assert.True(hypervisor is { VCpus: > 0, MemoryMiB: > 0, VCpusUsed: >= 0, ServerCount: >= 0 }, hypervisor.HypervisorName));
        Assert.Equal(hypervisors.Count, hypervisors.Select(hypervisor => hypervisor.Id).Distinct().Count());
    }

    [Fact]
    public async Task Names_are_whole_and_in_any_case()
    {
        await using var cloud = PeerCloud.Open();
        await cloud.WithHypervisorAsync(async hypervisor =>
        {
            var shouted = hypervisor.ServiceHost.ToUpperInvariant();
            Assert.Equal(hypervisor.ServiceHost, (await cloud.Nova.ServiceAsync(shouted, Token)).HypervisorName);
            Assert.Equal(hypervisor.Id, (await cloud.Nova.HypervisorAsync(shouted, Token)).Id);

            var part = hypervisor.ServiceHost[..^1] + "_";
            await Assert.ThrowsAsync<ObjectNotFoundException>(() => cloud.Nova.ServiceAsync(part, Token));
            await Assert.ThrowsAsync<ObjectNotFoundException>(() => cloud.Nova.HypervisorAsync(part, Token));
            await Assert.ThrowsAsync<ObjectNotFoundException>(() => cloud.Nova.ServersOnAsync(part, Token));
        });
    }

    [Theory]
    [InlineData(null)]
    [InlineData("2.87")]
    [InlineData("2.60")]
    [InlineData("2.52")]
    [InlineData("2.10")]
    [InlineData("")]
    public async Task A_service_is_disabled_with_our_claim_once_and_given_back_at_any_microversion(string? max)
    {
        await using var cloud = PeerCloud.Open(max);
        await cloud.WithHypervisorAsync(async hypervisor =>
        {
            var disabled = await cloud.DisableAsync(hypervisor, "reinstall");
            var service = await cloud.Nova.ServiceAsync(hypervisor.ServiceHost, Token);
            var drained = await cloud.Nova.HypervisorAsync(hypervisor.ServiceHost, Token);
            var again = await cloud.DisableAsync(hypervisor, "reinstall");
            var room = await cloud.RoomAsync(hypervisor);
            var enabled = await cloud.EnableAsync(hypervisor);
            var twice = await cloud.EnableAsync(hypervisor);
            var after = await cloud.Nova.ServiceAsync(hypervisor.ServiceHost, Token);

            Assert.Equal((StepOutcome.Done, StepOutcome.Unchanged), (disabled.Outcome, again.Outcome));
            Assert.Equal(("disabled", true, SessionScope.Person, "MH-101", cloud.Session.Effects.RunId), (service.Status, service.IsOurs, service.Owner, service.TicketId, service.RunId));
            Assert.Equal($"reinstall [ops:{service.RunId} {service.Owner} MH-101]", service.DisabledReason);
            Assert.Equal(hypervisor.ServerCount > 0 ? HypervisorState.Draining : HypervisorState.Drained, drained.State);
            Assert.Equal(max is null or not ("2.52" or "2.10" or ""), Guid.TryParse(service.Id, out _));
            Assert.NotEqual(StepOutcome.Unknown, room.Outcome);
            Assert.Equal((StepOutcome.Done, StepOutcome.Unchanged), (enabled.Outcome, twice.Outcome));
            Assert.Equal(("enabled", null, false), (after.Status, after.DisabledReason, after.IsOurs));
        });
    }

    [Theory]
    [InlineData("disk broken, ask bob", null)]
    [InlineData(null, null)]
    [InlineData("disk broken, ask bob", "2.52")]
    [InlineData(null, "2.52")]
    public async Task What_a_person_disabled_is_left_alone_and_put_back_after_a_take_over(string? reason, string? max)
    {
        await using var cloud = PeerCloud.Open(max);
        await cloud.WithHypervisorAsync(async hypervisor =>
        {
            await cloud.Nova.DisableServiceAsync(await cloud.Nova.ServiceAsync(hypervisor.ServiceHost, Token), reason, Token);
            await Assert.ThrowsAsync<RefusedException>(() => cloud.DisableAsync(hypervisor, "reinstall"));
            await Assert.ThrowsAsync<RefusedException>(() => cloud.EnableAsync(hypervisor));
            Assert.Equal(HypervisorState.Disabled, (await cloud.Nova.HypervisorAsync(hypervisor.ServiceHost, Token)).State);

            var taken = await cloud.DisableAsync(hypervisor, "agreed with bob", takeOverReason: "agreed with bob");
            Assert.True((await cloud.Nova.ServiceAsync(hypervisor.ServiceHost, Token)).IsOurs);
            await cloud.Session.Effects.ExitAsync();
            List<StepRecord> undone = [];
            await foreach (var record in cloud.Session.Runner().UndoAsync(taken.RunId, new UndoOptions(SessionScope.Person) { Target = hypervisor.ServiceHost }, Token))
                undone.Add(record);

            Assert.Equal(StepOutcome.Undone, Assert.Single(undone).Outcome);
            var service = await cloud.Nova.ServiceAsync(hypervisor.ServiceHost, Token);
            Assert.Equal(("disabled", reason, false), (service.Status, service.DisabledReason, service.IsOurs));
        });
    }

    [Fact]
    public async Task Any_reason_fits_and_keeps_its_claim()
    {
        await using var cloud = PeerCloud.Open();
        await cloud.WithHypervisorAsync(async hypervisor =>
        {
            await cloud.DisableAsync(hypervisor, "zu heiß 🔥 \"quoted\" <b> " + string.Concat(Enumerable.Repeat("ж🔥", 200)));

            var service = await cloud.Nova.ServiceAsync(hypervisor.ServiceHost, Token);
            Assert.True(service.IsOurs);
            Assert.StartsWith("zu heiß ? \"quoted\" <b> ж?", service.DisabledReason, StringComparison.Ordinal);
            Assert.Equal(255, service.DisabledReason!.Length);
        });
    }

    [Fact]
    public async Task People_see_the_reason_and_the_claim_in_their_own_client()
    {
        Assert.SkipWhen(ProgramPath.Find("openstack") is null, "openstack is not installed (Debian package python3-openstackclient)");
        await using var cloud = PeerCloud.Open();
        await cloud.WithHypervisorAsync(async hypervisor =>
        {
            await cloud.DisableAsync(hypervisor, "reinstall");

            var listed = await ChildProcess.RunAsync(
                new ChildCommand("openstack", ["compute", "service", "list", "--long", "--service", "nova-compute", "--host", hypervisor.ServiceHost, "-f", "json"]) { Environment = new Dictionary<string, string?> { ["OS_CLOUD"] = PeerCloud.Name }, Timeout = TimeSpan.FromMinutes(1) },
                Token);

            Assert.True(listed.ExitCode == 0, listed.ErrorText);
            var row = Assert.Single(JsonDocument.Parse(listed.OutputText).RootElement.EnumerateArray());
            Assert.Equal($"reinstall [ops:{cloud.Session.Effects.RunId} {SessionScope.Person} MH-101]", row.GetProperty("Disabled Reason").GetString());
        });
    }

    [Fact]
    public async Task Servers_of_a_host_are_its_own_and_need_room()
    {
        await using var cloud = PeerCloud.Open();
        await cloud.WithHypervisorAsync(hypervisor => cloud.WithServersAsync(hypervisor, async ids =>
        {
            var servers = await cloud.Nova.ServersOnAsync(hypervisor.ServiceHost, Token);
            var others = (await cloud.Nova.HypervisorsAsync(Token)).Where(other => other.ServiceHost != hypervisor.ServiceHost).Take(1).ToList();
            var ours = servers.Where(server => ids.Contains(server.Id)).ToList();
            var allocations = await cloud.Session.Get<PlacementClient>().AllocationsAsync(hypervisor.Id, Token);
            var room = await cloud.RoomAsync(hypervisor);

            Assert.Equal(2, ours.Count);
            Assert.All(ours, server => Assert.True(server is { Status: "ACTIVE", PowerState: 1, TaskState: null, VCpus: > 0, MemoryMiB: > 0, FlavorName: not null, ProjectId: not null, Created: not null }, server.ServerName));
            Assert.All(ours, server => Assert.Equal(("live", hypervisor.ServiceHost), (server.Metadata["ops:maintenance"], server.HypervisorName)));
            Assert.All(ids, id => Assert.True(allocations[id].Resources["VCPU"] > 0));
            foreach (var other in others)
                Assert.DoesNotContain(await cloud.Nova.ServersOnAsync(other.ServiceHost, Token), server => ids.Contains(server.Id));
            Assert.Equal(others.Count > 0 ? StepOutcome.Passed : StepOutcome.Failed, room.Outcome);
            Assert.Contains("(by Placement", room.Evidence, StringComparison.Ordinal);
        }));
    }

    [Fact]
    public async Task A_dossier_has_the_aggregates_and_the_traits_that_people_gave()
    {
        await using var cloud = PeerCloud.Open();
        await cloud.WithHypervisorAsync(async hypervisor =>
        {
            var (name, trait) = (PeerCloud.NewName(), "CUSTOM_" + PeerCloud.NewName().ToUpperInvariant().Replace('-', '_'));
            var placement = cloud.Session.Get<PlacementClient>();
            var before = await placement.TraitsAsync(hypervisor.Id, Token);
            var aggregate = (await ComputeAsync(cloud, HttpCall.Post("os-aggregates", "make an aggregate", new { aggregate = new { name } }))).Json.GetProperty("aggregate").GetProperty("id").GetInt32();
            try
            {
                await ComputeAsync(cloud, HttpCall.Post($"os-aggregates/{aggregate}/action", "fill it", new { add_host = new { host = hypervisor.ServiceHost } }));
                await placement.Endpoint.SendAsync(HttpCall.Put($"traits/{trait}", "make a trait", null), new Microversion(1, 6), Token);
                await SetTraitsAsync(placement, hypervisor.Id, [.. before, trait]);

                var dossier = await cloud.Session.Get<ComputeDossierReader>().ReadAsync(hypervisor.ServiceHost, Token);

                Assert.Equal((hypervisor.ServiceHost, hypervisor.HypervisorName, hypervisor.Id), (dossier.ServiceHost, dossier.HypervisorHostname, dossier.HypervisorId));
                Assert.Contains(dossier.Aggregates, one => one.Id == aggregate && one.Name == name && Guid.TryParse(one.Uuid, out _));
                Assert.Contains(trait, dossier.CustomTraits);
                Assert.All(dossier.CustomTraits, one => Assert.StartsWith("CUSTOM_", one, StringComparison.Ordinal));
            }
            finally
            {
                await SetTraitsAsync(placement, hypervisor.Id, before);
                await placement.Endpoint.SendAsync(HttpCall.Delete($"traits/{trait}", "delete the trait") with { Accept = [404] }, new Microversion(1, 6), CancellationToken.None);
                await ComputeAsync(cloud, HttpCall.Post($"os-aggregates/{aggregate}/action", "empty it", new { remove_host = new { host = hypervisor.ServiceHost } }) with { Accept = [404] });
                await ComputeAsync(cloud, HttpCall.Delete($"os-aggregates/{aggregate}", "delete the aggregate"));
            }
        });
    }

    private static Task<HttpAnswer> ComputeAsync(PeerCloud cloud, HttpCall call) => cloud.Nova.Endpoint.SendAsync(call, null, CancellationToken.None);

    private static async Task SetTraitsAsync(PlacementClient placement, string id, IReadOnlyList<string> traits)
    {
        var provider = await placement.ProviderByIdAsync(id, CancellationToken.None);
        await placement.Endpoint.SendAsync(HttpCall.Put($"resource_providers/{id}/traits", "set the traits", new { resource_provider_generation = provider.Generation, traits }), new Microversion(1, 6), CancellationToken.None);
    }
}

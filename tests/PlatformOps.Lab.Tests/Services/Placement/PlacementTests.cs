namespace PlatformOps.Lab.Tests.Services.Placement;

public sealed class PlacementTests
{
    private static async Task<Reply> GetAsync(LabUnderTest lab, string path, string version = "1.39") => await lab.SendAsync("GET", "placement" + path, null,
        ("X-Auth-Token", await lab.TokenAsync()), ("OpenStack-API-Version", $"placement {version}"));

    [Fact]
    public async Task A_provider_has_the_hypervisors_uuid_and_the_usage_of_its_servers()
    {
        await using var lab = await LabUnderTest.StartAsync();
        var provider = Assert.Single((await GetAsync(lab, "/resource_providers?name=hv01.lab.example")).Json["resource_providers"]!.AsArray())!;
        var id = (string)provider["uuid"]!;

        var inventory = (await GetAsync(lab, $"/resource_providers/{id}/inventories")).Json["inventories"]!["VCPU"]!;
        var usages = (await GetAsync(lab, $"/resource_providers/{id}/usages")).Json["usages"]!;
        var allocations = (await GetAsync(lab, $"/resource_providers/{id}/allocations")).Json["allocations"]!.AsObject();

        Assert.Equal((string)lab.Hypervisor("hv01.lab.example")["id"]!, id);
        Assert.Equal(128, (int)inventory["total"]!);
        Assert.Equal(2, allocations.Count);
        Assert.Equal(allocations.Sum(pair => (int)pair.Value!["resources"]!["MEMORY_MB"]!), (int)usages["MEMORY_MB"]!);
        Assert.Contains(id, (await GetAsync(lab, $"/allocations/{allocations.First().Key}")).Json["allocations"]!.AsObject().Select(pair => pair.Key));
    }

    [Fact]
    public async Task Traits_are_there_from_1_6_and_a_stale_generation_is_a_conflict()
    {
        await using var lab = await LabUnderTest.StartAsync();
        var id = (string)lab.Hypervisor("hv04.lab.example")["id"]!;

        var traits = (await GetAsync(lab, $"/resource_providers/{id}/traits")).Json;
        Assert.Contains("CUSTOM_GPU_A100", traits["traits"]!.AsArray().Select(trait => (string)trait!));
        Assert.Equal(404, (await GetAsync(lab, $"/resource_providers/{id}/traits", "1.5")).Status);

        var stale = await lab.SendAsync("PUT", $"placement/resource_providers/{id}/traits", """{"traits":[],"resource_provider_generation":99}""",
            ("X-Auth-Token", await lab.TokenAsync()), ("OpenStack-API-Version", "placement 1.39"));
        Assert.Equal(409, stale.Status);
        Assert.Equal("placement.concurrent_update", (string)stale.Json["errors"]![0]!["code"]!);
    }

    [Fact]
    public async Task A_trait_is_made_before_it_is_given_and_given_at_the_present_generation()
    {
        await using var lab = await LabUnderTest.StartAsync();
        var id = (string)lab.Hypervisor("hv01.lab.example")["id"]!;
        var token = await lab.TokenAsync();
        Task<Reply> Send(string method, string path, string? body = null, string version = "1.39") => lab.SendAsync(method, "placement" + path, body, ("X-Auth-Token", token), ("OpenStack-API-Version", $"placement {version}"));
        var before = (await GetAsync(lab, $"/resource_providers/{id}/traits")).Json;
        var generation = (int)before["resource_provider_generation"]!;

        var early = await Send("PUT", $"/resource_providers/{id}/traits", $$"""{"traits":["CUSTOM_NEW"],"resource_provider_generation":{{generation}}}""");
        Assert.Equal(400, early.Status);
        Assert.EndsWith("No such trait CUSTOM_NEW  ", (string)early.Json["errors"]![0]!["detail"]!, StringComparison.Ordinal);
        Assert.Equal((201, 204, 400), ((await Send("PUT", "/traits/CUSTOM_NEW")).Status, (await Send("PUT", "/traits/CUSTOM_NEW")).Status, (await Send("PUT", "/traits/custom")).Status));

        var given = await Send("PUT", $"/resource_providers/{id}/traits", $$"""{"traits":["CUSTOM_NEW"],"resource_provider_generation":{{generation}}}""");
        var stale = await Send("PUT", $"/resource_providers/{id}/traits", $$"""{"traits":[],"resource_provider_generation":{{generation}}}""", "1.22");
        Assert.Equal((200, generation + 1), (given.Status, (int)given.Json["resource_provider_generation"]!));
        Assert.Equal(409, stale.Status);
        Assert.False(stale.Json["errors"]![0]!.AsObject().ContainsKey("code"));
        Assert.Equal(409, (await Send("DELETE", "/traits/CUSTOM_NEW")).Status);
        Assert.Equal(204, (await Send("DELETE", $"/resource_providers/{id}/traits")).Status);
        Assert.Equal((204, 404), ((await Send("DELETE", "/traits/CUSTOM_NEW")).Status, (await Send("GET", "/traits/CUSTOM_NEW")).Status));
    }

    [Fact]
    public async Task What_leaked_is_allocated_to_consumers_that_nova_does_not_know_and_a_migration_holds_its_source()
    {
        await using var lab = await LabUnderTest.StartWorldAsync("""
            hypervisors:
              - { name: hv01.lab.example, leaked-allocations: 2 }
              - { name: hv02.lab.example }
            servers: [{ name: waiting, host: hv01.lab.example }]
            migrations: [{ server: waiting, to: hv02.lab.example, type: migration, status: finished }]
            """);
        var token = await lab.TokenAsync();
        var id = (string)lab.Hypervisor("hv01.lab.example")["id"]!;
        var consumers = (await GetAsync(lab, $"/resource_providers/{id}/allocations")).Json["allocations"]!.AsObject().Select(pair => pair.Key).ToList();

        Assert.Equal(3, consumers.Count);
        List<string> kinds = [];
        foreach (var consumer in consumers)
        {
            var kind = (string)(await GetAsync(lab, $"/allocations/{consumer}")).Json["consumer_type"]!;
            kinds.Add(kind);
            Assert.Equal(404, (await lab.NovaAsync(token, "GET", $"/servers/{consumer}")).Status);
        }

        Assert.Equal(["INSTANCE", "INSTANCE", "MIGRATION"], kinds.Order());
        Assert.Equal(id, (string)Assert.Single((await GetAsync(lab, $"/resource_providers?in_tree={id}")).Json["resource_providers"]!.AsArray())!["uuid"]!);
        Assert.Equal(400, (await GetAsync(lab, $"/resource_providers?in_tree={id}", "1.13")).Status);
    }

    [Fact]
    public async Task Errors_are_a_list_and_a_consumer_without_allocations_is_none()
    {
        await using var lab = await LabUnderTest.StartAsync();

        var missing = await GetAsync(lab, $"/resource_providers/{Guid.NewGuid()}/usages");

        Assert.Equal(404, missing.Status);
        Assert.Equal(404, (int)missing.Json["errors"]![0]!["status"]!);
        Assert.Empty((await GetAsync(lab, $"/allocations/{Guid.NewGuid()}")).Json["allocations"]!.AsObject());
        Assert.Equal(406, (await GetAsync(lab, "/resource_providers", "1.99")).Status);
        Assert.Equal(400, (await GetAsync(lab, "/resource_providers?colour=red")).Status);
    }
}

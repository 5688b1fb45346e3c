namespace PlatformOps.Lab.Tests.Services.Cinder;

public sealed class CinderTests
{
    private const string World = """
        hypervisors:
          - { name: hv01.lab.example, tenants: [cinder-volume, cinder-backup] }
          - { name: hv02.lab.example }
        """;

    [Fact]
    public async Task Services_are_listed_at_the_projects_address_with_their_backends()
    {
        await using var lab = await LabUnderTest.StartWorldAsync(World);

        var all = (await GetAsync(lab, "")).Json["services"]!.AsArray();
        var mine = (await GetAsync(lab, "?host=hv01.lab.example")).Json["services"]!.AsArray();

        Assert.Equal(5, all.Count);
        Assert.Equal(["hv01.lab.example", "hv01.lab.example@lvm"], mine.Select(service => (string)service!["host"]!).Order());
        Assert.True(mine.First(service => (string)service!["binary"]! == "cinder-volume")!.AsObject().ContainsKey("frozen"));
    }

    [Fact]
    public async Task A_reader_is_refused_and_another_projects_address_is_malformed()
    {
        await using var lab = await LabUnderTest.StartWorldAsync(World);

        var refused = await GetAsync(lab, "", "reader");

        Assert.Equal(403, refused.Status);
        Assert.Equal("Policy doesn't allow volume_extension:services:get_all to be performed.", (string)refused.Json["forbidden"]!["message"]!);
        Assert.Equal(400, (await lab.SendAsync("GET", "volume/v3/another/os-services", null, ("X-Auth-Token", await lab.TokenAsync()))).Status);
    }

    [Fact]
    public async Task The_catalog_has_its_address_for_the_tokens_project_unless_the_world_leaves_it_out()
    {
        await using var lab = await LabUnderTest.StartWorldAsync(World);
        await using var without = await LabUnderTest.StartWorldAsync(World + "\nkeystone: { not-in-catalog: [volumev3] }");

        var project = (string)lab.State["projects"]!.AsArray().First(row => (string)row!["name"]! == "admin")!["id"]!;
        var entries = await CatalogAsync(lab);
        Assert.EndsWith($"/volume/v3/{project}", (string)entries.First(entry => (string)entry!["type"]! == "volumev3")!["endpoints"]![0]!["url"]!, StringComparison.Ordinal);
        Assert.Equal(["compute", "identity", "image", "network", "placement"], (await CatalogAsync(without)).Select(entry => (string)entry!["type"]!).Order());
    }

    private static async Task<JsonArray> CatalogAsync(LabUnderTest lab)
        => (await lab.PasswordLoginAsync("admin", lab.PasswordOf("admin"), LabUnderTest.ProjectScope())).Json["token"]!["catalog"]!.AsArray();

    private static async Task<Reply> GetAsync(LabUnderTest lab, string query, string user = "admin")
    {
        var project = (string)lab.State["projects"]!.AsArray().First(row => (string)row!["name"]! == "admin")!["id"]!;
        return await lab.SendAsync("GET", $"volume/v3/{project}/os-services{query}", null, ("X-Auth-Token", await lab.TokenAsync(user)));
    }
}

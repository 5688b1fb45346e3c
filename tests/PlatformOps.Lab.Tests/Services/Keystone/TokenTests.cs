namespace PlatformOps.Lab.Tests.Services.Keystone;

public sealed class TokenTests
{
    [Fact]
    public async Task A_password_gives_a_token_with_catalog_in_the_header_and_201()
    {
        await using var lab = await LabUnderTest.StartAsync();

        var login = await lab.PasswordLoginAsync("admin", lab.PasswordOf("admin"), LabUnderTest.ProjectScope());

        Assert.Equal(201, login.Status);
        Assert.NotEmpty(login.Headers["X-Subject-Token"]);
        var token = login.Json["token"]!;
        Assert.Equal("admin", (string)token["project"]!["name"]!);
        var compute = token["catalog"]!.AsArray().First(service => (string)service!["type"]! == "compute")!["endpoints"]!.AsArray();
        Assert.Equal(["admin", "internal", "public"], compute.Select(endpoint => (string)endpoint!["interface"]!).Order());
        Assert.All(compute, endpoint => Assert.Equal($"{lab.Server.Address}compute/v2.1", (string)endpoint!["url"]!));
        Assert.All(compute, endpoint => Assert.Equal("RegionOne", (string)endpoint!["region"]!));
    }

    [Fact]
    public async Task A_wrong_password_project_or_unknown_user_is_the_same_401()
    {
        await using var lab = await LabUnderTest.StartAsync();

        foreach (var reply in new[]
        {
            await lab.PasswordLoginAsync("admin", "wrong", LabUnderTest.ProjectScope()),
            await lab.PasswordLoginAsync("nobody", "wrong", LabUnderTest.ProjectScope()),
            await lab.PasswordLoginAsync("admin", lab.PasswordOf("admin"), LabUnderTest.ProjectScope("nowhere")),
        })
        {
            Assert.Equal(401, reply.Status);
            Assert.Equal("The request you have made requires authentication.", (string)reply.Json["error"]!["message"]!);
            Assert.StartsWith("Keystone uri=", reply.Headers["WWW-Authenticate"], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Without_a_scope_there_are_no_roles_and_no_catalog()
    {
        await using var lab = await LabUnderTest.StartAsync();

        var token = (await lab.PasswordLoginAsync("admin", lab.PasswordOf("admin"))).Json["token"]!;

        Assert.Null(token["catalog"]);
        Assert.Null(token["roles"]);
    }

    [Theory]
    [InlineData("""{"system":{"all":true}}""", "system")]
    [InlineData("""{"domain":{"id":"default"}}""", "domain")]
    public async Task System_and_domain_scopes_are_for_those_with_a_role_there(string scope, string expected)
    {
        await using var lab = await LabUnderTest.StartAsync();

        var admin = await lab.PasswordLoginAsync("admin", lab.PasswordOf("admin"), JsonNode.Parse(scope));
        var reader = await lab.PasswordLoginAsync("reader", lab.PasswordOf("reader"), JsonNode.Parse(scope));

        Assert.NotNull(admin.Json["token"]![expected]);
        Assert.Equal(401, reader.Status);
    }

    [Fact]
    public async Task An_application_credential_needs_no_scope_and_refuses_one()
    {
        await using var lab = await LabUnderTest.StartAsync();
        var credential = lab.State["applicationCredentials"]![0]!;
        JsonObject Identity() => new()
        {
            ["methods"] = new JsonArray("application_credential"),
            ["application_credential"] = new JsonObject { ["id"] = (string)credential["id"]!, ["secret"] = (string)credential["secret"]! },
        };

        Assert.Equal("admin", (string)(await lab.LoginAsync(Identity(), null)).Json["token"]!["project"]!["name"]!);
        Assert.Equal(401, (await lab.LoginAsync(Identity(), LabUnderTest.ProjectScope())).Status);
    }

    [Fact]
    public async Task A_token_is_exchanged_shown_and_revoked()
    {
        await using var lab = await LabUnderTest.StartAsync();
        var token = await lab.TokenAsync();
        var exchanged = await lab.LoginAsync(new JsonObject { ["methods"] = new JsonArray("token"), ["token"] = new JsonObject { ["id"] = token } }, LabUnderTest.ProjectScope("service"));
        var other = exchanged.Headers["X-Subject-Token"];

        Assert.Equal("service", (string)exchanged.Json["token"]!["project"]!["name"]!);
        Assert.Equal(200, (await lab.SendAsync("HEAD", "identity/v3/auth/tokens", null, ("X-Auth-Token", token), ("X-Subject-Token", other))).Status);
        Assert.Equal(204, (await lab.SendAsync("DELETE", "identity/v3/auth/tokens", null, ("X-Auth-Token", token), ("X-Subject-Token", other))).Status);
        Assert.Equal(404, (await lab.SendAsync("GET", "identity/v3/auth/tokens", null, ("X-Auth-Token", token), ("X-Subject-Token", other))).Status);
        Assert.Equal(401, (await lab.NovaAsync(other, "GET", "/servers")).Status);
    }

    [Fact]
    public async Task A_token_ends_with_its_lifetime()
    {
        await using var lab = await LabUnderTest.StartAsync(LabUnderTest.Small with { TokenLifetime = TimeSpan.FromMinutes(10) });
        var token = await lab.TokenAsync();
        Assert.Equal(200, (await lab.NovaAsync(token, "GET", "/servers")).Status);

        await lab.SendAsync("POST", "lab/clock", """{"advance-seconds":601}""");

        Assert.Equal(401, (await lab.NovaAsync(token, "GET", "/servers")).Status);
    }

    [Fact]
    public async Task Version_discovery_answers_300_at_the_root_and_200_at_v3()
    {
        await using var lab = await LabUnderTest.StartAsync();

        var root = await lab.SendAsync("GET", "identity");
        var version = await lab.SendAsync("GET", "identity/v3");

        Assert.Equal(300, root.Status);
        Assert.Equal("stable", (string)root.Json["versions"]!["values"]![0]!["status"]!);
        Assert.Equal($"{lab.Server.Address}identity/v3/", (string)version.Json["version"]!["links"]![0]!["href"]!);
    }

    [Fact]
    public async Task A_reader_may_not_list_users()
    {
        await using var lab = await LabUnderTest.StartAsync();

        var reply = await lab.SendAsync("GET", "identity/v3/users", null, ("X-Auth-Token", await lab.TokenAsync("reader")));

        Assert.Equal(403, reply.Status);
        Assert.Equal("You are not authorized to perform the requested action: identity:list_users.", (string)reply.Json["error"]!["message"]!);
    }

    [Fact]
    public async Task Where_a_second_factor_is_needed_a_right_password_gives_a_receipt_with_401()
    {
        await using var lab = await LabUnderTest.StartAsync();

        var right = await lab.PasswordLoginAsync("guarded", lab.PasswordOf("guarded"), LabUnderTest.ProjectScope());
        var wrong = await lab.PasswordLoginAsync("guarded", "wrong", LabUnderTest.ProjectScope());

        Assert.Equal(401, right.Status);
        Assert.NotEmpty(right.Headers["Openstack-Auth-Receipt"]);
        Assert.Equal("totp", (string)right.Json["required_auth_methods"]![0]![1]!);
        Assert.False(wrong.Headers.ContainsKey("Openstack-Auth-Receipt"));
    }
}

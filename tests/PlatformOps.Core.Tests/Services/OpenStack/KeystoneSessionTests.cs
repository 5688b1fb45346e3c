using PlatformOps.Core.Secrets;
using PlatformOps.Core.Services.OpenStack;
using PlatformOps.Errors;
using PlatformOps.TestKit;

namespace PlatformOps.Core.Tests.Services.OpenStack;

public sealed class KeystoneSessionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Logs_in_with_a_password_for_a_project()
    {
        var scope = Cloud.Create();

        var token = await scope.Get<KeystoneSession>().TokenAsync(Token);

        Assert.Equal("token-1", token.Value);
        Assert.Equal("""{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"ops","domain":{"name":"Default"},"password":"s3cret-password"}}},"scope":{"project":{"name":"admin","domain":{"name":"Default"}}}}}""", scope.Server.Requests.Single().Body);
        Assert.DoesNotContain("s3cret-password", string.Concat(scope.Log), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://keystone.test")]
    [InlineData("http://keystone.test/")]
    [InlineData("http://keystone.test/v3")]
    [InlineData("http://keystone.test/v3/")]
    [InlineData("http://keystone.test/v2.0")]
    public void The_address_may_lack_its_version(string url) => Assert.Equal("http://keystone.test/v3/", KeystoneSession.V3(new Uri(url)).AbsoluteUri);

    [Fact]
    public async Task An_application_credential_has_its_scope_in_itself()
    {
        var scope = Cloud.Create(configuration: new OpenStackConfiguration { AuthUrl = new Uri("http://keystone.test/v3"), ApplicationCredentialId = "ac1", ApplicationCredentialSecret = Secret.FromText("ac-secret") });

        await scope.Get<KeystoneSession>().TokenAsync(Token);

        Assert.Equal("""{"auth":{"identity":{"methods":["application_credential"],"application_credential":{"secret":"ac-secret","id":"ac1"}}}}""", scope.Server.Requests.Single().Body);
    }

    [Fact]
    public async Task The_whole_system_may_be_the_scope()
    {
        var scope = Cloud.Create(configuration: Cloud.Configuration with { Project = null, SystemScope = true });

        await scope.Get<KeystoneSession>().TokenAsync(Token);

        Assert.EndsWith("\"scope\":{\"system\":{\"all\":true}}}}", scope.Server.Requests.Single().Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_is_renewed_when_less_than_two_minutes_remain()
    {
        var scope = Cloud.Create();
        var keystone = scope.Get<KeystoneSession>();
        await keystone.TokenAsync(Token);

        scope.Clock.Advance(TimeSpan.FromSeconds(3600 - 121));
        Assert.Equal("token-1", (await keystone.TokenAsync(Token)).Value);
        scope.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("token-2", (await keystone.TokenAsync(Token)).Value);
    }

    [Fact]
    public async Task A_jump_of_our_clock_neither_renews_nor_keeps_a_token()
    {
        var scope = Cloud.Create();
        var keystone = scope.Get<KeystoneSession>();
        await keystone.TokenAsync(Token);

        scope.Clock.Jump(TimeSpan.FromHours(5));
        Assert.Equal("token-1", (await keystone.TokenAsync(Token)).Value);
        scope.Clock.Jump(TimeSpan.FromHours(-10));
        scope.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal("token-2", (await keystone.TokenAsync(Token)).Value);
    }

    [Fact]
    public async Task Fifty_parallel_calls_at_expiry_are_one_refresh()
    {
        var scope = Cloud.Create();
        var nova = scope.Get<NovaClient>();
        await nova.AggregatesAsync(Token);
        scope.Clock.Advance(TimeSpan.FromHours(1));
        scope.Server.Forget();

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => nova.AggregatesAsync(Token)));

        Assert.Single(scope.Server.Writes);
        Assert.Equal(50, scope.Server.Requests.Count(request => request.Header("X-Auth-Token") == "token-2"));
    }

    [Fact]
    public async Task Fifty_parallel_calls_with_a_revoked_token_are_one_refresh()
    {
        var scope = Cloud.Create();
        var nova = scope.Get<NovaClient>();
        await nova.AggregatesAsync(Token);
        scope.Server.Forget();
        scope.Server.On("GET /compute/v2.1/os-aggregates", request => request.Header("X-Auth-Token") == "token-1" ? ScriptedReply.Status(401) : ScriptedReply.Ok(new { aggregates = Array.Empty<object>() }));

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => nova.AggregatesAsync(Token)));

        Assert.Single(scope.Server.Writes);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task A_401_on_any_call_is_one_refresh_and_the_call_goes_again(int k)
    {
        var scope = Cloud.Create();
        var context = scope.Context("hv1.example.org");
        var disabled = false;
        var calls = 0;
        string? bad = null;
        ScriptedReply Guard(SentRequest request, Func<ScriptedReply> reply)
        {
            if (++calls == k)
                bad = request.Header("X-Auth-Token");
            return request.Header("X-Auth-Token") == bad ? ScriptedReply.Status(401) : reply();
        }

        string? reason = null;
        scope.Server
            .On("GET /compute/v2.1/", request => Guard(request, () => ScriptedReply.Ok(new { version = new { id = "v2.1", min_version = "2.1", version = "2.96" } })))
            .On("GET /compute/v2.1/os-services?binary=nova-compute&host=hv1.example.org", request => Guard(request, () => Cloud.Services(Cloud.Row("hv1.example.org", disabled ? "disabled" : "enabled", reason))))
            .On("GET /compute/v2.1/os-services?binary=nova-compute&host=hv1", request => Guard(request, () => Cloud.Services()))
            .On($"PUT /compute/v2.1/os-services/{Cloud.Service1}", request => Guard(request, () =>
            {
                (disabled, reason) = (true, request.Json.GetProperty("disabled_reason").GetString());
                return ScriptedReply.Ok(new { service = Cloud.Row("hv1.example.org", "disabled", reason) });
            }));

        var (_, after, _) = await new DisableComputeService().RunAsync(context, new DisableComputeServiceParameters("RL9"), Token);

        Assert.Equal("disabled (\"RL9 [ops:r1 alice MH-101]\")", after);
        Assert.Equal(2, scope.Server.Requests.Count(request => request.Line == "POST /v3/auth/tokens"));
    }

    [Fact]
    public async Task A_service_that_refuses_every_token_is_asked_twice_and_no_more()
    {
        var scope = Cloud.Create();
        scope.Server.On("GET /compute/v2.1/", ScriptedReply.Status(401));

        await Assert.ThrowsAsync<ServiceAuthenticationException>(() => scope.Get<NovaClient>().AggregatesAsync(Token));

        Assert.Equal(2, scope.Server.Requests.Count(request => request.Line == "GET /compute/v2.1/"));
    }

    [Fact]
    public async Task A_bad_password_is_one_attempt()
    {
        var scope = Cloud.Create();
        scope.Server.On("POST /v3/auth/tokens", ScriptedReply.Json(401, new { error = new { code = 401, title = "Unauthorized", message = "The request you have made requires authentication." } }));
        var keystone = scope.Get<KeystoneSession>();

        foreach (var call in Enumerable.Range(0, 50).Select(_ => keystone.TokenAsync(Token)).ToList())
            await Assert.ThrowsAsync<ServiceAuthenticationException>(() => call);
        var error = await Assert.ThrowsAsync<ServiceAuthenticationException>(() => keystone.TokenAsync(Token));

        Assert.Single(scope.Server.Requests);
        Assert.Contains("refused user 'ops' in project 'admin': The request you have made requires authentication. It says no more", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_application_credential_that_keystone_does_not_know_is_a_404_and_one_attempt()
    {
        var scope = Cloud.Create(configuration: new OpenStackConfiguration { AuthUrl = new Uri("http://keystone.test"), ApplicationCredentialId = "gone", ApplicationCredentialSecret = Secret.FromText("x") });
        scope.Server.On("POST /v3/auth/tokens", ScriptedReply.Json(404, new { error = new { code = 404, title = "Not Found", message = "Could not find Application Credential: gone." } }));
        var keystone = scope.Get<KeystoneSession>();

        var error = await Assert.ThrowsAsync<ServiceAuthenticationException>(() => keystone.TokenAsync(Token));
        await Assert.ThrowsAsync<ServiceAuthenticationException>(() => keystone.TokenAsync(Token));

        Assert.Single(scope.Server.Requests);
        Assert.StartsWith("Keystone at keystone.test refused application credential 'gone': Could not find Application Credential: gone. It says no more", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_factor_is_named()
    {
        var scope = Cloud.Create();
        scope.Server.On("POST /v3/auth/tokens", ScriptedReply.Json(401, new { receipt = new { methods = new[] { "password" } } }, ("Openstack-Auth-Receipt", "r")));

        var error = await Assert.ThrowsAsync<ServiceAuthenticationException>(() => scope.Get<KeystoneSession>().TokenAsync(Token));

        Assert.Contains("wants a second factor from user 'ops'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_for_a_transient_fault_is_asked_for_again()
    {
        var scope = Cloud.Create();
        scope.Server.On("POST /v3/auth/tokens", ScriptedReply.Status(503), Cloud.Token("t"));

        Assert.Equal("t", (await scope.Get<KeystoneSession>().TokenAsync(Token)).Value);
    }

    [Fact]
    public async Task Several_regions_need_a_choice_and_an_interface_is_honoured()
    {
        var regions = new { token = new { issued_at = "2026-11-18T12:00:00Z", expires_at = "2026-11-18T13:00:00Z", catalog = new[] { Cloud.Entry("compute", "http://cloud.test/one/v2.1", "one"), Cloud.Entry("compute", "http://cloud.test/two/v2.1", "two") } } };
        var scope = Cloud.Create();
        scope.Server.On("POST /v3/auth/tokens", ScriptedReply.Json(201, regions, ("X-Subject-Token", "t")));
        var chosen = Cloud.Create(configuration: Cloud.Configuration with { Region = "two", Interface = "internalURL" });
        chosen.Server.On("POST /v3/auth/tokens", ScriptedReply.Json(201, regions, ("X-Subject-Token", "t")));

        var error = await Assert.ThrowsAsync<ConfigurationException>(() => scope.Get<KeystoneSession>().EndpointAsync("compute", Token));
        Assert.Contains("several regions with 'compute': one, two. Set openstack.region", error.Message, StringComparison.Ordinal);
        Assert.Equal("http://internal.test/two/v2.1", (await chosen.Get<KeystoneSession>().EndpointAsync("compute", Token)).AbsoluteUri);
    }

    [Fact]
    public async Task A_configured_endpoint_wins_over_the_catalog()
    {
        var scope = Cloud.Create(configuration: Cloud.Configuration with { Endpoints = new Dictionary<string, Uri> { ["compute"] = new("http://other.test/v2.1") } });

        Assert.Equal("http://other.test/v2.1", (await scope.Get<KeystoneSession>().EndpointAsync("compute", Token)).AbsoluteUri);
    }

    [Fact]
    public void A_missing_address_is_named_when_it_is_needed()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariables().Keys.Cast<string>().Any(name => name.StartsWith("OS_", StringComparison.Ordinal)), "OS_* variables are set: the address is taken from them");
        var scope = new TestScope([new OpenStackRegistration()], new OpenStackConfiguration { Username = "ops", Password = Secret.FromText("p") });

        Assert.Contains("openstack.auth-url", Assert.Throws<ConfigurationException>(() => scope.Get<NovaClient>()).Message, StringComparison.Ordinal);
    }
}

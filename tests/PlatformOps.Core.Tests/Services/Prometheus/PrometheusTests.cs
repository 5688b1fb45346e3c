using PlatformOps.Core.Changes;
using PlatformOps.Core.Secrets;
using PlatformOps.Core.Services.Prometheus;
using PlatformOps.Core.Tests.Migration;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Services.Prometheus;

public sealed class PrometheusTests
{
    private readonly TestScope _scope = Make(new PrometheusConfiguration { Url = new Uri("http://prometheus.test/prom"), Username = "ops", Password = Secret.FromText("s3cret") });

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_series_up_is_asked_for_by_every_name_with_or_without_a_port()
    {
        Answer(("node", "1"));

        var result = await CheckAsync();

        Assert.Equal("""GET /prom/api/v1/query?query=up{instance=~"(hv1\\.example\\.org|hv1)(:[0-9]+)?"}""", Assert.Single(_scope.Server.Lines));
        Assert.Equal("Basic b3BzOnMzY3JldA==", _scope.Server.Requests[0].Header("Authorization"));
        Assert.Equal((StepOutcome.Passed, "1 up: node hv1.example.org:9100"), (result.Outcome, result.Evidence));
    }

    [Fact]
    public async Task One_that_is_down_fails_and_so_does_none_at_all()
    {
        Answer(("node", "1"), ("libvirt", "0"));
        var down = await CheckAsync();
        Answer();
        var none = await CheckAsync();

        Assert.Equal((StepOutcome.Failed, "libvirt hv1.example.org:9100 is down"), (down.Outcome, down.Evidence));
        Assert.Equal(StepOutcome.Failed, none.Outcome);
        Assert.Contains("hv1.example.org is not scraped", none.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_all_of_it_is_no_proof()
    {
        // Thanos: a store that is away.
        _scope.Server.On("GET /prom/api/v1/query", ScriptedReply.Ok("""{"status":"success","data":{"resultType":"vector","result":[]},"warnings":["No StoreAPIs matched for this query"]}"""));
        var partial = await CheckAsync();
        _scope.Server.On("GET /prom/api/v1/query", ScriptedReply.Json(422, """{"status":"error","errorType":"execution","error":"query timed out in expression evaluation"}"""));
        var error = await CheckAsync();
        _scope.Server.On("GET /prom/api/v1/query", ScriptedReply.Ok("""{"status":"success","data":{"resultType":"scalar","result":[1,"1"]}}"""));
        var odd = await CheckAsync();

        Assert.All([partial, error, odd], result => Assert.Equal(StepOutcome.Unknown, result.Outcome));
        Assert.Contains("No StoreAPIs matched", partial.Evidence, StringComparison.Ordinal);
        Assert.Contains("answered 422 UnprocessableEntity: query timed out in expression evaluation", error.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void The_label_is_the_configured_one_and_quotes_do_not_end_it()
    {
        var client = Make(new PrometheusConfiguration { Url = new Uri("http://prometheus.test"), Label = "host" }).Get<PrometheusClient>();

        Assert.Equal("""up{host=~"hv1(:[0-9]+)?"}""", client.QueryOf("hv1"));
        Assert.Equal(""" up{host=~"h\"\\}(:[0-9]+)?"} """.Trim(), client.QueryOf("h\"}"));
    }

    [Fact]
    public async Task A_token_goes_as_bearer_and_a_server_without_build_information_is_healthy()
    {
        var scope = Make(new PrometheusConfiguration { Url = new Uri("http://prometheus.test"), Token = Secret.FromText("tok-en-1") });
        scope.Server.On("GET /api/v1/query?query=vector(1)", ScriptedReply.Ok("""{"status":"success","data":{"resultType":"vector","result":[]}}"""))
            .On("GET /api/v1/status/buildinfo", ScriptedReply.Text(404, "text/plain", "404 page not found"));

        var probe = await new PrometheusRegistration().ProbeAsync(scope, Token);

        Assert.Equal((null, "the owner of prometheus.token"), (probe.Version, probe.Identity));
        Assert.Equal("Bearer tok-en-1", scope.Server.Requests[0].Header("Authorization"));
    }

    [Fact]
    public void What_is_wrong_in_the_section_is_said()
    {
        Assert.Single(new PrometheusConfiguration { Username = "ops" }.Problems());
        Assert.Single(new PrometheusConfiguration { Label = "in-stance" }.Problems());
    }

    [Fact]
    public async Task In_the_lab_a_host_is_up_down_or_not_scraped()
    {
        await using var lab = await PhaseLab.StartAsync();
        var client = lab.Session.Get<PrometheusClient>();
        await lab.SetHostAsync(2, new { reachable = false });
        await lab.SetHostAsync(3, new { scraped = false });

        Assert.Equal(["libvirt hv01.lab.example:9177", "node hv01.lab.example:9100"], (await UpAsync(1)).Select(target => target.ToString()));
        Assert.All(await UpAsync(1), target => Assert.True(target.IsUp));
        Assert.All(await UpAsync(2), target => Assert.False(target.IsUp));
        Assert.Empty(await UpAsync(3));
        Assert.Equal("2.53.3", (await new PrometheusRegistration().ProbeAsync(lab.Session, Token)).Version);

        async Task<IReadOnlyList<ScrapeTarget>> UpAsync(int number) => (await client.TargetsAsync($"hv{number:00}.lab.example", Token)).Targets;
    }

    private static TestScope Make(PrometheusConfiguration configuration) => new([new PrometheusRegistration()], configuration);

    private void Answer(params (string Job, string Value)[] samples) => _scope.Server.On("GET /prom/api/v1/query", ScriptedReply.Ok(new
    {
        status = "success",
        data = new { resultType = "vector", result = samples.Select(sample => new { metric = new { job = sample.Job, instance = "hv1.example.org:9100" }, value = new object[] { 1763638800.1, sample.Value } }) },
    }));

    private Task<CheckResult> CheckAsync() => ((Check)new CheckTargetUp()).RunAsync(_scope.Context("hv1.example.org"), new NoParameters(), Token);
}

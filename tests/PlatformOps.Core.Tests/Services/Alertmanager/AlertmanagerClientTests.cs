using PlatformOps.Alerts;
using PlatformOps.Core.Http;
using PlatformOps.Core.Secrets;
using PlatformOps.Core.Services.Alertmanager;
using PlatformOps.Errors;
using PlatformOps.TestKit;

namespace PlatformOps.Core.Tests.Services.Alertmanager;

public sealed class AlertmanagerClientTests
{
    private const string Id = "3fa85f64-5717-4562-b3fc-2c963f66afa6";
    private readonly TestScope _scope = Make(new AlertmanagerConfiguration { Url = new Uri("http://am.test") });

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private AlertmanagerClient Client => _scope.Get<AlertmanagerClient>();

    private static TestScope Make(AlertmanagerConfiguration configuration) => new([new AlertmanagerRegistration()], configuration);

    private static IReadOnlyList<AlertMatcher> Matchers(string text = "hostname=\"hv1\"") => MatcherText.TryParse(text)!;

    private SilenceRequest Request(string? id = null) => new(id, Matchers(), _scope.Clock.GetUtcNow().AddDays(-1), _scope.Clock.GetUtcNow().AddDays(3), "alice", "c [ops:r1 alice MH-101]");

    private object Row(DateTimeOffset? end = null, string updated = "2026-11-18T12:00:00.000Z", string state = "active") => new
    {
        id = Id, status = new { state }, matchers = new[] { new { name = "hostname", value = "hv1", isRegex = false, isEqual = true } },
        startsAt = "2026-11-18T12:00:00.000Z", endsAt = end ?? _scope.Clock.GetUtcNow().AddDays(3), updatedAt = updated, createdBy = "alice", comment = "c [ops:r1 alice MH-101]",
    };

    private void ServeStatus(string cluster) => _scope.Server.On("GET /api/v2/status", ScriptedReply.Ok(new { cluster = new { status = cluster, peers = new object[2] }, versionInfo = new { version = "0.28.1" } }));

    [Theory]
    [InlineData("https://am.test/alertmanager", "/alertmanager/api/v2/silences")]
    [InlineData("https://am.test/alertmanager/", "/alertmanager/api/v2/silences")]
    [InlineData("https://am.test/api/v2", "/api/v2/silences")]
    [InlineData("https://grafana.test/api/alertmanager/grafana", "/api/alertmanager/grafana/api/v2/silences")]
    public async Task The_api_is_below_the_prefix_whether_or_not_the_address_has_it(string url, string path)
    {
        var scope = Make(new AlertmanagerConfiguration { Url = new Uri(url), OrgId = "prod", Token = Secret.FromText("glsa_0123456789") });
        scope.Server.On($"GET {path}", ScriptedReply.Ok(Array.Empty<object>()));

        Assert.Empty(await scope.Get<AlertmanagerClient>().SilencesAsync(Token));

        var request = Assert.Single(scope.Server.Requests);
        Assert.Equal(("prod", "Bearer glsa_0123456789"), (request.Header("X-Scope-OrgID"), request.Header("Authorization")));
        Assert.DoesNotContain(scope.Log, line => line.Contains("glsa_0123456789", StringComparison.Ordinal));
    }

    [Fact]
    public async Task User_name_and_password_go_as_basic_and_are_tried_once()
    {
        var scope = Make(new AlertmanagerConfiguration { Url = new Uri("http://am.test"), Username = "ops", Password = Secret.FromText("correct horse") });
        scope.Server.On("GET /api/v2/silences", ScriptedReply.Text(401, "text/plain", "Unauthorized\n"));

        for (var i = 0; i < 2; i++)
            await Assert.ThrowsAsync<ServiceAuthenticationException>(() => scope.Get<AlertmanagerClient>().SilencesAsync(Token));

        Assert.Equal("Basic b3BzOmNvcnJlY3QgaG9yc2U=", Assert.Single(scope.Server.Requests).Header("Authorization"));
    }

    [Fact]
    public async Task Without_credentials_none_are_sent()
    {
        _scope.Server.On("GET /api/v2/silences", ScriptedReply.Ok(Array.Empty<object>()));
        await Client.SilencesAsync(Token);
        Assert.Null(Assert.Single(_scope.Server.Requests).Header("Authorization"));
    }

    [Fact]
    public async Task A_filter_is_quoted_so_that_every_parser_reads_it()
    {
        _scope.Server.On("GET /api/v2/alerts", ScriptedReply.Ok(Array.Empty<object>()));

        await Client.AlertsAsync(Matchers("""instance=~"hv1\\.example(:[0-9]+)?", job!="a b" """), Token);

        Assert.Equal("""GET /api/v2/alerts?filter=instance=~"hv1\\.example(:[0-9]+)?"&filter=job!="a b" """.TrimEnd(), Assert.Single(_scope.Server.Lines));
    }

    [Fact]
    public async Task A_silence_is_shown_with_its_claim_and_its_page()
    {
        _scope.Server.On("GET /api/v2/silences", ScriptedReply.Ok(new[] { Row() }));

        var silence = Assert.Single(await Client.SilencesAsync(Token));

        Assert.Equal((Id, AlertSilenceState.Active, true, "alice", "r1", "MH-101"), (silence.SilenceId, silence.State, silence.IsOurs, silence.Owner, silence.RunId, silence.TicketId));
        Assert.Equal($"http://am.test/#/silences/{Id}", silence.Url);
    }

    [Fact]
    public async Task A_page_for_people_is_where_the_configuration_says()
    {
        var scope = Make(new AlertmanagerConfiguration { Url = new Uri("https://grafana.test/api/alertmanager/grafana"), LinkTemplate = "https://grafana.test/alerting/silence/${id}/edit?alertmanager=grafana" });
        Assert.Equal($"https://grafana.test/alerting/silence/{Id}/edit?alertmanager=grafana", scope.Get<AlertmanagerClient>().LinkTo(Id));
        await Task.CompletedTask;
    }

    [Theory]
    [InlineData(200)]
    [InlineData(202)]
    public async Task A_silence_is_made_by_any_success(int status)
    {
        _scope.Server.On("POST /api/v2/silences", ScriptedReply.Json(status, new { silenceID = Id }));

        Assert.Equal(Id, await Client.PostAsync(Request(), null, Token));

        Assert.Equal(
            """{"matchers":[{"name":"hostname","value":"hv1","isRegex":false,"isEqual":true}],"startsAt":"2026-11-17T12:00:00.000Z","endsAt":"2026-11-21T12:00:00.000Z","createdBy":"alice","comment":"c [ops:r1 alice MH-101]"}""",
            Assert.Single(_scope.Server.Writes).Body);
    }

    [Fact]
    public async Task A_refusal_is_told_in_the_servers_own_words()
    {
        _scope.Server.On("POST /api/v2/silences", ScriptedReply.Json(400, "\"invalid silence: at least one matcher must not match the empty string\""));

        var error = await Assert.ThrowsAsync<ServiceException>(() => Client.PostAsync(Request(), null, Token));

        Assert.Equal("""Could not silence hostname="hv1": alertmanager (POST http://am.test/api/v2/silences) answered 400 BadRequest: invalid silence: at least one matcher must not match the empty string.""", error.Message);
    }

    [Fact]
    public async Task A_success_without_an_id_is_of_unknown_outcome()
    {
        foreach (var reply in new[] { ScriptedReply.Ok(new { }), ScriptedReply.Status(200), ScriptedReply.Reset(), ScriptedReply.Json(500, "\"boom\"") })
        {
            _scope.Server.On("POST /api/v2/silences", reply);
            await Assert.ThrowsAsync<OutcomeUnknownException>(() => Client.PostAsync(Request(), null, Token));
        }

        Assert.Equal(4, _scope.Server.Writes.Count);
    }

    [Fact]
    public async Task What_was_accepted_and_is_not_shown_yet_is_known_until_it_is_shown_or_was_lost()
    {
        _scope.Server.On("POST /api/v2/silences", ScriptedReply.Ok(new { silenceID = Id })).On("GET /api/v2/silences", ScriptedReply.Ok(Array.Empty<object>()));
        await Client.PostAsync(Request(), null, Token);

        var unseen = Assert.Single(await Client.LiveAsync(Matchers(), Token));
        Assert.Equal((Id, false), (unseen.Silence.SilenceId, unseen.IsSeen));
        Assert.Empty(await Client.LiveAsync(Matchers("hostname=\"hv2\""), Token));
        _scope.Clock.Advance(TimeSpan.FromMinutes(3));
        Assert.Empty(await Client.LiveAsync(Matchers(), Token));

        await Client.PostAsync(Request(), null, Token);
        _scope.Server.On("GET /api/v2/silences", ScriptedReply.Ok(new[] { Row() }), ScriptedReply.Ok(Array.Empty<object>()));
        Assert.True(Assert.Single(await Client.LiveAsync(Matchers(), Token)).IsSeen);
        Assert.Empty(await Client.LiveAsync(Matchers(), Token));
    }

    [Fact]
    public async Task A_change_that_is_not_shown_yet_is_known_by_the_row_being_the_old_one()
    {
        var end = _scope.Clock.GetUtcNow().AddDays(1);
        _scope.Server.On("POST /api/v2/silences", ScriptedReply.Ok(new { silenceID = Id }))
            .On("GET /api/v2/silences", ScriptedReply.Ok(new[] { Row(end) }))
            .On($"GET /api/v2/silence/{Id}", ScriptedReply.Ok(Row(end)));
        var former = (await Client.SilenceAsync(Id, Token)).Silence;

        await Client.PostAsync(Request(Id), former, Token);

        var (silence, isSeen) = Assert.Single(await Client.LiveAsync(Matchers(), Token));
        Assert.Equal((_scope.Clock.GetUtcNow().AddDays(3), false), (silence.EndsAt, isSeen));
        Assert.Equal((silence.EndsAt, false), ((await Client.SilenceAsync(Id, Token)).Silence.EndsAt, (await Client.SilenceAsync(Id, Token)).IsSeen));

        _scope.Server.On("GET /api/v2/silences", ScriptedReply.Ok(new[] { Row(end.AddHours(5), "2026-11-18T12:00:09.000Z") }));
        Assert.Equal((end.AddHours(5), true), (Assert.Single(await Client.LiveAsync(Matchers(), Token)).Silence.EndsAt, Assert.Single(await Client.LiveAsync(Matchers(), Token)).IsSeen));
    }

    [Theory]
    [InlineData("disabled", 1)]
    [InlineData("ready", 11)]
    [InlineData("settling", 11)]
    public async Task Absence_is_believed_at_once_of_one_Alertmanager_and_after_a_while_of_a_cluster(string cluster, int looks)
    {
        ServeStatus(cluster);
        _scope.Server.On($"GET /api/v2/silence/{Id}", ScriptedReply.Status(404));

        var error = await Assert.ThrowsAsync<ObjectNotFoundException>(() => Client.SilenceAsync(Id, Token));

        Assert.Contains($"no silence {Id}", error.Message, StringComparison.Ordinal);
        Assert.Equal(looks, _scope.Server.Lines.Count(line => line == $"GET /api/v2/silence/{Id}"));
        Assert.Equal(1, _scope.Server.Lines.Count(line => line == "GET /api/v2/status"));
    }

    [Fact]
    public async Task A_peer_that_has_not_heard_of_a_silence_is_asked_again()
    {
        ServeStatus("ready");
        _scope.Server.On($"GET /api/v2/silence/{Id}", ScriptedReply.Status(404), ScriptedReply.Status(404), ScriptedReply.Ok(Row()))
            .On($"DELETE /api/v2/silence/{Id}", ScriptedReply.Status(404), ScriptedReply.Status(200))
            .On("POST /api/v2/silences", ScriptedReply.Json(404, "\"silence not found\""), ScriptedReply.Ok(new { silenceID = Id }));

        Assert.Equal(Id, (await Client.SilenceAsync(Id, Token)).Silence.SilenceId);
        Assert.Equal(Id, await Client.PostAsync(Request(Id), null, Token));
        await Client.ExpireAsync(Id, Token);

        Assert.Equal(4, _scope.Server.Writes.Count);
    }

    [Fact]
    public async Task Expiring_what_is_not_there_is_told_apart_from_a_server_that_fails()
    {
        ServeStatus("disabled");
        _scope.Server.On($"DELETE /api/v2/silence/{Id}", ScriptedReply.Json(500, "\"silence not found\""));
        await Assert.ThrowsAsync<ObjectNotFoundException>(() => Client.ExpireAsync(Id, Token));
        Assert.Single(_scope.Server.Writes);

        _scope.Server.On($"DELETE /api/v2/silence/{Id}", ScriptedReply.Json(500, "\"no leader\""), ScriptedReply.Json(500, "\"no leader\""), ScriptedReply.Status(200));
        await Client.ExpireAsync(Id, Token);

        _scope.Server.On($"DELETE /api/v2/silence/{Id}", ScriptedReply.Json(500, "\"no leader\""));
        Assert.Contains("no leader", (await Assert.ThrowsAsync<OutcomeUnknownException>(() => Client.ExpireAsync(Id, Token))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_login_page_is_no_list()
    {
        _scope.Server.On("GET /api/v2/silences", ScriptedReply.Text(200, "text/html", "<html><title>Sign in</title></html>"));
        Assert.Contains("an HTML page \"Sign in\"", (await Assert.ThrowsAsync<ServiceException>(() => Client.SilencesAsync(Token))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(422, new string[0])]
    [InlineData(400, new string[0])]
    [InlineData(403, new[] { "make silences" })]
    [InlineData(405, new[] { "make silences" })]
    public async Task The_probe_tells_version_cluster_identity_and_whether_silences_may_be_made_and_changes_nothing(int status, string[] missing)
    {
        ServeStatus("ready");
        _scope.Server.On("GET /api/v2/silences", ScriptedReply.Ok(Array.Empty<object>())).On("POST /api/v2/silences", ScriptedReply.Json(status, new { code = 602, message = "comment in body is required" }));

        var probe = await Client.ProbeAsync(Token);

        Assert.Equal(("0.28.1 (2 peers, ready)", "anonymous", "http://am.test"), (probe.Version, probe.Identity, probe.Address));
        Assert.Equal(missing, probe.MissingRights);
        Assert.Equal("{}", Assert.Single(_scope.Server.Writes).Body);
        Assert.Equal(0, Client.Http.Writes);
    }

    [Fact]
    public async Task A_proxy_that_hides_the_status_leaves_the_version_out()
    {
        _scope.Server.On("GET /api/v2/status", ScriptedReply.Status(403)).On("GET /api/v2/silences", ScriptedReply.Status(403)).On("POST /api/v2/silences", ScriptedReply.Status(400));

        var probe = await Client.ProbeAsync(Token);

        Assert.Null(probe.Version);
        Assert.Equal(["list silences"], probe.MissingRights);
    }

    [Fact]
    public async Task Alerts_of_a_target_come_once_each_and_with_its_name()
    {
        object Alert(string name, string fingerprint, object labels, string start) => new
        {
            labels, annotations = new { description = "d" }, status = new { state = "suppressed", silencedBy = new[] { Id }, inhibitedBy = Array.Empty<string>() },
            receivers = new[] { new { name } }, startsAt = start, endsAt = start, fingerprint, generatorURL = "http://prom/",
        };
        var one = Alert("a", "f1", new { alertname = "HostDown", instance = "hv1.example.org:9100", severity = "critical" }, "2026-11-18T11:00:00.000Z");
        var two = Alert("b", "f2", new { alertname = "Full", hostname = "hv1.example.org", instance = "hv1.example.org:9100" }, "2026-11-18T10:00:00.000Z");
        _scope.Server.On("GET /api/v2/alerts", ScriptedReply.Ok(Array.Empty<object>()))
            .On("""GET /api/v2/alerts?filter=hostname="hv1.example.org" """.TrimEnd(), ScriptedReply.Ok(new[] { two }))
            .On("""GET /api/v2/alerts?filter=instance=~"hv1\\.example\\.org(:[0-9]+)?" """.TrimEnd(), ScriptedReply.Ok(new[] { one, two }));

        var alerts = await Client.AlertsOfAsync("hv1.example.org", Token);

        Assert.Equal([("Full", "hv1.example.org", AlertState.Suppressed, null), ("HostDown", "hv1.example.org", AlertState.Suppressed, "critical")], alerts.Select(alert => (alert.AlertName, alert.HypervisorName!, alert.State, alert.Severity)));
        Assert.Equal(("d", Id, "a", "http://prom/"), (alerts[1].Summary, Assert.Single(alerts[1].SilencedBy), Assert.Single(alerts[1].Receivers), alerts[1].GeneratorUrl));
    }
}

using System.Globalization;
using System.Text;

namespace PlatformOps.Lab.Tests.Services.Alertmanager;

/// <summary>What an Alertmanager answers: the same tests for the emulator and for the real one. Each uses names of its own, because a peer is shared.</summary>
public abstract class AlertmanagerContract<TPeer> : IClassFixture<TPeer>
    where TPeer : AlertmanagerPeer
{
    private const string Nowhere = "3fa85f64-5717-4562-b3fc-2c963f66afa6";
    private readonly TPeer _peer;

    protected AlertmanagerContract(TPeer peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        Assert.SkipWhen(peer.Missing is not null, peer.Missing ?? "");
        _peer = peer;
    }

    private string InvalidSilence => _peer.Minor >= 28 ? "invalid silence" : "silence invalid";

    private static string Name() => $"hv{Guid.NewGuid():N}.test";

    private static string Equal(string name, string value) => $$"""{"name":"{{name}}","value":"{{value}}","isRegex":false}""";

    private static string Regex(string name, string value) => $$"""{"name":"{{name}}","value":"{{value.Replace("\\", "\\\\", StringComparison.Ordinal)}}","isRegex":true,"isEqual":true}""";

    private static string Body(string matchers, string start = "2020-01-01T00:00:00Z", string end = "2096-01-01T00:00:00Z", string? id = null, string comment = "c", string createdBy = "me")
        => $$"""{"id":"{{id}}","matchers":[{{matchers}}],"startsAt":"{{start}}","endsAt":"{{end}}","createdBy":"{{createdBy}}","comment":"{{comment}}"}""";

    private Task<Reply> PostAsync(string body) => _peer.SendAsync("POST", "silences", body);

    private async Task<string> MakeAsync(string body)
    {
        var reply = await PostAsync(body);
        Assert.True(reply.Status == 200, reply.Text);
        return (string)reply.Json["silenceID"]!;
    }

    private async Task<JsonNode> SilenceAsync(string id) => (await _peer.SendAsync("GET", $"silence/{id}")).Json;

    private async Task<string> StateAsync(string id) => (string)(await SilenceAsync(id))["status"]!["state"]!;

    private async Task<JsonArray> AlertsAsync(string filter, string more = "") => (await _peer.SendAsync("GET", $"alerts?filter={Uri.EscapeDataString(filter)}{more}")).Json.AsArray();

    private async Task FireAsync(string labels)
    {
        var reply = await _peer.SendAsync("POST", "alerts", $"[{{\"labels\":{{{labels}}}}}]");
        Assert.True(reply.Status == 200, reply.Text);
    }

    private static DateTimeOffset Time(JsonNode? node) => DateTimeOffset.Parse((string)node!, CultureInfo.InvariantCulture);

    [Fact]
    public async Task The_status_tells_version_cluster_and_configuration()
    {
        var status = (await _peer.SendAsync("GET", "status")).Json;

        Assert.Equal("""{"peers":[],"status":"disabled"}""", status["cluster"]!.ToJsonString());
        Assert.StartsWith("global:\n", (string)status["config"]!["original"]!, StringComparison.Ordinal);
        Assert.Equal(["branch", "buildDate", "buildUser", "goVersion", "revision", "version"], status["versionInfo"]!.AsObject().Select(pair => pair.Key).Order(StringComparer.Ordinal));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", (string)status["uptime"]!);
        Assert.Equal("""[{"name":"ops"}]""", (await _peer.SendAsync("GET", "receivers")).Json.ToJsonString());
    }

    [Theory]
    [InlineData("Basic b3BzOndyb25n")]
    [InlineData("Bearer token")]
    public async Task Wrong_credentials_are_401(string authorization)
    {
        foreach (var path in new[] { "silences", "/-/healthy", "nothing" })
        {
            var reply = await _peer.SendAsync("GET", path, authorization: authorization);
            Assert.Equal((401, "Unauthorized\n", "Basic"), (reply.Status, reply.Text, reply.Headers["WWW-Authenticate"]));
        }
    }

    [Theory]
    [InlineData("healthy")]
    [InlineData("ready")]
    public async Task It_tells_that_it_lives(string probe)
    {
        var reply = await _peer.SendAsync("GET", $"/-/{probe}");
        Assert.Equal((200, "OK"), (reply.Status, reply.Text));
    }

    [Fact]
    public async Task Answers_are_not_to_be_cached_from_0_26()
        => Assert.Equal(_peer.Minor >= 26 ? "no-store" : null, (await _peer.SendAsync("GET", "silences")).Headers.GetValueOrDefault("Cache-Control"));

    [Fact]
    public async Task A_silence_has_the_fields_it_was_given_and_a_start_in_the_past_is_now()
    {
        var name = Name();
        var before = DateTimeOffset.UtcNow.AddMilliseconds(-1);

        var silence = await SilenceAsync(await MakeAsync(Body($"{Equal("hostname", name)},{{\"name\":\"job\",\"value\":\"x\",\"isRegex\":false,\"isEqual\":false}}", comment: "<&> ä")));

        Assert.True(Guid.TryParse((string)silence["id"]!, out _));
        Assert.Equal(("active", "<&> ä", "me", "2096-01-01T00:00:00.000Z"), ((string)silence["status"]!["state"]!, (string)silence["comment"]!, (string)silence["createdBy"]!, (string)silence["endsAt"]!));
        Assert.Equal((string)silence["startsAt"]!, (string)silence["updatedAt"]!);
        Assert.InRange(Time(silence["startsAt"]), before, DateTimeOffset.UtcNow.AddMilliseconds(1));
        Assert.Equal($$"""[{"isEqual":true,"isRegex":false,"name":"hostname","value":"{{name}}"},{"isEqual":false,"isRegex":false,"name":"job","value":"x"}]""", silence["matchers"]!.ToJsonString());
        Assert.Equal(_peer.Minor >= 32, silence.AsObject().ContainsKey("annotations"));
    }

    [Fact]
    public async Task Times_have_milliseconds_and_before_0_32_the_offset_they_came_with()
    {
        var silence = await SilenceAsync(await MakeAsync(Body(Equal("hostname", Name()), "2095-01-01T01:00:00.123456+01:00", "2096-01-01T02:00:00.9999+02:00")));

        Assert.Equal(
            _peer.Minor >= 32 ? ("2095-01-01T00:00:00.123Z", "2096-01-01T00:00:00.999Z") : ("2095-01-01T01:00:00.123+01:00", "2096-01-01T02:00:00.999+02:00"),
            ((string)silence["startsAt"]!, (string)silence["endsAt"]!));
        Assert.Equal("pending", (string)silence["status"]!["state"]!);
    }

    [Theory]
    [InlineData("""{}""", "comment in body is required")]
    [InlineData("""null""", "comment in body is required")]
    [InlineData("""{"comment":""}""", "createdBy in body is required")]
    [InlineData("""{"comment":"","createdBy":""}""", "endsAt in body is required")]
    [InlineData("""{"comment":"","createdBy":"","endsAt":"2096-01-01T00:00:00Z"}""", "matchers in body is required")]
    [InlineData("""{"comment":"","createdBy":"","endsAt":"2096-01-01T00:00:00Z","matchers":null}""", "matchers in body is required")]
    [InlineData("""{"comment":"","createdBy":"","endsAt":"2096-01-01T00:00:00Z","matchers":[{"value":"x"}]}""", "matchers.0.isRegex in body is required")]
    [InlineData("""{"comment":"","createdBy":"","endsAt":"2096-01-01T00:00:00Z","matchers":[{"isRegex":false}]}""", "matchers.0.name in body is required")]
    [InlineData("""{"comment":"","createdBy":"","endsAt":"2096-01-01T00:00:00Z","matchers":[{"isRegex":false,"name":"a"}]}""", "matchers.0.value in body is required")]
    [InlineData("""{"comment":"","createdBy":"","endsAt":"2096-01-01T00:00:00Z","matchers":[{"isRegex":false,"name":"a","value":"x"}]}""", "startsAt in body is required")]
    [InlineData("", "silence in body is required")]
    public async Task What_is_missing_is_422_one_at_a_time(string body, string message)
    {
        var reply = await PostAsync(body);
        Assert.Equal((422, $$"""{"code":602,"message":"{{message}}"}"""), (reply.Status, reply.Json.ToJsonString()));
    }

    [Fact]
    public async Task A_silence_without_a_matcher_is_422()
    {
        var reply = await PostAsync(Body(""));
        Assert.Equal((422, """{"code":612,"message":"matchers in body should have at least 1 items"}"""), (reply.Status, reply.Json.ToJsonString()));
    }

    [Theory]
    [InlineData("""[]""", "json: cannot unmarshal array into Go value of type struct { ID string \"json:\\\"id,omitempty\\\"\" }")]
    [InlineData("\"x\"", "json: cannot unmarshal string into Go value of type struct { ID string \"json:\\\"id,omitempty\\\"\" }")]
    [InlineData("""{"id":7}""", "json: cannot unmarshal number into Go struct field .id of type string")]
    [InlineData("""{"matchers":"x"}""", "json: cannot unmarshal string into Go struct field Silence.matchers of type models.Matchers")]
    [InlineData("""{"startsAt":"nope"}""", "parsing time \"nope\" as ")]
    [InlineData("nonsense", "invalid character ")]
    public async Task What_cannot_be_read_is_400(string body, string why)
    {
        var reply = await PostAsync(body);
        Assert.Equal((400, 400), (reply.Status, (int)reply.Json["code"]!));
        Assert.StartsWith($"parsing silence body from \"\" failed, because {why}", (string)reply.Json["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_json_is_taken()
    {
        var reply = await _peer.SendAsync("POST", "silences", Body(Equal("hostname", Name())), "text/plain");
        Assert.Equal((415, """unsupported media type "text/plain", only [application/json] are allowed"""), (reply.Status, (string)reply.Json["message"]!));
    }

    [Theory]
    [InlineData("2095-01-01T00:00:00Z", "2095-01-01T00:00:00Z", "start time must be before end time")]
    [InlineData("2096-01-01T00:00:00Z", "2095-01-01T00:00:00Z", "start time must be before end time")]
    [InlineData("2019-01-01T00:00:00Z", "2020-01-01T00:00:00Z", "end time can't be in the past")]
    public async Task A_silence_must_last(string start, string end, string why)
    {
        var reply = await PostAsync(Body(Equal("hostname", Name()), start, end));
        Assert.Equal((400, $"Failed to create silence: {why}"), (reply.Status, (string)reply.Json!));
    }

    [Theory]
    [InlineData("a", "", false, "at least one matcher must not match the empty string")]
    [InlineData("a", ".*", true, "at least one matcher must not match the empty string")]
    [InlineData("a", "(", true, "invalid regular expression \"(\": error parsing regexp: missing closing ): `(`")]
    [InlineData("a", "x)", true, "invalid regular expression \"x)\": error parsing regexp: unexpected ): `x)`")]
    [InlineData("a", "[x", true, "invalid regular expression \"[x\": error parsing regexp: missing closing ]: `[x`")]
    [InlineData("a", "*", true, "invalid regular expression \"*\": error parsing regexp: missing argument to repetition operator: `*`")]
    [InlineData("a", "(?=x)", true, "invalid regular expression \"(?=x)\": error parsing regexp: invalid or unsupported Perl syntax: `(?=`")]
    [InlineData("", "x", false, "invalid label name \"\"")]
    public async Task A_matcher_that_is_not_valid_is_400(string name, string value, bool isRegex, string why)
    {
        var (ofMatcher, ofSet) = _peer.Minor >= 32 ? ("invalid label matcher 0 in set 0: ", "matcher set 0: ") : ("invalid label matcher 0: ", "");

        var reply = await PostAsync(Body(isRegex ? Regex(name, value) : Equal(name, value)));

        Assert.Equal((400, $"{InvalidSilence}: {(why.StartsWith("invalid", StringComparison.Ordinal) ? ofMatcher : ofSet)}{why}"), (reply.Status, (string)reply.Json!));
    }

    [Fact]
    public async Task Label_names_are_free_from_0_27()
        => Assert.Equal(_peer.Minor >= 27 ? 200 : 400, (await PostAsync(Body(Equal("a-b", Name())))).Status);

    [Fact]
    public async Task The_same_matchers_and_start_change_a_silence_in_place()
    {
        var matchers = $"{Equal("hostname", Name())},{Regex("instance", "a.*")}";
        var id = await MakeAsync(Body(matchers));
        var start = (string)(await SilenceAsync(id))["startsAt"]!;

        Assert.Equal(id, await MakeAsync(Body(matchers, start, "2097-01-01T00:00:00Z", id, "longer", "you")));

        var silence = await SilenceAsync(id);
        Assert.Equal(("2097-01-01T00:00:00.000Z", "longer", "you", start, "active"), ((string)silence["endsAt"]!, (string)silence["comment"]!, (string)silence["createdBy"]!, (string)silence["startsAt"]!, (string)silence["status"]!["state"]!));
    }

    [Fact]
    public async Task Another_order_of_matchers_or_another_start_makes_another_silence_and_ends_the_old_one()
    {
        var (one, two) = (Equal("hostname", Name()), Regex("instance", "a.*"));
        var first = await MakeAsync(Body($"{one},{two}"));
        var start = (string)(await SilenceAsync(first))["startsAt"]!;

        var second = await MakeAsync(Body($"{two},{one}", start, id: first));
        var third = await MakeAsync(Body($"{two},{one}", "2021-01-01T00:00:00Z", id: second));

        Assert.Equal(3, new[] { first, second, third }.Distinct().Count());
        Assert.Equal(["expired", "expired", "active"], [await StateAsync(first), await StateAsync(second), await StateAsync(third)]);
    }

    [Fact]
    public async Task A_pending_silence_moves_within_the_future_and_is_replaced_where_it_is_to_begin_now()
    {
        var matcher = Equal("hostname", Name());
        var id = await MakeAsync(Body(matcher, "2095-01-01T00:00:00Z"));

        Assert.Equal(id, await MakeAsync(Body(matcher, "2095-06-01T00:00:00Z", id: id)));
        var active = await MakeAsync(Body(matcher, id: id));

        Assert.NotEqual(id, active);
        Assert.Equal(("expired", "active"), (await StateAsync(id), await StateAsync(active)));
    }

    [Fact]
    public async Task An_expired_silence_is_not_brought_back_but_made_again()
    {
        var matcher = Equal("hostname", Name());
        var id = await MakeAsync(Body(matcher));
        Assert.Equal(200, (await _peer.SendAsync("DELETE", $"silence/{id}")).Status);

        var again = await MakeAsync(Body(matcher, id: id));

        Assert.NotEqual(id, again);
        Assert.Equal("expired", await StateAsync(id));
    }

    [Theory]
    [InlineData("x")]
    [InlineData(Nowhere)]
    public async Task An_id_that_nobody_gave_out_cannot_be_changed(string id)
    {
        var reply = await PostAsync(Body(Equal("hostname", Name()), id: id));
        Assert.Equal((404, "silence not found"), (reply.Status, (string)reply.Json!));
    }

    [Theory]
    [InlineData("2020-01-01T00:00:00Z")]
    [InlineData("2095-01-01T00:00:00Z")]
    public async Task A_silence_is_expired_at_once_and_again_without_effect(string start)
    {
        var id = await MakeAsync(Body(Equal("hostname", Name()), start));

        var first = await _peer.SendAsync("DELETE", $"silence/{id}");
        var gone = await SilenceAsync(id);
        var second = await _peer.SendAsync("DELETE", $"silence/{id}");

        Assert.Equal((200, "", 200, ""), (first.Status, first.Text, second.Status, second.Text));
        Assert.Equal("expired", (string)gone["status"]!["state"]!);
        Assert.Equal((string)gone["updatedAt"]!, (string)gone["endsAt"]!);
        Assert.Equal((string)gone["endsAt"]!, (string)(await SilenceAsync(id))["endsAt"]!);
    }

    [Fact]
    public async Task A_silence_that_is_not_there_is_404_and_for_deleting_500_before_0_26()
    {
        var read = await _peer.SendAsync("GET", $"silence/{Nowhere}");
        var deleted = await _peer.SendAsync("DELETE", $"silence/{Nowhere}");

        Assert.Equal((404, ""), (read.Status, read.Text));
        if (_peer.Minor >= 26)
            Assert.Equal((404, ""), (deleted.Status, deleted.Text));
        else
            Assert.Equal((500, "silence not found"), (deleted.Status, (string)deleted.Json!));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("DELETE")]
    public async Task An_id_is_a_uuid(string method)
    {
        var reply = await _peer.SendAsync(method, "silence/zz");
        Assert.Equal((422, """{"code":601,"message":"silenceID in path must be of type uuid: \"zz\""}"""), (reply.Status, reply.Text.TrimEnd('\n')));
    }

    [Fact]
    public async Task The_list_has_active_ones_by_end_then_pending_by_start_then_expired_the_latest_first()
    {
        var matcher = Equal("hostname", Name());
        var later = await MakeAsync(Body(matcher, end: "2096-01-01T00:00:00Z"));
        var pendingLater = await MakeAsync(Body(matcher, "2095-06-01T00:00:00Z"));
        var expiredFirst = await MakeAsync(Body(matcher));
        var pending = await MakeAsync(Body(matcher, "2095-01-01T00:00:00Z"));
        var sooner = await MakeAsync(Body(matcher, end: "2090-01-01T00:00:00Z"));
        var expired = await MakeAsync(Body(matcher));
        foreach (var id in new[] { expiredFirst, expired })
            await _peer.SendAsync("DELETE", $"silence/{id}");

        Assert.Equal([sooner, later, pending, pendingLater, expired, expiredFirst], (await ListAsync(matcher)).Select(silence => (string)silence!["id"]!));
    }

    [Fact]
    public async Task The_list_filters_by_state_from_0_34()
    {
        var matcher = Equal("hostname", Name());
        var active = await MakeAsync(Body(matcher));
        await MakeAsync(Body(matcher, "2095-01-01T00:00:00Z"));
        await _peer.SendAsync("DELETE", $"silence/{await MakeAsync(Body(matcher))}");

        var listed = (await ListAsync(matcher, "&expired=false&pending=false")).Select(silence => (string)silence!["id"]!).ToList();

        Assert.Equal(_peer.Minor >= 34 ? 1 : 3, listed.Count);
        Assert.Equal(active, listed[0]);
    }

    [Fact]
    public async Task A_filter_finds_silences_with_the_very_same_matcher()
    {
        var name = Name();
        var escaped = name.Replace(".", "\\.", StringComparison.Ordinal);
        var id = await MakeAsync(Body($"{Equal("hostname", name)},{Regex("instance", $"{escaped}(:[0-9]+)?")}"));
        async Task<int> CountAsync(params string[] filters)
            => (await _peer.SendAsync("GET", $"silences?{string.Join('&', filters.Select(filter => "filter=" + Uri.EscapeDataString(filter)))}")).Json.AsArray().Count(silence => (string)silence!["id"]! == id);

        Assert.Equal(1, await CountAsync($"hostname=\"{name}\""));
        Assert.Equal(1, await CountAsync($" hostname = {name} "));
        Assert.Equal(1, await CountAsync($"hostname=\"{name}\"", $"instance=~\"{escaped.Replace("\\", "\\\\", StringComparison.Ordinal)}(:[0-9]+)?\""));
        Assert.Equal(0, await CountAsync($"hostname=~\"{name}\""));
        Assert.Equal(0, await CountAsync("instance=~\".*\""));
        Assert.Equal(0, await CountAsync($"hostname!=\"{name}\""));
        Assert.Equal(0, await CountAsync($"hostname=\"{name}\"", "job=\"x\""));
    }

    [Theory]
    [InlineData("hostname", "bad matcher format: hostname")]
    [InlineData("", "bad matcher format: ")]
    [InlineData("a=\"b", "matcher value contains unescaped double quote: \"b")]
    [InlineData("a=b\"c", "matcher value contains unescaped double quote: b\"c")]
    [InlineData("a=~\"(\"", "error parsing regexp: missing closing ): `^(?:()$`")]
    public async Task A_filter_that_cannot_be_read_is_400(string filter, string why)
    {
        foreach (var list in new[] { "silences", "alerts" })
        {
            var reply = await _peer.SendAsync("GET", $"{list}?filter={Uri.EscapeDataString(filter)}");
            Assert.Equal((400, why), (reply.Status, (string)reply.Json!));
        }
    }

    [Theory]
    [InlineData("{a=\"b\"}", "bad matcher format: {a=\"b\"}", "unexpected open or close brace: {a=\"b\"}")]
    [InlineData("a-b=c", "bad matcher format: a-b=c", null)]
    [InlineData("\"a\"=\"b\"", "bad matcher format: \"a\"=\"b\"", null)]
    public async Task Filters_are_read_by_two_parsers_from_0_27(string filter, string before, string? after)
    {
        var reply = await _peer.SendAsync("GET", $"silences?filter={Uri.EscapeDataString(filter)}");
        var expected = _peer.Minor >= 27 ? after : before;
        Assert.Equal((expected is null ? 200 : 400, expected), (reply.Status, expected is null ? null : (string)reply.Json!));
    }

    [Fact]
    public async Task An_alert_fires_until_it_is_resolved_and_has_its_fingerprint()
    {
        var name = Name();
        await FireAsync($"\"alertname\":\"A\",\"hostname\":\"{name}\",\"empty\":\"\"");
        var alert = Assert.Single(await AlertsAsync($"hostname=\"{name}\""))!;

        Assert.Equal($$"""{"alertname":"A","hostname":"{{name}}"}""", alert["labels"]!.ToJsonString());
        Assert.Equal("active", (string)alert["status"]!["state"]!);
        Assert.Equal(_peer.Minor >= 28, alert["status"]!.AsObject().ContainsKey("mutedBy"));
        Assert.Equal("[]", alert["status"]!["silencedBy"]!.ToJsonString());
        Assert.Equal("""[{"name":"ops"}]""", alert["receivers"]!.ToJsonString());
        Assert.Equal(5, Math.Round((Time(alert["endsAt"]) - Time(alert["startsAt"])).TotalMinutes));
        Assert.False(alert.AsObject().ContainsKey("generatorURL"));
        Assert.Equal(FingerprintOf(("alertname", "A"), ("hostname", name)), (string)alert["fingerprint"]!);

        await _peer.SendAsync("POST", "alerts", $$"""[{"labels":{"alertname":"A","hostname":"{{name}}"},"endsAt":"2020-01-01T00:00:00Z"}]""");
        Assert.Empty(await AlertsAsync($"hostname=\"{name}\""));
    }

    [Fact]
    public async Task The_zero_time_is_no_time()
    {
        var name = Name();
        await _peer.SendAsync("POST", "alerts", $$"""[{"labels":{"hostname":"{{name}}"},"startsAt":"0001-01-01T00:00:00.000Z","endsAt":"0001-01-01T00:00:00.000Z"}]""");

        Assert.InRange(Time(Assert.Single(await AlertsAsync($"hostname=\"{name}\""))!["startsAt"]), DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddSeconds(1));
    }

    [Fact]
    public async Task A_silence_needs_all_its_matchers_so_that_hostname_and_instance_need_two()
    {
        var name = Name();
        var escaped = name.Replace(".", "\\.", StringComparison.Ordinal);
        await FireAsync($"\"alertname\":\"OfHost\",\"hostname\":\"{name}\",\"instance\":\"exporter.test:9180\",\"test\":\"{name}\"");
        await FireAsync($"\"alertname\":\"OfInstance\",\"instance\":\"{name}:9100\",\"test\":\"{name}\"");
        await FireAsync($"\"alertname\":\"OfOther\",\"instance\":\"{name}0:9100\",\"hostname\":\"{name}0\",\"test\":\"{name}\"");
        async Task<string[]> SilencedAsync() => [.. (await AlertsAsync($"test=\"{name}\"", "&active=false")).Select(alert => (string)alert!["labels"]!["alertname"]!).Order(StringComparer.Ordinal)];

        var both = await MakeAsync(Body($"{Equal("hostname", name)},{Regex("instance", $"{escaped}(:[0-9]+)?")}"));
        Assert.Empty(await SilencedAsync());
        await _peer.SendAsync("DELETE", $"silence/{both}");
        var host = await MakeAsync(Body(Equal("hostname", name)));
        Assert.Equal(["OfHost"], await SilencedAsync());
        await MakeAsync(Body(Regex("instance", $"{escaped}(:[0-9]+)?")));
        Assert.Equal(["OfHost", "OfInstance"], await SilencedAsync());

        var again = await MakeAsync(Body(Equal("hostname", name)));
        var silenced = (await AlertsAsync($"test=\"{name}\"")).Single(alert => (string)alert!["labels"]!["alertname"]! == "OfHost")!;
        Assert.Equal(new[] { host, again }.Order(StringComparer.Ordinal), silenced["status"]!["silencedBy"]!.AsArray().Select(id => (string)id!));
        Assert.Equal("suppressed", (string)silenced["status"]!["state"]!);
        Assert.Equal(["OfInstance", "OfOther"], (await AlertsAsync($"test=\"{name}\"", "&receiver=o.s")).Select(alert => (string)alert!["labels"]!["alertname"]!).Where(one => one != "OfHost").Order(StringComparer.Ordinal));
        Assert.Equal(["OfOther"], (await AlertsAsync($"test=\"{name}\"", "&silenced=false")).Select(alert => (string)alert!["labels"]!["alertname"]!));
    }

    [Fact]
    public async Task A_host_that_is_down_keeps_its_warnings_quiet()
    {
        var name = Name();
        await FireAsync($"\"alertname\":\"HostDown\",\"instance\":\"{name}\",\"severity\":\"critical\"");
        await FireAsync($"\"alertname\":\"Full\",\"instance\":\"{name}\",\"severity\":\"warning\"");

        var alerts = (await AlertsAsync($"instance=\"{name}\"")).ToDictionary(alert => (string)alert!["labels"]!["alertname"]!);

        Assert.Equal(("active", "suppressed"), ((string)alerts["HostDown"]!["status"]!["state"]!, (string)alerts["Full"]!["status"]!["state"]!));
        Assert.Equal([(string)alerts["HostDown"]!["fingerprint"]!], alerts["Full"]!["status"]!["inhibitedBy"]!.AsArray().Select(one => (string)one!));
        Assert.Equal("HostDown", (string)Assert.Single(await AlertsAsync($"instance=\"{name}\"", "&inhibited=false"))!["labels"]!["alertname"]!);
    }

    [Theory]
    [InlineData("hostname=\"{0}\"", 1)]
    [InlineData("hostname=~\"hv.*[.]test\"", 1)]
    [InlineData("hostname=~\"hv\"", 0)]
    [InlineData("hostname!=\"{0}\"", 0)]
    [InlineData("absent=\"\"", 1)]
    [InlineData("absent!=\"\"", 0)]
    [InlineData("absent=~\".*\"", 1)]
    [InlineData("absent=~\".+\"", 0)]
    [InlineData("absent!~\".+\"", 1)]
    public async Task Alerts_are_filtered_by_their_labels(string filter, int count)
    {
        var name = Name();
        await FireAsync($"\"alertname\":\"A\",\"hostname\":\"{name}\"");

        Assert.Equal(count, (await AlertsAsync(filter.Replace("{0}", name, StringComparison.Ordinal))).Count(alert => (string?)alert!["labels"]!["hostname"] == name));
    }

    [Theory]
    [InlineData("{}", 400, "parsing alerts body from \"\" failed, because json: cannot unmarshal object into Go value of type models.PostableAlerts")]
    [InlineData("[{}]", 422, "0.labels in body is required")]
    [InlineData("""[{"labels":{"a":"x"},"generatorURL":"::"}]""", 422, "0.generatorURL in body must be of type uri: \"::\"")]
    [InlineData("""[{"labels":{}}]""", 400, "at least one label pair required")]
    [InlineData("""[{"labels":{"a":"x"},"startsAt":"2096-01-01T00:00:00Z","endsAt":"2095-01-01T00:00:00Z"}]""", 400, "start time must be before end time")]
    public async Task An_alert_that_is_not_valid_is_refused(string body, int status, string why)
    {
        var reply = await _peer.SendAsync("POST", "alerts", body);
        Assert.Equal((status, why), (reply.Status, reply.Json is JsonObject framework ? (string)framework["message"]! : (string)reply.Json!));
    }

    [Fact]
    public async Task An_unknown_path_is_told_by_the_framework()
    {
        var reply = await _peer.SendAsync("GET", "nothing");
        Assert.Equal((404, """{"code":404,"message":"path /api/v2/nothing was not found"}"""), (reply.Status, reply.Json.ToJsonString()));
    }

    [Theory]
    [InlineData("PUT", "silences", "GET", "POST")]
    [InlineData("DELETE", "alerts", "GET", "POST")]
    [InlineData("POST", "status", "GET")]
    [InlineData("POST", "silence/" + Nowhere, "DELETE", "GET")]
    public async Task A_method_that_a_path_has_not_is_405_with_those_it_has_in_any_order(string method, string path, params string[] allowed)
    {
        var reply = await _peer.SendAsync(method, path);
        var message = (string)reply.Json["message"]!;

        Assert.Equal((405, 405), (reply.Status, (int)reply.Json["code"]!));
        Assert.StartsWith($"method {method} is not allowed, but [", message, StringComparison.Ordinal);
        Assert.Equal(allowed, message.Split('[', ']')[1].Split(',').Order(StringComparer.Ordinal));
        Assert.Equal(allowed, reply.Headers["Allow"].Split(',', StringSplitOptions.TrimEntries).Order(StringComparer.Ordinal));
    }

    // The filter with which a list is asked for what one test made.
    private async Task<JsonArray> ListAsync(string matcher, string more = "")
    {
        var wanted = JsonNode.Parse(matcher)!;
        return (await _peer.SendAsync("GET", $"silences?filter={Uri.EscapeDataString($"{wanted["name"]}=\"{wanted["value"]}\"")}{more}")).Json.AsArray();
    }

    private static string FingerprintOf(params (string Name, string Value)[] labels)
    {
        var hash = 14695981039346656037UL;
        foreach (var one in Encoding.UTF8.GetBytes(string.Concat(labels.Select(label => $"{label.Name}\u0001{label.Value}\u0001"))))
            hash = unchecked((hash ^ (one == 1 ? 0xffu : one)) * 1099511628211UL);
        return hash.ToString("x16", CultureInfo.InvariantCulture);
    }
}

public sealed class AlertmanagerEmulatedAs025(Emulated025 peer) : AlertmanagerContract<Emulated025>(peer);

public sealed class AlertmanagerEmulatedAs028(Emulated028 peer) : AlertmanagerContract<Emulated028>(peer);

public sealed class AlertmanagerEmulatedAs034(Emulated034 peer) : AlertmanagerContract<Emulated034>(peer);

public sealed class AlertmanagerReal(RealPeer peer) : AlertmanagerContract<RealPeer>(peer);

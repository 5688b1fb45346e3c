using System.Net.Http.Headers;
using PlatformOps.Lab.Wire;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Services.Alertmanager;

/// <summary>Prometheus Alertmanager's API v2 (api/v2/openapi.yaml), below a route prefix and with Basic authentication (exporter-toolkit's web configuration).</summary>
internal sealed class AlertmanagerService : ILabService
{
    private const string Receiver = "ops";

    /// <summary>What the answers are computed by; a real Alertmanager that is started with it answers the same.</summary>
    private const string Configuration = $"""
        global:
          resolve_timeout: 5m
        route:
          receiver: {Receiver}
          group_by:
          - alertname
        inhibit_rules:
        - source_matchers:
          - alertname="{AlertBoard.InhibitingAlert}"
          target_matchers:
          - severity="warning"
          equal:
          - instance
        receivers:
        - name: {Receiver}
        templates: []

        """;

    private static readonly string[] True = ["true", "1", "yes", "ok", "y", "on", "selected", "checked", "t", "enabled"];
    private readonly LabContext _lab;
    private readonly AlertmanagerVersion _version;
    private readonly SilenceStore _silences;
    private readonly AlertBoard _alerts;
    private readonly DateTimeOffset _started;

    public AlertmanagerService(LabContext lab)
    {
        _lab = lab;
        _version = AlertmanagerVersion.Parse(lab.Options.AlertmanagerVersion);
        _silences = new SilenceStore(lab, _version);
        _alerts = new AlertBoard(lab, _version);
        _started = lab.Clock.Now;
    }

    public string Name => "alertmanager";

    public string Prefix => "/alertmanager";

    public IReadOnlyList<string> ApiRoots { get; } = ["/api/v2"];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.On("GET", "/", call => Authorized(call, _ => Answer.Html(200, "<html><head><title>Alertmanager</title></head><body></body></html>")));
        foreach (var probe in new[] { "/-/healthy", "/-/ready" })
            routes.On("GET", probe, call => Authorized(call, _ => Plain(200, "OK")));
        On("GET", "/status", _ => Answer.Ok(Status()));
        On("GET", "/receivers", _ => Answer.Ok(new JsonArray(new JsonObject { ["name"] = Receiver })));
        On("GET", "/silences", ListSilences);
        On("POST", "/silences", PostSilence);
        On("GET", "/silence/{id}", call => _silences.Find(IdOf(call)) is { } silence ? Answer.Ok(Row(silence)) : Answer.Empty(404));
        On("DELETE", "/silence/{id}", DeleteSilence);
        On("GET", "/alerts", ListAlerts);
        On("POST", "/alerts", PostAlerts);

        void On(string method, string pattern, Func<LabCall, Answer> handler) => routes.On(method, "/api/v2" + pattern, call => Headed(Authorized(call, handler)));
    }

    /// <summary>The hypervisors that a silence is about, and its id.</summary>
    public IEnumerable<string> TargetsOf(LabCall call)
    {
        var id = call.Route("id");
        IEnumerable<string> values = id.Length > 0
            ? _silences.Latest(id)?.Matchers.Select(matcher => matcher.Value) ?? []
            : (call.Json.Part("matchers") as JsonArray ?? []).Select(matcher => matcher.Text("value") ?? "").Concat(call.Queries("filter"));
        return [.. HostsIn(values), id];
    }

    public Answer Unrouted(LabCall call, bool pathKnown) => Headed(Authorized(call, _ =>
    {
        var path = call.Path[Prefix.Length..];
        if (!path.StartsWith("/api/v2/", Ordinal))
            return Plain(404, "404 page not found\n");
        if (!pathKnown)
            return AlertmanagerErrors.Framework(404, 404, $"path {path} was not found");
        var methods = path.StartsWith("/api/v2/silence/", Ordinal) ? "DELETE,GET" : path is "/api/v2/silences" or "/api/v2/alerts" ? "GET,POST" : "GET";
        return AlertmanagerErrors.Framework(405, 405, $"method {call.Method} is not allowed, but [{methods}] are").With("Allow", methods);
    }));

    public Answer Failure(int status, string message) => AlertmanagerErrors.Text(status, message);

    /// <summary>The password is good again when the fault is gone.</summary>
    public Answer TokenExpired(LabCall call) => Unauthorized();

    private static Answer Plain(int status, string text) => new(status) { Body = Encoding.UTF8.GetBytes(text), ContentType = "text/plain; charset=utf-8" };

    private static Answer Unauthorized() => Plain(401, "Unauthorized\n").With("WWW-Authenticate", "Basic");

    private static string Time(DateTimeOffset time)
        => time.ToString(time.Offset == TimeSpan.Zero ? "yyyy-MM-ddTHH:mm:ss.fff'Z'" : "yyyy-MM-ddTHH:mm:ss.fffzzz", CultureInfo.InvariantCulture);

    private static string IdOf(LabCall call)
    {
        var id = call.Route("id");
        return Guid.TryParseExact(id, "D", out _) ? id.ToLowerInvariant() : throw AlertmanagerErrors.Invalid(601, $"silenceID in path must be of type uuid: \"{id}\"");
    }

    private static bool Flag(LabCall call, string name) => call.Query(name) is not { } text || True.Contains(text.ToLowerInvariant());

    private static JsonObject Texts(IReadOnlyDictionary<string, string> texts) => new(texts.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));

    private Answer Headed(Answer answer) => (_version.KnowsMissingSilences ? answer.With("Cache-Control", "no-store") : answer).With("Vary", "Origin");

    private Answer Authorized(LabCall call, Func<LabCall, Answer> handler)
    {
        var expected = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{AlertData.UserName}:{_lab.World.Alerts.Password}"));
        if (!AuthenticationHeaderValue.TryParse(call.Header("Authorization"), out var given) || !given.Scheme.Equals("Basic", OrdinalIgnoreCase) || given.Parameter != expected)
            return Unauthorized();
        try
        {
            return handler(call);
        }
        catch (Refusal refusal)
        {
            return refusal.Answer;
        }
    }

    private JsonObject Status()
    {
        // Who lags behind belongs to a cluster.
        var isCluster = _lab.Options.AlertmanagerReadLag > TimeSpan.Zero;
        var cluster = new JsonObject
        {
            ["peers"] = isCluster ? JsonText.Array(new[] { "01HZ7Q4M3T8V6XKJ2N5R9WYBCD", "01HZ7Q4M5A1C3E5G7J9L2N4P6R" }.Select((name, i) => (JsonNode)new JsonObject { ["address"] = $"10.20.0.{11 + i}:9094", ["name"] = name })) : new JsonArray(),
            ["status"] = isCluster ? "ready" : "disabled",
        };
        if (isCluster)
            cluster["name"] = "01HZ7Q4M3T8V6XKJ2N5R9WYBCD";
        return new JsonObject
        {
            ["cluster"] = cluster,
            ["config"] = new JsonObject { ["original"] = Configuration },
            ["uptime"] = Time(_started),
            ["versionInfo"] = new JsonObject
            {
                ["branch"] = "HEAD", ["buildDate"] = "20250101-00:00:00", ["buildUser"] = "lab", ["goVersion"] = "go1.23.0", ["revision"] = "lab", ["version"] = _version.Full,
            },
        };
    }

    private Answer ListSilences(LabCall call)
    {
        var filters = call.Queries("filter").Select(text => FilterGrammar.Parse(text, _version).ToString()).ToList();
        var now = _lab.Clock.Now;
        // A filter is not matched with labels here: a silence passes that has the very same matchers.
        return Answer.Ok(JsonText.Array(_silences.Sorted(silence =>
            (!_version.ListsByState || Flag(call, silence.StateAt(now))) && filters.TrueForAll(filter => silence.Matchers.Any(matcher => matcher.ToString() == filter))).Select(Row)));
    }

    private Answer PostSilence(LabCall call)
    {
        var given = PostBody.ReadSilence(call, _version);
        if (_version.HasMatcherSets)
            given = given with { StartsAt = given.StartsAt.ToUniversalTime(), EndsAt = given.EndsAt.ToUniversalTime() };
        var id = _silences.Set(given);
        call.Wrote(Target(given.Matchers, id), $"{(id == given.Id ? "changed" : "made")} {id} {{{string.Join(", ", given.Matchers)}}} until {Time(given.EndsAt)}: {given.Comment}");
        return Answer.Ok(new JsonObject { ["silenceID"] = id });
    }

    private Answer DeleteSilence(LabCall call)
    {
        var id = IdOf(call);
        var before = _silences.Latest(id)?.StateAt(_lab.Clock.Now);
        if (!_silences.Expire(id))
            return _version.KnowsMissingSilences ? Answer.Empty(404) : AlertmanagerErrors.Text(500, "silence not found");
        if (before != "expired")
            call.Wrote(Target(_silences.Latest(id)!.Matchers, id), $"expired {id}");
        return Answer.Empty(200);
    }

    private Answer ListAlerts(LabCall call)
    {
        var filters = call.Queries("filter").Select(text => FilterGrammar.Parse(text, _version)).ToList();
        if (call.Query("receiver") is { } receiver)
        {
            var pattern = $"^(?:{receiver})$";
            if (GoRegex.Fault(pattern) is { } fault)
                throw AlertmanagerErrors.Bad($"failed to parse receiver param: {fault}");
            if (!new LabelMatcher("", receiver, IsRegex: true, IsEqual: true).Matches(Receiver))
                return Answer.Ok(new JsonArray());
        }

        var (silenced, inhibited, active) = (Flag(call, "silenced"), Flag(call, "inhibited"), Flag(call, "active"));
        var now = _lab.Clock.Now;
        var firing = _alerts.Firing();
        var silences = _silences.All().Where(silence => silence.StateAt(now) == "active").ToList();
        List<JsonNode?> rows = [];
        foreach (var alert in firing.Where(alert => filters.TrueForAll(filter => filter.Matches(alert.Labels))))
        {
            var silencedBy = silences.Where(silence => silence.Matchers.All(matcher => matcher.Matches(alert.Labels))).Select(silence => silence.Id).Order(StringComparer.Ordinal).ToList();
            var inhibitedBy = AlertBoard.Inhibiting(alert, firing).ToList();
            var isActive = silencedBy.Count == 0 && inhibitedBy.Count == 0;
            if ((isActive && !active) || (silencedBy.Count > 0 && !silenced) || (inhibitedBy.Count > 0 && !inhibited))
                continue;
            rows.Add(Row(alert, silencedBy, inhibitedBy));
        }

        return Answer.Ok(JsonText.Array(rows));
    }

    private Answer PostAlerts(LabCall call)
    {
        var alerts = PostBody.ReadAlerts(call, _version);
        var fault = _alerts.Put(alerts);
        return fault is null ? Answer.Empty(200) : AlertmanagerErrors.Text(400, fault);
    }

    private JsonObject Row(AlertSilence silence)
    {
        var row = new JsonObject
        {
            ["id"] = silence.Id,
            ["status"] = new JsonObject { ["state"] = silence.StateAt(_lab.Clock.Now) },
            ["updatedAt"] = Time(silence.UpdatedAt),
            ["comment"] = silence.Comment,
            ["createdBy"] = silence.CreatedBy,
            ["endsAt"] = Time(silence.EndsAt),
            ["matchers"] = JsonText.Array(silence.Matchers.Select(matcher => (JsonNode)new JsonObject { ["isEqual"] = matcher.IsEqual, ["isRegex"] = matcher.IsRegex, ["name"] = matcher.Name, ["value"] = matcher.Value })),
            ["startsAt"] = Time(silence.StartsAt),
        };
        if (_version.HasMatcherSets)
            row["annotations"] = Texts(silence.Annotations);
        return row;
    }

    private JsonObject Row(FiringAlert alert, List<string> silencedBy, List<string> inhibitedBy)
    {
        var status = new JsonObject
        {
            ["inhibitedBy"] = JsonText.Strings(inhibitedBy),
            ["silencedBy"] = JsonText.Strings(silencedBy),
            ["state"] = silencedBy.Count + inhibitedBy.Count > 0 ? "suppressed" : "active",
        };
        if (_version.TellsMuting)
            status["mutedBy"] = new JsonArray();
        var row = new JsonObject
        {
            ["annotations"] = Texts(alert.Annotations),
            ["endsAt"] = Time(alert.EndsAt),
            ["fingerprint"] = alert.Fingerprint,
            ["receivers"] = new JsonArray(new JsonObject { ["name"] = Receiver }),
            ["startsAt"] = Time(alert.StartsAt),
            ["status"] = status,
            ["updatedAt"] = Time(alert.UpdatedAt),
            ["labels"] = Texts(alert.Labels),
        };
        if (alert.GeneratorUrl is not null)
            row["generatorURL"] = alert.GeneratorUrl;
        return row;
    }

    private string Target(IReadOnlyList<LabelMatcher> matchers, string id) => HostsIn(matchers.Select(matcher => matcher.Value)).FirstOrDefault() ?? id;

    // Names in regular expressions have their dots escaped.
    private IEnumerable<string> HostsIn(IEnumerable<string> values)
    {
        var texts = values.Select(value => value.Replace("\\", "", Ordinal)).ToList();
        return _lab.World.Hypervisors.Select(hypervisor => hypervisor.Fqdn).Where(name => texts.Exists(text => text.Contains(name, OrdinalIgnoreCase)));
    }
}

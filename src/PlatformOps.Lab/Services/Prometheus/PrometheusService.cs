using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using PlatformOps.Lab.Wire;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Services.Prometheus;

/// <summary>As much of Prometheus as tells whether a machine is scraped: instant queries of <c>up</c> and constants (documentation: HTTP API).</summary>
internal sealed partial class PrometheusService(LabContext lab) : ILabService
{
    private static readonly (string Job, int Port)[] Jobs = [("libvirt", 9177), ("node", 9100)];

    public string Name => "prometheus";

    public string Prefix => "/prometheus";

    public IReadOnlyList<string> ApiRoots { get; } = ["/api/v1"];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.On("GET", "/-/healthy", _ => new Answer(200) { Body = "Prometheus Server is Healthy.\n"u8.ToArray(), ContentType = "text/plain; charset=utf-8" });
        On("GET", "/api/v1/status/buildinfo", _ => Success(new JsonObject
        {
            ["version"] = "2.53.3", ["revision"] = "9ad1ad3fc7ba6fa1ac0b2a2d8de4f3d4a0a7d9b5", ["branch"] = "HEAD", ["buildUser"] = "lab", ["buildDate"] = "20241104-12:00:00", ["goVersion"] = "go1.22.8",
        }));
        On("GET", "/api/v1/query", call => Query(call.Query("query"), call.Query("time")));
        On("POST", "/api/v1/query", call =>
        {
            var form = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(Encoding.UTF8.GetString(call.Body));
            return Query(form.TryGetValue("query", out var query) ? query[0] : call.Query("query"), form.TryGetValue("time", out var time) ? time[0] : call.Query("time"));
        });

        void On(string method, string pattern, Func<LabCall, Answer> handler) => routes.On(method, pattern, call =>
        {
            Authorize(call);
            return handler(call);
        });
    }

    public IEnumerable<string> TargetsOf(LabCall call) => lab.World.Hypervisors.Where(hypervisor => (call.Query("query") ?? "").Replace("\\", "", Ordinal).Contains(hypervisor.Fqdn, Ordinal)).Select(hypervisor => hypervisor.Fqdn);

    public Answer Unrouted(LabCall call, bool pathKnown) => pathKnown ? Answer.Empty(405) : new Answer(404) { Body = "404 page not found\n"u8.ToArray(), ContentType = "text/plain; charset=utf-8" };

    public Answer Failure(int status, string message) => Error(status, status == 503 ? "unavailable" : "internal", message);

    public Answer TokenExpired(LabCall call) => Unauthorized();

    private static Answer Unauthorized() => new Answer(401) { Body = "Unauthorized\n"u8.ToArray(), ContentType = "text/plain; charset=utf-8" }.With("WWW-Authenticate", "Basic");

    private static Answer Success(JsonNode data) => Answer.Ok(new JsonObject { ["status"] = "success", ["data"] = data });

    private static Answer Error(int status, string type, string text) => Answer.Json(status, new JsonObject { ["status"] = "error", ["errorType"] = type, ["error"] = text });

    private void Authorize(LabCall call)
    {
        var wanted = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{lab.World.Prometheus.UserName}:{lab.World.Prometheus.Password}"));
        if (!AuthenticationHeaderValue.TryParse(call.Header("Authorization"), out var header) || !header.Scheme.Equals("Basic", OrdinalIgnoreCase) || header.Parameter != wanted)
            throw new Refusal(Unauthorized());
    }

    private Answer Query(string? query, string? time)
    {
        var at = time is null ? lab.Clock.Now.ToUnixTimeMilliseconds() / 1000.0
            : double.TryParse(time, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) ? seconds
            : throw new Refusal(Error(400, "bad_data", $"invalid parameter \"time\": cannot parse \"{time}\" to a valid timestamp"));
        if (string.IsNullOrWhiteSpace(query))
            throw new Refusal(Error(400, "bad_data", "invalid parameter \"query\": 1:1: parse error: no expression found in input"));
        if (Constant().Match(query) is { Success: true } constant)
        {
            var number = constant.Groups["number"].Value;
            return Success(constant.Groups["vector"].Success ? Vector([Sample([], at, number)]) : new JsonObject { ["resultType"] = "scalar", ["result"] = new JsonArray(at, number) });
        }

        if (SeriesSelector.TryParse(query) is not { } selector)
            throw new Refusal(Error(400, "bad_data", "invalid parameter \"query\": 1:1: parse error: the lab knows selectors, vector() and numbers"));
        try
        {
            return Success(Vector(Series().Where(series => selector.Matches(series.Labels)).Select(series => Sample(series.Labels, at, series.Value))));
        }
        catch (RegexParseException failure)
        {
            throw new Refusal(Error(400, "bad_data", $"invalid parameter \"query\": error parsing regexp: {failure.Message}"));
        }
    }

    private IEnumerable<(SortedDictionary<string, string> Labels, string Value)> Series() =>
        from hypervisor in lab.World.Hypervisors
        where hypervisor.IsScraped
        from job in Jobs
        select (
            new SortedDictionary<string, string>(StringComparer.Ordinal) { ["__name__"] = "up", ["instance"] = $"{hypervisor.Fqdn}:{job.Port}", ["job"] = job.Job },
            hypervisor is { IsUp: true, Reachable: true } ? "1" : "0");

    private static JsonObject Vector(IEnumerable<JsonObject> samples) => new() { ["resultType"] = "vector", ["result"] = JsonText.Array(samples) };

    private static JsonObject Sample(SortedDictionary<string, string> labels, double at, string value) => new()
    {
        ["metric"] = new JsonObject(labels.Select(label => KeyValuePair.Create(label.Key, (JsonNode?)label.Value))),
        ["value"] = new JsonArray(at, value),
    };

    [GeneratedRegex(@"\A\s*(?:(?<vector>vector)\s*\(\s*(?<number>\d+)\s*\)|(?<number>\d+))\s*\z")]
    private static partial Regex Constant();
}

using System.Text.Json;
using System.Text.RegularExpressions;

namespace PlatformOps.Lab.Wire;

/// <summary>One request to an emulated service, with its body already read.</summary>
internal sealed partial class LabCall
{
    private static readonly JsonDocumentOptions DocumentOptions = new() { MaxDepth = 64 };
    private readonly LabContext _lab;
    private readonly ILabService _service;
    private JsonNode? _json;
    private bool _parsed;

    public LabCall(HttpContext http, LabContext lab, ILabService service, byte[] body)
    {
        Http = http;
        _lab = lab;
        _service = service;
        Body = body;
        Path = http.Request.Path.Value ?? "/";
        var pattern = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        Name = $"{Method} {Relative(pattern is { Length: > 0 } ? Constraint().Replace(pattern, "{$1}") : Path)}";
        ActualName = $"{Method} {Relative(Path)}";
    }

    public HttpContext Http { get; }

    public byte[] Body { get; }

    /// <summary>The parts of the body; null where it is of another kind.</summary>
    public IReadOnlyList<FormPart>? Parts { get; init; }

    public string Path { get; }

    public string Method => Http.Request.Method;

    /// <summary>Method and route template: <c>PUT /os-services/{id}</c>.</summary>
    public string Name { get; }

    /// <summary>Method and the path as sent, below the service's root.</summary>
    public string ActualName { get; }

    public Answer? Answer { get; set; }

    /// <summary>The service's own notion of who is calling, set by its check of credentials.</summary>
    public object? Caller { get; set; }

    /// <summary>The body as JSON, or null when there is none or it is malformed.</summary>
    public JsonNode? Json
    {
        get
        {
            if (!_parsed)
            {
                _parsed = true;
                try
                {
                    _json = Body.Length == 0 ? null : JsonNode.Parse(Body, null, DocumentOptions);
                }
                catch (JsonException)
                {
                    _json = null;
                }
            }

            return _json;
        }
    }

    public string Route(string name) => Convert.ToString(Http.Request.RouteValues[name], CultureInfo.InvariantCulture) ?? "";

    public string? Query(string name) => Http.Request.Query.TryGetValue(name, out var values) && values.Count > 0 ? values[^1] : null;

    public IReadOnlyList<string> Queries(string name) =>
        Http.Request.Query.TryGetValue(name, out var values) ? [.. values.OfType<string>()] : [];

    public string? Header(string name) => Http.Request.Headers.TryGetValue(name, out var values) && values.Count > 0 ? values[0] : null;

    /// <summary>Records that this call changed something.</summary>
    public void Wrote(string target, string detail) => _lab.Journal.Wrote(_service.Name, Name, target, detail);

    [GeneratedRegex(@"\{(\w+):[^{}]*\}")]
    private static partial Regex Constraint();

    private string Relative(string path)
    {
        var rest = path.StartsWith(_service.Prefix, OrdinalIgnoreCase) ? path[_service.Prefix.Length..] : path;
        foreach (var root in _service.ApiRoots)
        {
            if (rest.StartsWith(root, OrdinalIgnoreCase) && (rest.Length == root.Length || rest[root.Length] == '/'))
            {
                rest = rest[root.Length..];
                break;
            }
        }

        rest = rest.TrimEnd('/');
        return rest.Length == 0 ? "/" : rest.StartsWith('/') ? rest : "/" + rest;
    }
}

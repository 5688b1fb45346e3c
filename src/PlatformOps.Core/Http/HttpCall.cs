using System.Text.Json;

namespace PlatformOps.Core.Http;

/// <summary>One call as a client means it: what it is for, what it sends, and whether it may be sent twice.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">Relative to the service's base address; an absolute URL of the same origin is allowed (a page's <c>next</c>).</param>
internal sealed record HttpCall(HttpMethod Method, string Path)
{
    /// <summary>What the call is for, as the start of an error: <c>disable nova-compute on hv1</c>.</summary>
    public required string What { get; init; }

    /// <summary>The query; parameters without a value are left out.</summary>
    public IReadOnlyList<(string Name, string? Value)> Query { get; init; } = [];

    /// <summary>Written as the JSON body.</summary>
    public object? Json { get; init; }

    /// <summary>Makes a body that is not JSON, anew for each try.</summary>
    public Func<HttpContent>? Content { get; init; }

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Statuses that are answers to the client, not errors.</summary>
    public IReadOnlyList<int> Accept { get; init; } = [];

    /// <summary>Changes nothing, whatever its method: a search by POST, a token.</summary>
    public bool Reads { get => field || Method == HttpMethod.Get || Method == HttpMethod.Head; init; }

    /// <summary>Whether sending it twice has the effect of sending it once. By default what HTTP says of the method (RFC 9110, 9.2.2).</summary>
    public bool IsRepeatable { get => _isRepeatable ?? (Reads || Method == HttpMethod.Put || Method == HttpMethod.Delete); init => _isRepeatable = value; }

    /// <summary>Whether an answer with a body must be JSON; otherwise it may be anything but an HTML page.</summary>
    public bool ExpectsJson { get; init; } = true;

    private readonly bool? _isRepeatable;

    public static HttpCall Get(string path, string what, params (string Name, string? Value)[] query) => new(HttpMethod.Get, path) { What = what, Query = query };

    public static HttpCall Post(string path, string what, object? json) => new(HttpMethod.Post, path) { What = what, Json = json };

    public static HttpCall Put(string path, string what, object? json) => new(HttpMethod.Put, path) { What = what, Json = json };

    public static HttpCall Patch(string path, string what, object? json) => new(HttpMethod.Patch, path) { What = what, Json = json };

    public static HttpCall Delete(string path, string what) => new(HttpMethod.Delete, path) { What = what };

    internal HttpContent? MakeContent(JsonSerializerOptions options)
    {
        if (Content is not null)
            return Content();
        if (Json is null)
            return null;
        var body = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(Json, Json.GetType(), options));
        body.Headers.ContentType = new("application/json");
        return body;
    }
}

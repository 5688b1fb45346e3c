using System.Net;
using System.Text;
using System.Text.Json;

namespace PlatformOps.TestKit;

/// <summary>A server made of prepared answers, behind an HttpMessageHandler: records every request, and fails the test on one that nobody prepared.</summary>
public sealed class ScriptedHandler : HttpMessageHandler
{
    private readonly object _lock = new();
    private readonly List<SentRequest> _requests = [];
    private readonly List<Route> _routes = [];
    private int _hangs;

    /// <summary>How many requests were left without an answer so far: a test knows by it when to let a deadline pass.</summary>
    public int Hangs => Volatile.Read(ref _hangs);

    /// <summary>Every request so far, in order.</summary>
    public IReadOnlyList<SentRequest> Requests
    {
        get
        {
            lock (_lock)
                return [.. _requests];
        }
    }

    /// <summary>Every request as <c>METHOD /path?query</c>.</summary>
    public IReadOnlyList<string> Lines => [.. Requests.Select(request => request.Line)];

    /// <summary>Those that are neither GET, HEAD nor OPTIONS.</summary>
    public IReadOnlyList<SentRequest> Writes => [.. Requests.Where(request => request.Method is not ("GET" or "HEAD" or "OPTIONS"))];

    /// <summary>Forgets the requests so far.</summary>
    public void Forget()
    {
        lock (_lock)
            _requests.Clear();
    }

    /// <summary>Answers a request: <c>METHOD /path</c> with any query, or <c>METHOD /path?query</c> with this one. Several answers are given in turn, the last for good. Later routes win.</summary>
    public ScriptedHandler On(string line, params ScriptedReply[] replies)
    {
        var left = new Queue<ScriptedReply>(replies);
        return On(line, _ =>
        {
            lock (left)
                return left.Count > 1 ? left.Dequeue() : left.Peek();
        });
    }

    /// <inheritdoc cref="On(string, ScriptedReply[])"/>
    public ScriptedHandler On(string line, Func<SentRequest, ScriptedReply> reply)
    {
        lock (_lock)
            _routes.Add(new Route(line, reply));
        return this;
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var headers = request.Headers.Concat(request.Content?.Headers ?? Enumerable.Empty<KeyValuePair<string, IEnumerable<string>>>())
            .ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        var sent = new SentRequest
        {
            Method = request.Method.Method,
            Url = request.RequestUri!,
            Headers = headers,
            Body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken),
        };
        Route? route;
        lock (_lock)
        {
            _requests.Add(sent);
            route = _routes.LastOrDefault(candidate => candidate.Matches(sent));
        }

        if (route is null)
            throw new InvalidOperationException($"No answer was prepared for {sent.Line}");
        var reply = route.Reply(sent);
        if (reply.IsHang)
            Interlocked.Increment(ref _hangs);
        return await reply.MakeAsync(request, cancellationToken);
    }

    private sealed record Route(string Line, Func<SentRequest, ScriptedReply> Reply)
    {
        public bool Matches(SentRequest request) => Line == (Line.Contains('?', StringComparison.Ordinal) ? request.Line : request.Line.Split('?')[0]);
    }
}

/// <summary>A request as it was sent.</summary>
public sealed record SentRequest
{
    /// <summary>The method in capitals.</summary>
    public required string Method { get; init; }

    /// <summary>The whole address.</summary>
    public required Uri Url { get; init; }

    /// <summary>Its headers and its body's.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>Its body as text.</summary>
    public required string Body { get; init; }

    /// <summary><c>METHOD /path?query</c>, the query unescaped.</summary>
    public string Line => $"{Method} {Url.AbsolutePath}{Uri.UnescapeDataString(Url.Query)}";

    /// <summary>The body as JSON.</summary>
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>A header, or null.</summary>
    public string? Header(string name) => Headers.GetValueOrDefault(name);
}

/// <summary>A prepared answer.</summary>
public sealed class ScriptedReply
{
    private readonly Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> _make;

    internal bool IsHang { get; private init; }

    private ScriptedReply(Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> make) => _make = make;

    /// <summary>JSON: an object to write, or a text that is JSON already.</summary>
    public static ScriptedReply Json(int status, object? body, params (string Name, string Value)[] headers)
        => Text(status, "application/json", body as string ?? JsonSerializer.Serialize(body), headers);

    /// <summary>200 with JSON.</summary>
    public static ScriptedReply Ok(object? body, params (string Name, string Value)[] headers) => Json(200, body, headers);

    /// <summary>A status without a body.</summary>
    public static ScriptedReply Status(int status, params (string Name, string Value)[] headers) => new((_, _) =>
    {
        var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new ByteArrayContent([]) };
        Add(response, headers);
        return Task.FromResult(response);
    });

    /// <summary>Any text.</summary>
    public static ScriptedReply Text(int status, string contentType, string body, params (string Name, string Value)[] headers) => new((_, _) =>
    {
        var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        response.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        Add(response, headers);
        return Task.FromResult(response);
    });

    /// <summary>A body that is read from a stream, however long it is.</summary>
    public static ScriptedReply Stream(int status, Func<Stream> body) => new((_, _) =>
    {
        var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new StreamContent(body()) };
        response.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        return Task.FromResult(response);
    });

    /// <summary>Nothing was sent: the connection is refused.</summary>
    public static ScriptedReply Refused() => Throw(() => new HttpRequestException(HttpRequestError.ConnectionError, "Connection refused"));

    /// <summary>It was sent, and the connection broke without an answer.</summary>
    public static ScriptedReply Reset() => Throw(() => new HttpRequestException(HttpRequestError.ResponseEnded, "The response ended prematurely."));

    /// <summary>Throws instead of answering.</summary>
    public static ScriptedReply Throw(Func<Exception> exception) => new((_, _) => Task.FromException<HttpResponseMessage>(exception()));

    /// <summary>Never answers.</summary>
    public static ScriptedReply Hang() => new(async (_, cancellationToken) =>
    {
        await Task.Delay(Timeout.Infinite, cancellationToken);
        throw new InvalidOperationException();
    }) { IsHang = true };

    /// <summary>Answers once the gate is opened.</summary>
    public ScriptedReply After(Task gate) => new(async (request, cancellationToken) =>
    {
        await gate.WaitAsync(cancellationToken);
        return await _make(request, cancellationToken);
    });

    internal Task<HttpResponseMessage> MakeAsync(HttpRequestMessage request, CancellationToken cancellationToken) => _make(request, cancellationToken);

    private static void Add(HttpResponseMessage response, (string Name, string Value)[] headers)
    {
        foreach (var (name, value) in headers)
        {
            if (!response.Headers.TryAddWithoutValidation(name, value))
                response.Content.Headers.TryAddWithoutValidation(name, value);
        }
    }
}

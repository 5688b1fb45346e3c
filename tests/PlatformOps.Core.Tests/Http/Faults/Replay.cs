using System.Net;
using System.Text;

namespace PlatformOps.Core.Tests.Http.Faults;

/// <summary>The lab's answers again, from memory and on a fake clock, with something wrong at one of them.</summary>
/// <param name="recorded">What was said when nothing went wrong.</param>
/// <param name="clock">Moves on while an answer is waited for.</param>
internal sealed class Replay(IReadOnlyList<Exchange> recorded, FakeTimeProvider clock) : HttpMessageHandler
{
    public const int RetryAfterSeconds = 7;
    public const string NotRecorded = "A request that was not recorded: ";
    private const long Gigabyte = 1L << 30;
    private readonly object _lock = new();
    private int _next;

    /// <summary>Answers instead of the lab: null where it does not.</summary>
    public Func<Exchange, int, CancellationToken, Task<HttpResponseMessage?>> Instead { get; init; } = (_, _, _) => Task.FromResult<HttpResponseMessage?>(null);

    /// <summary>What came, in order, when, and which of the recorded it is.</summary>
    public List<(HttpRequestMessage Request, int Index, TimeSpan At)> Requests { get; } = [];

    /// <summary>The most that was read of a body without an end.</summary>
    public long MostRead { get; private set; }

    /// <summary>How often one of the recorded was asked for.</summary>
    public int CountOf(int index) => Requests.Count(request => request.Index == index);

    /// <summary>One faulty answer.</summary>
    public async Task<HttpResponseMessage?> FaultAsync(HttpFaultKind kind, Exchange exchange, CancellationToken cancellationToken)
    {
        switch (kind)
        {
            case HttpFaultKind.Status500:
                return Status(HttpStatusCode.InternalServerError);
            case HttpFaultKind.Status502:
                return Status(HttpStatusCode.BadGateway);
            case HttpFaultKind.Status503:
                return Status(HttpStatusCode.ServiceUnavailable);
            case HttpFaultKind.TooMany:
                var busy = Status(HttpStatusCode.TooManyRequests);
                busy.Headers.TryAddWithoutValidation("Retry-After", RetryAfterSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture));
                return busy;
            case HttpFaultKind.Reset:
                throw new HttpRequestException(HttpRequestError.ResponseEnded, "The response ended prematurely.");
            case HttpFaultKind.ResetInBody:
                return Streamed(exchange, (_, _) => throw new IOException("Connection reset by peer"));
            case HttpFaultKind.Slow:
                await PassAsync(Task.Delay(TimeSpan.FromSeconds(30), clock, cancellationToken));
                return null;
            case HttpFaultKind.HalfOpen:
                await PassAsync(Task.Delay(Timeout.Infinite, cancellationToken));
                return null;
            case HttpFaultKind.HalfOpenInBody:
                return Streamed(exchange, async (_, stop) =>
                {
                    await PassAsync(Task.Delay(Timeout.Infinite, stop));
                    return 0;
                });
            case HttpFaultKind.TruncatedJson:
                return Page((HttpStatusCode)exchange.Status, "application/json", "{\"a\": [1, {\"b\": \"c");
            case HttpFaultKind.LoginPage:
                return Page(HttpStatusCode.OK, "text/html; charset=utf-8", "<!DOCTYPE html><html><head><title>Sign in</title></head><body><form></form></body></html>");
            case HttpFaultKind.WrongContentType:
                return Page((HttpStatusCode)exchange.Status, "text/plain", exchange.Body.Length == 0 ? "ok" : exchange.Text);
            case HttpFaultKind.RedirectElsewhere:
                var elsewhere = Status(HttpStatusCode.Found);
                elsewhere.Headers.Location = new Uri("https://evil.example/" + exchange.Url.AbsolutePath);
                return elsewhere;
            case HttpFaultKind.Huge:
                var announced = Streamed(exchange, Spaces);
                announced.Content.Headers.ContentLength = Gigabyte;
                return announced;
            default:
                return Streamed(exchange, Spaces);
        }

        ValueTask<int> Spaces(Memory<byte> buffer, CancellationToken stop)
        {
            buffer.Span.Fill((byte)' ');
            return ValueTask.FromResult(buffer.Length);
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content is not null)
            await request.Content.LoadIntoBufferAsync(cancellationToken);
        int index;
        lock (_lock)
        {
            index = Find(request);
            Requests.Add((request, index, clock.Elapsed));
        }

        if (await Instead(recorded[index], index, cancellationToken) is { } fault)
            return fault;
        lock (_lock)
            _next = Math.Max(_next, index + 1);
        return recorded[index].Answer();
    }

    // The next that is due; or, where something is asked for again, what it was answered with before.
    private int Find(HttpRequestMessage request)
    {
        var due = Enumerable.Range(_next, recorded.Count - _next).Concat(Enumerable.Range(0, _next).Reverse()).Where(index => recorded[index].Method == request.Method.Method && recorded[index].Url == request.RequestUri).ToList();
        return due.Count > 0 ? due[0] : throw new InvalidOperationException($"{NotRecorded}{request.Method} {request.RequestUri}");
    }

    // Until whoever waits gives up, or it is over.
    private async Task PassAsync(Task waiting)
    {
        while (!waiting.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(5));
            await Task.Yield();
        }

        await waiting;
    }

    private HttpResponseMessage Streamed(Exchange exchange, Func<Memory<byte>, CancellationToken, ValueTask<int>> then)
    {
        var body = new BrokenStream(exchange.Body[..(exchange.Body.Length / 2)], then, read => MostRead = Math.Max(MostRead, read));
        var response = exchange.With(new StreamContent(body), exchange.Status is 204 or 205 ? 200 : exchange.Status);
        if (response.Content.Headers.ContentType is null)
            response.Content.Headers.ContentType = new("application/json");
        return response;
    }

    private static HttpResponseMessage Status(HttpStatusCode status) => new(status) { Content = new ByteArrayContent([]) };

    private static HttpResponseMessage Page(HttpStatusCode status, string type, string body)
    {
        var response = new HttpResponseMessage(status == HttpStatusCode.NoContent ? HttpStatusCode.OK : status) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        response.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        return response;
    }
}

using System.Net;
using PlatformOps.Core.Http;
using PlatformOps.Core.Ssh;
using PlatformOps.Core.Tests.Http.Faults;
using PlatformOps.Errors;

namespace PlatformOps.Core.Tests.Http;

/// <summary>However much comes, at most 32 MB of it are held.</summary>
[Collection(nameof(Alone))]
public sealed class HostileSizeTests
{
    private const long Most = 32_000_000;
    private const int Mebibyte = 1024 * 1024;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(200, "application/json", false)]
    [InlineData(200, "text/plain", false)]
    [InlineData(500, "text/html", false)]
    [InlineData(200, "application/json", true)]
    public async Task Of_an_answer_without_an_end(int status, string type, bool isAnnounced)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        long most = 0, looked = 0;
        using var http = Make(() => new BrokenStream([], (buffer, _) =>
        {
            buffer.Span.Fill((byte)'x');
            return ValueTask.FromResult(buffer.Length);
        }, read =>
        {
            if (read - looked < Mebibyte)
                return;
            looked = read;
            most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
        }), status, type, isAnnounced ? 15 * Mebibyte : null);

        await Assert.ThrowsAsync<ServiceException>(() => http.SendAsync(HttpCall.Get("thing", "read the thing"), Token));

        Assert.InRange(most, long.MinValue, Most);
        Assert.InRange(looked, Mebibyte, 17 * Mebibyte);
    }

    [Fact]
    public async Task Of_an_answer_that_is_announced_and_does_not_come()
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        long held = 0;
        using var http = Make(() => new BrokenStream([], (_, _) =>
        {
            held = Math.Max(held, GC.GetTotalMemory(forceFullCollection: true) - before);
            throw new IOException("Connection reset by peer");
        }, _ => { }), 200, "application/json", 15 * Mebibyte);

        await Assert.ThrowsAsync<ServiceException>(() => http.SendAsync(HttpCall.Get("thing", "read the thing"), Token));

        Assert.InRange(held, long.MinValue, 2 * Mebibyte);
    }

    [Fact]
    public void Of_the_output_of_a_command_without_an_end()
    {
        var piece = new byte[64 * 1024];
        Array.Fill(piece, (byte)'x');
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var collector = new OutputCollector(new SshCommand(["yes"]), TimeProvider.System);
        long most = 0;
        for (var given = 0; given < 64 * Mebibyte; given += piece.Length)
        {
            collector.Add(isError: false, piece);
            if (given % (4 * Mebibyte) == 0)
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
        }

        Assert.Equal(48 * Mebibyte, collector.Dropped().DroppedBytes);
        Assert.InRange(most, long.MinValue, Most);
    }

    private static HttpService Make(Func<Stream> body, int status, string type, long? announced) => new(new HttpServiceOptions
    {
        Service = "service",
        BaseAddress = new Uri("http://service.test/api"),
        Time = new FakeTimeProvider { AutoAdvance = TimeSpan.FromSeconds(20) },
        Handler = new Server(() =>
        {
            var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new StreamContent(body()) };
            response.Content.Headers.TryAddWithoutValidation("Content-Type", type);
            response.Content.Headers.ContentLength = announced;
            return response;
        }),
    });

    private sealed class Server(Func<HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(answer());
    }
}

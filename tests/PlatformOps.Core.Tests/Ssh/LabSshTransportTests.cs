using System.Net;
using System.Text;
using System.Text.Json;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;

namespace PlatformOps.Core.Tests.Ssh;

public sealed class LabSshTransportTests : IDisposable
{
    private const string HostKeyLine = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMmUxORU+S4nFJF/D46jzjkxs5ge4LUEa+j3WCe/dLV7";

    private readonly TemporaryFolder _folder = new();
    private readonly List<(string Path, string Body)> _requests = [];
    private Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> _run = (_, _) => Task.FromResult(Lines("""{"type":"exit","status":0}"""));
    private string? _hostKey = HostKeyLine;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_command_goes_as_one_quoted_string_with_key_variables_and_input()
    {
        await using var ssh = await TransportAsync();
        var command = new SshCommand(["sh", "-c", "echo $A"]) { Environment = new Dictionary<string, string> { ["A"] = "b c" }, Input = "in"u8.ToArray() };

        await ssh.RunAsync(new SshHost("hv1", "root"), command, Stop);

        Assert.Equal("/lab/ssh/hostkey?host=hv1&port=22", _requests[0].Path);
        Assert.Equal("/lab/ssh/run", _requests[1].Path);
        var body = JsonDocument.Parse(_requests[1].Body).RootElement;
        Assert.Equal("hv1", body.GetProperty("host").GetString());
        Assert.Equal(22, body.GetProperty("port").GetInt32());
        Assert.Equal("root", body.GetProperty("user").GetString());
        Assert.Equal("ssh-ed25519 AAAA test", body.GetProperty("publicKey").GetString());
        Assert.Equal("sh -c 'echo $A'", body.GetProperty("command").GetString());
        Assert.Equal("b c", body.GetProperty("environment").GetProperty("A").GetString());
        Assert.Equal("aW4=", body.GetProperty("stdin").GetString());
    }

    [Fact]
    public async Task Output_streams_and_the_exit_status_is_the_last_line()
    {
        _run = (_, _) => Task.FromResult(Lines(Data("stdout", "a"), Data("stderr", "e"), Data("stdout", "b"), """{"type":"exit","status":3}"""));
        await using var ssh = await TransportAsync();
        var seen = new StringBuilder();

        var result = await ssh.RunAsync(new SshHost("hv1"), new SshCommand(["x"]) { OnOutput = o => seen.Append(o.IsError ? "!" : "").Append(Encoding.UTF8.GetString(o.Data.Span)) }, Stop);

        Assert.Equal("a!eb", seen.ToString());
        Assert.Equal(3, result.ExitStatus);
        Assert.Equal("ab"u8.ToArray(), result.OutputBytes.ToArray());
        Assert.Equal("e"u8.ToArray(), result.ErrorBytes.ToArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData("""{"type":"stdout","data":"YQ=="}""")]
    [InlineData("""{"type":"stdout","data":"YQ==""")]
    [InlineData("""{"type":"exit","sta""")]
    [InlineData("""{"type":"exit"}""")]
    [InlineData("<html>")]
    [InlineData("""{"type":"exit","status":null}""")]
    public async Task A_stream_that_ends_without_an_exit_is_unknown(string text)
    {
        _run = (_, _) => Task.FromResult(Lines(text));
        await using var ssh = await TransportAsync();

        Assert.Null((await ssh.RunAsync(new SshHost("hv1"), new SshCommand(["x"]), Stop)).ExitStatus);
    }

    [Fact]
    public async Task A_connection_that_breaks_while_the_command_runs_is_unknown()
    {
        _run = (_, _) => throw new HttpRequestException("reset", new IOException("reset"));
        await using var ssh = await TransportAsync();

        Assert.Null((await ssh.RunAsync(new SshHost("hv1"), new SshCommand(["x"]), Stop)).ExitStatus);
    }

    [Theory]
    [InlineData("refused", false)]
    [InlineData("timeout", false)]
    [InlineData("unknown-host", false)]
    [InlineData("auth", true)]
    public async Task An_error_line_says_that_nothing_ran(string kind, bool isRefusal)
    {
        _run = (_, _) => Task.FromResult(Lines($$"""{"type":"error","kind":"{{kind}}","message":"the reason\u001b[31m"}"""));
        await using var ssh = await TransportAsync();

        var error = await Assert.ThrowsAsync<RemoteHostException>(() => ssh.RunAsync(new SshHost("hv1"), new SshCommand(["x"]), Stop));

        Assert.Equal(isRefusal, error.LoginRefused);
        Assert.Contains("the reason", error.Message);
        Assert.DoesNotContain(error.Message, char.IsControl);
    }

    [Fact]
    public async Task A_refused_key_is_tried_once_until_it_is_forgotten()
    {
        _run = (_, _) => Task.FromResult(Lines("""{"type":"error","kind":"auth","message":"no"}"""));
        await using var ssh = await TransportAsync();

        for (var i = 0; i < 3; i++)
            Assert.True((await Assert.ThrowsAsync<RemoteHostException>(() => ssh.RunAsync(new SshHost("hv1", "root"), new SshCommand(["x"]), Stop))).LoginRefused);
        Assert.Single(_requests, r => r.Path == "/lab/ssh/run");

        _run = (_, _) => Task.FromResult(Lines("""{"type":"exit","status":0}"""));
        // Another account is another login.
        Assert.Equal(0, (await ssh.RunAsync(new SshHost("hv1", "alice"), new SshCommand(["x"]), Stop)).ExitStatus);
        ssh.ForgetRefusal(new SshHost("hv1", "root"));
        Assert.Equal(0, (await ssh.RunAsync(new SshHost("hv1", "root"), new SshCommand(["x"]), Stop)).ExitStatus);
    }

    [Fact]
    public async Task A_host_key_that_is_not_trusted_stops_before_the_command()
    {
        await using var ssh = await TransportAsync(known: "hv1 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIQuMFFC5mlGsOFd3uDzJGI75jud5dqEaxGBbmfZ8eGi\n");

        await Assert.ThrowsAsync<HostKeyException>(() => ssh.RunAsync(new SshHost("hv1"), new SshCommand(["x"]), Stop));

        Assert.DoesNotContain(_requests, r => r.Path == "/lab/ssh/run");
    }

    [Fact]
    public async Task An_unknown_host_is_not_reached()
    {
        _hostKey = null;
        await using var ssh = await TransportAsync();

        var error = await Assert.ThrowsAsync<RemoteHostException>(() => ssh.RunAsync(new SshHost("hv1"), new SshCommand(["x"]), Stop));

        Assert.False(error.LoginRefused);
    }

    [Fact]
    public async Task A_command_past_its_time_is_unknown_and_a_cancelled_one_is_cancelled()
    {
        _run = async (_, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            throw new InvalidOperationException();
        };
        await using var ssh = await TransportAsync();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Stop);

        Assert.Null((await ssh.RunAsync(new SshHost("hv1"), new SshCommand(["x"]) { Timeout = TimeSpan.FromMilliseconds(20) }, Stop)).ExitStatus);
        var running = ssh.RunAsync(new SshHost("hv1"), new SshCommand(["x"]), cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task Output_over_16_MiB_is_counted_and_dropped()
    {
        var mebibyte = Convert.ToBase64String(new byte[1024 * 1024]);
        _run = (_, _) => Task.FromResult(Lines([.. Enumerable.Repeat($$"""{"type":"stdout","data":"{{mebibyte}}"}""", 18), """{"type":"exit","status":0}"""]));
        await using var ssh = await TransportAsync();

        var result = await ssh.RunAsync(new SshHost("hv1"), new SshCommand(["x"]), Stop);

        Assert.Equal(16 * 1024 * 1024, result.OutputBytes.Length);
        Assert.Equal(2 * 1024 * 1024, result.DroppedBytes);
    }

    private static string Data(string type, string text) => $$"""{"type":"{{type}}","data":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes(text))}}"}""";

    private static HttpResponseMessage Lines(params string[] lines) => new(HttpStatusCode.OK) { Content = new StringContent(string.Join("\n", lines) + "\n", Encoding.UTF8, "application/x-ndjson") };

    private async Task<LabSshTransport> TransportAsync(string? known = null)
    {
        var key = _folder.File("key", "private");
        _folder.File("key.pub", "ssh-ed25519 AAAA test\n");
        var path = Path.Combine(_folder.Path, "known_hosts");
        await File.WriteAllTextAsync(path, known ?? $"hv1 {HostKeyLine}\n", Stop);
        var options = new SshTransportOptions { UserName = "ops", KeyPath = key, KnownHosts = new KnownHosts(path, HostKeyPolicy.Strict, []) };
        return new LabSshTransport(new Uri("http://127.0.0.1:1/"), options, new Handler(this));
    }

    private sealed class Handler(LabSshTransportTests test) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            test._requests.Add((request.RequestUri!.PathAndQuery, request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken)));
            if (request.RequestUri.AbsolutePath == "/lab/ssh/hostkey")
            {
                return test._hostKey is null
                    ? new HttpResponseMessage(HttpStatusCode.NotFound)
                    : new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent($$"""{"key":"{{test._hostKey}}"}""", Encoding.UTF8, "application/json") };
            }

            return await test._run(request, cancellationToken);
        }
    }
}

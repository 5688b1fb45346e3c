using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using PlatformOps.Core.Texts;
using PlatformOps.Errors;

namespace PlatformOps.Core.Ssh;

/// <summary>Runs commands on the lab's hosts over its control endpoint, without any SSH server. Host keys, refusals and outcomes are judged as with a real one.</summary>
internal sealed class LabSshTransport : ISshTransport
{
    private const int MaxLine = 64 * 1024 * 1024;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { MaxDepth = 16 };

    private readonly HttpClient _http;
    private readonly SshTransportOptions _options;
    private readonly LoginRefusals _refusals = new();

    /// <param name="labUrl">The lab's control endpoint, such as <c>http://127.0.0.1:8700/</c>.</param>
    /// <param name="options">Account, key and known hosts.</param>
    /// <param name="handler">What carries the requests; an own one where null.</param>
    public LabSshTransport(Uri labUrl, SshTransportOptions options, HttpMessageHandler? handler = null)
    {
        _options = options;
        _http = new HttpClient(handler ?? new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }, disposeHandler: handler is null)
        {
            BaseAddress = labUrl.AbsoluteUri.EndsWith('/') ? labUrl : new Uri(labUrl.AbsoluteUri + "/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public async Task<SshResult> RunAsync(SshHost host, SshCommand command, CancellationToken cancellationToken)
    {
        var (user, port) = (_options.UserOf(host), _options.PortOf(host));
        HostNameRule.Require(host.Name);
        HostNameRule.RequireUser(host.Name, user);
        var line = ShellQuoting.Command(command.Arguments);
        _refusals.ThrowIfRefused(host.Name, user, port);
        var publicKey = await ReadPublicKeyAsync(host, cancellationToken);
        await RequireHostKeyAsync(host, port, cancellationToken);

        var output = new OutputCollector(command, _options.Time);
        using var deadline = new CancellationTokenSource(command.Timeout, _options.Time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        // From here on it may have begun: only an error line of the lab says that it did not.
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "lab/ssh/run")
            {
                Content = JsonContent.Create(
                    new
                    {
                        host = host.Name,
                        port,
                        user,
                        publicKey,
                        command = line,
                        environment = command.Environment,
                        stdin = command.Input is { } input ? Convert.ToBase64String(input.Span) : null,
                    },
                    options: Json),
            };
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop.Token);
            if (response.StatusCode != HttpStatusCode.OK)
                throw new RemoteHostException(host.Name, $"The lab did not run '{command.Arguments[0]}' on {_options.Describe(host)}: HTTP {(int)response.StatusCode} from {request.RequestUri}.");
            await using var stream = await response.Content.ReadAsStreamAsync(stop.Token);
            return await ReadAsync(host, user, port, stream, output, stop.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return output.TimeUp();
        }
        catch (HttpRequestException error) when (error.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError)
        {
            throw new RemoteHostException(host.Name, $"The lab does not answer at {_http.BaseAddress}: {error.Message}", error);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            return output.Dropped();
        }
    }

    public void ForgetRefusal(SshHost host) => _refusals.Remove(host.Name, _options.UserOf(host), _options.PortOf(host));

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<SshResult> ReadAsync(SshHost host, string user, int port, Stream stream, OutputCollector output, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(stream);
        while (await reader.ReadLineAsync(cancellationToken) is { } text)
        {
            if (text.Length == 0)
                continue;
            LabLine? line;
            try
            {
                line = text.Length > MaxLine ? null : JsonSerializer.Deserialize<LabLine>(text, Json);
            }
            catch (JsonException)
            {
                // Cut or garbled: as good as a dropped connection.
                return output.Dropped();
            }

            switch (line?.Type)
            {
                case "stdout" or "stderr":
                    output.Add(line.Type == "stderr", line.Data);
                    break;
                case "exit":
                    return line.Status is { } status ? output.Ended(status, line.Signal) : output.Dropped();
                case "error":
                    throw Refusal(host, user, port, line);
            }
        }

        return output.Dropped();
    }

    private RemoteHostException Refusal(SshHost host, string user, int port, LabLine line)
    {
        var said = OutputText.Line(line.Message ?? line.Kind ?? "no reason given");
        var error = line.Kind == "auth"
            ? new RemoteHostException(host.Name, $"{_options.Describe(host)} refused the key: {said} ({_options.KeyPath ?? "no key is configured"})") { LoginRefused = true }
            : new RemoteHostException(host.Name, $"{_options.Describe(host)} was not reached: {said}");
        if (error.LoginRefused)
            _refusals.Add(host.Name, user, port, error);
        return error;
    }

    // Every time: a lab host that was reinstalled shows a new key, and there is no connection that would have dropped.
    private async Task RequireHostKeyAsync(SshHost host, int port, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_options.ConnectTimeout, _options.Time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        string? text;
        try
        {
            using var response = await _http.GetAsync($"lab/ssh/hostkey?host={Uri.EscapeDataString(host.Name)}&port={port}", stop.Token);
            if (!response.IsSuccessStatusCode)
                throw new RemoteHostException(host.Name, $"{_options.Describe(host)} was not reached: the lab knows no such host (HTTP {(int)response.StatusCode}).");
            text = (await response.Content.ReadFromJsonAsync<LabHostKey>(Json, stop.Token))?.Key;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RemoteHostException(host.Name, $"{_options.Describe(host)} was not reached within {_options.ConnectTimeout.TotalSeconds:0} s.");
        }
        catch (Exception error) when (error is HttpRequestException or IOException or JsonException)
        {
            throw new RemoteHostException(host.Name, $"{_options.Describe(host)} was not reached: the lab at {_http.BaseAddress} did not tell its host key: {error.Message}", error);
        }

        var key = HostKey.TryParse(text ?? "")
            ?? throw new HostKeyException($"{host.Name} shows a host key that cannot be read.") { TargetName = host.Name };
        await _options.KnownHosts.RequireAsync(host.Name, port, key, cancellationToken);
    }

    private async Task<string?> ReadPublicKeyAsync(SshHost host, CancellationToken cancellationToken)
    {
        if (_options.KeyPath is null)
            return null;
        var path = _options.KeyPath + ".pub";
        try
        {
            return (await File.ReadAllTextAsync(path, cancellationToken)).Split('\n')[0].Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new RemoteHostException(host.Name, $"The public key {path} could not be read, so {_options.Describe(host)} was not logged in to: {FileTrouble.Of(error)} (ssh.key-path says where the keys are.)", error);
        }
    }

    private sealed record LabLine(string? Type, byte[]? Data, int? Status, string? Signal, string? Kind, string? Message);

    private sealed record LabHostKey(string? Key);
}

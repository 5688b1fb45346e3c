using System.Net.Http.Headers;
using System.Text;
using PlatformOps.Peers;

namespace PlatformOps.Lab.Tests.Services.Alertmanager;

/// <summary>An Alertmanager that the contract is held against: emulated ones of several versions, and the real one of this machine.</summary>
public abstract class AlertmanagerPeer : IAsyncLifetime
{
    private HttpClient? _http;

    /// <summary>Why there is none; null where there is one.</summary>
    public virtual string? Missing => null;

    /// <summary>0.25.0 is 25.</summary>
    public int Minor { get; private set; }

    protected abstract Task<(Uri Address, string UserName, string Password)> StartAsync();

    protected abstract ValueTask StopAsync();

    public async ValueTask InitializeAsync()
    {
        if (Missing is not null)
            return;
        var (address, userName, password) = await StartAsync();
        _http = new HttpClient { BaseAddress = address };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{userName}:{password}")));
        Minor = int.Parse(((string)(await SendAsync("GET", "status")).Json["versionInfo"]!["version"]!).Split('.')[1], System.Globalization.CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        if (_http is null)
            return;
        _http.Dispose();
        await StopAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Sends to the API; a path that begins with a slash is below the route prefix instead.</summary>
    internal async Task<Reply> SendAsync(string method, string path, string? body = null, string contentType = "application/json", string? authorization = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path.StartsWith('/') ? path[1..] : "api/v2/" + path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = new(contentType);
        }

        if (authorization is not null)
            request.Headers.Authorization = AuthenticationHeaderValue.Parse(authorization);
        using var response = await _http!.SendAsync(request, TestContext.Current.CancellationToken);
        return new Reply(
            (int)response.StatusCode,
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase));
    }
}

public abstract class EmulatedPeer(string version) : AlertmanagerPeer
{
    private LabUnderTest? _lab;

    protected override async Task<(Uri Address, string UserName, string Password)> StartAsync()
    {
        _lab = await LabUnderTest.StartAsync(LabUnderTest.Small with { Hypervisors = 1, VirtualMachines = 0, AlertmanagerVersion = version });
        return (new Uri(_lab.Server.Address, "alertmanager/"), (string)_lab.State["alertmanager"]!["username"]!, (string)_lab.State["alertmanager"]!["password"]!);
    }

    protected override ValueTask StopAsync() => _lab!.DisposeAsync();
}

public sealed class Emulated025() : EmulatedPeer("0.25.0");

public sealed class Emulated028() : EmulatedPeer("0.28.1");

public sealed class Emulated034() : EmulatedPeer("0.34.0");

public sealed class RealPeer : AlertmanagerPeer
{
    private RealAlertmanager? _server;

    public override string? Missing => RealAlertmanager.Program is null ? RealAlertmanager.Missing : null;

    protected override async Task<(Uri Address, string UserName, string Password)> StartAsync()
    {
        // With the configuration that the lab tells of itself.
        await using var lab = await LabUnderTest.StartAsync(LabUnderTest.Small with { Hypervisors = 1, VirtualMachines = 0 });
        var status = await lab.AlertmanagerAsync("GET", "/status");
        _server = await RealAlertmanager.StartAsync((string)status.Json["config"]!["original"]!);
        return (_server.Address, RealAlertmanager.UserName, RealAlertmanager.Password);
    }

    protected override ValueTask StopAsync() => _server!.DisposeAsync();
}

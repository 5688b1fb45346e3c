using System.Text;
using System.Text.Json.Nodes;
using PlatformOps.Lab;

namespace PlatformOps.Cmdlets.Tests;

/// <summary>A runspace with a session on a lab of its own in this process: what is asserted are the writes that the lab counted and the state it reached.</summary>
public abstract class LabShell : IAsyncLifetime
{
    private readonly HttpClient _http = new();
    private LabServer _lab = null!;

    protected const string One = "hv01.lab.example";

    protected const string Two = "hv02.lab.example";

    private protected Shell Shell { get; } = new();

    private protected string ListPath => _lab.ListPath;

    private protected string ConfigurationPath => _lab.ConfigurationPath;

    private protected virtual LabOptions Options => new() { Hypervisors = 4, VirtualMachines = 8, Speed = 1000 };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _lab = await LabServer.StartAsync(Options, Cancellation);
        _http.BaseAddress = _lab.Address;
        Assert.Empty(Run("param($p) Connect-PlatformOps $p").Errors);
    }

    public async ValueTask DisposeAsync()
    {
        Shell.Dispose();
        _http.Dispose();
        await _lab.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Runs a script; its $p is the configuration's path and its $l the list's.</summary>
    private protected ShellResult Run(string script)
        => Shell.Run(script.StartsWith("param", StringComparison.Ordinal) ? script : $"param($p, $l) {script}", _lab.ConfigurationPath, _lab.ListPath);

    private protected string[] Complete(string line)
    {
        using var powershell = Shell.Make("param($l) (TabExpansion2 $l $l.Length).CompletionMatches.CompletionText", line);
        return [.. powershell.Invoke<string>()];
    }

    /// <summary>How often the world was changed; of one service or call where it is named, such as <c>nova</c>.</summary>
    private protected Task<int> WritesAsync(string call = "") => CountAsync("writes", call);

    /// <summary>How many requests came.</summary>
    private protected Task<int> RequestsAsync(string call = "") => CountAsync("requests", call);

    private protected async Task<JsonNode> HypervisorAsync(string name)
        => (await ReadAsync("state"))["hypervisors"]!.AsArray().First(found => (string)found!["name"]! == name)!;

    private protected async Task<JsonNode> DeviceAsync(string name)
        => (await ReadAsync("state"))["netbox"]!["devices"]!.AsArray().First(found => (string)found!["name"]! == name)!;

    private protected async Task<JsonNode> TicketAsync(string key)
        => (await ReadAsync("state"))["jira"]!["tickets"]!.AsArray().First(found => (string)found!["key"]! == key)!;

    private protected async Task<JsonNode> ReadAsync(string what) => JsonNode.Parse(await _http.GetStringAsync($"lab/{what}", Cancellation))!;

    private protected Task SetHostAsync(string host, string json) => PostAsync($"hosts/{host}", json);

    /// <summary>Takes hypervisors out of service, and moves their servers away: what is wiped must be written down, ours and empty.</summary>
    private protected async Task DrainAsync(params string[] hosts)
    {
        Assert.Empty(Run($"Invoke-MigrationStep {string.Join(",", hosts)} -Step Setup, PreDrain -Confirm:$false").Errors);
        foreach (var host in hosts)
            await SetHostAsync(host, """{"serversMoved": true}""");
    }

    private protected Task FaultAsync(string json) => PostAsync("faults", json);

    /// <summary>Tells the lab's control endpoint something.</summary>
    private protected async Task PostAsync(string what, string json)
    {
        using var body = new StringContent(json, Encoding.UTF8, "application/json");
        (await _http.PostAsync($"lab/{what}", body, Cancellation)).EnsureSuccessStatusCode();
    }

    private async Task<int> CountAsync(string what, string call)
        => (await ReadAsync("counters"))[what]!.AsObject().Where(pair => pair.Key.StartsWith(call, StringComparison.Ordinal)).Sum(pair => (int)pair.Value!);
}

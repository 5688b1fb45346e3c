using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace PlatformOps.Cmdlets.Tests;

/// <summary>Another person at the lab's Nova, without a line of ours.</summary>
internal sealed class RawNova : IDisposable
{
    private readonly HttpClient _http;
    private readonly JsonNode _state;

    private RawNova(HttpClient http, JsonNode state) => (_http, _state) = (http, state);

    public static async Task<RawNova> LoginAsync(string configurationPath, JsonNode state)
    {
        var root = Regex.Match(await File.ReadAllTextAsync(configurationPath), "auth-url: (http://[^/]+/)").Groups[1].Value;
        var http = new HttpClient { BaseAddress = new Uri(root) };
        var admin = state["users"]!.AsArray().First(user => (string)user!["name"]! == "admin")!;
        var body = JsonNode.Parse($$$"""
            {"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "admin", "domain": {"name": "Default"}, "password": "{{{(string)admin["password"]!}}}"} } },
             "scope": {"project": {"name": "admin", "domain": {"id": "default"} } } } }
            """);
        using var login = await http.PostAsJsonAsync("identity/v3/auth/tokens", body);
        login.EnsureSuccessStatusCode();
        http.DefaultRequestHeaders.Add("X-Auth-Token", login.Headers.GetValues("X-Subject-Token").Single());
        http.DefaultRequestHeaders.Add("OpenStack-API-Version", "compute 2.53");
        return new RawNova(http, state);
    }

    public async Task DisableAsync(string hypervisor, string reason)
    {
        var id = (string)_state["hypervisors"]!.AsArray().First(one => (string)one!["name"]! == hypervisor)!["serviceId"]!;
        using var answer = await _http.PutAsJsonAsync($"compute/v2.1/os-services/{id}", new JsonObject { ["status"] = "disabled", ["disabled_reason"] = reason });
        answer.EnsureSuccessStatusCode();
    }

    public void Dispose() => _http.Dispose();
}

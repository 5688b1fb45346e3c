using System.Text;

namespace PlatformOps.Lab.Tests;

/// <summary>A small lab and a plain HTTP client: the tests assert what is on the wire.</summary>
internal sealed class LabUnderTest : IAsyncDisposable
{
    public static readonly LabOptions Small = new() { Hypervisors = 4, VirtualMachines = 8, Speed = 1000 };

    private LabUnderTest(LabServer server, HttpClient http, JsonNode state)
    {
        Server = server;
        Http = http;
        State = state;
    }

    public LabServer Server { get; }

    public HttpClient Http { get; }

    /// <summary>The world as it was at the start.</summary>
    public JsonNode State { get; }

    public string NetBoxToken => (string)State["netbox"]!["token"]!;

    public string JiraToken => (string)State["jira"]!["token"]!;

    public string PublicKey => File.ReadAllText(Path.Combine(Server.Folder, "id_lab.pub")).Trim();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static Task<LabUnderTest> StartAsync() => StartAsync(Small);

    /// <summary>A lab of a world file with this text.</summary>
    public static async Task<LabUnderTest> StartWorldAsync(string world)
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, world, Cancellation);
            return await StartAsync(Small with { WorldFile = path });
        }
        finally
        {
            File.Delete(path);
        }
    }

    public static async Task<LabUnderTest> StartAsync(LabOptions options)
    {
        var server = await LabServer.StartAsync(options, Cancellation);
        var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = server.Address, Timeout = TimeSpan.FromSeconds(90) };
        var state = JsonNode.Parse(await http.GetStringAsync("lab/state", Cancellation))!;
        return new LabUnderTest(server, http, state);
    }

    public string PasswordOf(string user) => (string)State["users"]!.AsArray().First(found => (string)found!["name"]! == user)!["password"]!;

    public JsonNode Hypervisor(string name) => State["hypervisors"]!.AsArray().First(found => (string)found!["name"]! == name)!;

    public async Task<Reply> SendAsync(string method, string path, object? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Content = body switch
        {
            null => null,
            HttpContent content => content,
            string text => new StringContent(text, Encoding.UTF8, "application/json"),
            JsonNode node => new StringContent(node.ToJsonString(), Encoding.UTF8, "application/json"),
            _ => throw new ArgumentException("a text, JSON or content", nameof(body)),
        };
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Http.SendAsync(request, Cancellation);
        return new Reply(
            (int)response.StatusCode,
            await response.Content.ReadAsStringAsync(Cancellation),
            response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase));
    }

    public Task<Reply> PasswordLoginAsync(string user, string password, JsonNode? scope = null) => LoginAsync(new JsonObject
    {
        ["methods"] = new JsonArray("password"),
        ["password"] = new JsonObject
        {
            ["user"] = new JsonObject { ["name"] = user, ["domain"] = new JsonObject { ["name"] = "Default" }, ["password"] = password },
        },
    }, scope);

    public Task<Reply> LoginAsync(JsonObject identity, JsonNode? scope)
    {
        var auth = new JsonObject { ["identity"] = identity };
        if (scope is not null)
            auth["scope"] = scope;
        return SendAsync("POST", "identity/v3/auth/tokens", new JsonObject { ["auth"] = auth });
    }

    public static JsonObject ProjectScope(string name = "admin") => new()
    {
        ["project"] = new JsonObject { ["name"] = name, ["domain"] = new JsonObject { ["id"] = "default" } },
    };

    public async Task<string> TokenAsync(string user = "admin")
    {
        var login = await PasswordLoginAsync(user, PasswordOf(user), ProjectScope());
        Assert.Equal(201, login.Status);
        return login.Headers["X-Subject-Token"];
    }

    public Task<Reply> NovaAsync(string token, string method, string path, object? body = null, string? version = null) => version is null
        ? SendAsync(method, "compute/v2.1" + path, body, ("X-Auth-Token", token))
        : SendAsync(method, "compute/v2.1" + path, body, ("X-Auth-Token", token), ("OpenStack-API-Version", $"compute {version}"));

    public Task<Reply> NetBoxAsync(string method, string path, object? body = null) =>
        SendAsync(method, "netbox/api" + path, body, ("Authorization", $"Token {NetBoxToken}"));

    public Task<Reply> JiraAsync(string method, string path, object? body = null) =>
        SendAsync(method, "jira/rest/api/2" + path, body, ("Authorization", $"Bearer {JiraToken}"));

    public Task<Reply> CloudAsync(string method, string path, object? body = null) =>
        SendAsync(method, "jira-cloud/rest/api/3" + path, body, ("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"ops@lab.example:{JiraToken}"))));

    public Task<Reply> AlertmanagerAsync(string method, string path, object? body = null) =>
        SendAsync(method, "alertmanager/api/v2" + path, body, ("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"ops:{State["alertmanager"]!["password"]}"))));

    public async Task<int> AddFaultAsync(string json)
    {
        var reply = await SendAsync("POST", "lab/faults", json);
        Assert.Equal(200, reply.Status);
        return (int)reply.Json["id"]!;
    }

    public async Task<JsonNode> NowAsync(string what = "state") => JsonNode.Parse(await Http.GetStringAsync($"lab/{what}", Cancellation))!;

    public async Task SetHostAsync(string host, string json) => Assert.Equal(200, (await SendAsync("POST", $"lab/hosts/{host}", json)).Status);

    public async Task<SshReply> SshAsync(string command, string user = "ops", string host = "hv01.lab.example", string? stdin = null, string? key = "")
    {
        var body = new JsonObject
        {
            ["host"] = host,
            ["port"] = 22,
            ["user"] = user,
            ["publicKey"] = key == "" ? PublicKey : key,
            ["command"] = command,
            ["environment"] = new JsonObject(),
            ["stdin"] = stdin is null ? null : Convert.ToBase64String(Encoding.UTF8.GetBytes(stdin)),
        };
        var reply = await SendAsync("POST", "lab/ssh/run", body);
        Assert.Equal(200, reply.Status);
        Assert.Equal("application/x-ndjson", reply.Headers["Content-Type"]);
        return SshReply.Of(reply.Text);
    }

    /// <summary>Asks again until it is so; a deadline, not a fixed time.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(TimeSpan.FromSeconds(90));
        while (!await condition())
            await Task.Delay(10, deadline.Token);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Server.DisposeAsync();
    }
}

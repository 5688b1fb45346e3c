using System.Text.Json;
using System.Threading.Channels;
using PlatformOps.Lab.Control;
using PlatformOps.Lab.Faults;
using PlatformOps.Lab.Hosts.Shell;
using PlatformOps.Lab.Setup;
using PlatformOps.Lab.Wire;

namespace PlatformOps.Lab.Hosts;

/// <summary><c>/lab/ssh</c>: what an SSH exec request would do, as a stream of JSON lines.</summary>
internal sealed class SshEndpoint(HostFleet fleet)
{
    private readonly LabContext _lab = fleet.Lab;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/hostkey", async http =>
        {
            var host = _lab.World.FindMachine(http.Request.Query["host"].ToString());
            await ControlEndpoint.AnswerAsync(http, host is null ? 404 : 200, host is null
                ? new JsonObject { ["error"] = "no such host" }
                : new JsonObject { ["key"] = LabKeys.HostKeyLine(host.HostKey) });
        });
        routes.MapPost("/run", RunAsync);
    }

    private static JsonObject Line(string type, byte[] data) => new() { ["type"] = type, ["data"] = Convert.ToBase64String(data) };

    private static JsonObject Error(string kind, string message) => new() { ["type"] = "error", ["kind"] = kind, ["message"] = message };

    private static async Task WriteAsync(HttpContext http, JsonObject line)
    {
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(line.ToJsonString(JsonText.Options) + "\n"), http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }

    private async Task RunAsync(HttpContext http)
    {
        SshRequest request;
        try
        {
            var body = await JsonNode.ParseAsync(http.Request.Body, null, new JsonDocumentOptions { MaxDepth = 16 }, http.RequestAborted);
            request = SshRequest.Read(body);
        }
        catch (Exception failure) when (failure is JsonException or LabException)
        {
            await ControlEndpoint.AnswerAsync(http, 400, new JsonObject { ["error"] = failure.Message });
            return;
        }

        http.Response.ContentType = "application/x-ndjson";
        var call = request.Program;
        _lab.Journal.Count("ssh", call);
        var host = fleet.Find(request.Host);
        var faults = _lab.Faults.Take("ssh", [call, request.Command], () => host is null ? [request.Host] : [host.Machine.Fqdn, host.Machine.ShortName]);
        await _lab.DelayAsync(faults, http.RequestAborted);
        if (Connect(request, host, faults) is { } refused)
        {
            await WriteAsync(http, refused);
            return;
        }

        if (faults.Any(fault => fault.Kind == FaultKind.SshHang))
        {
            using var until = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, fleet.Stopped);
            await http.Response.Body.FlushAsync(until.Token);
            await Task.Delay(Timeout.Infinite, until.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            return;
        }

        await ExecuteAsync(http, request, host!, faults);
    }

    private static JsonObject? Connect(SshRequest request, LabHost? host, Fault[] faults)
    {
        if (host is null)
            return Error("unknown-host", $"Could not resolve hostname {request.Host}: Name or service not known");
        if (!host.Machine.Reachable)
            return Error("timeout", $"connect to host {request.Host} port {request.Port}: Connection timed out");
        if (!host.IsUp || request.Port != 22 || faults.Any(fault => fault.Kind is FaultKind.SshRefused or FaultKind.Reset))
            return Error("refused", $"connect to host {request.Host} port {request.Port}: Connection refused");
        if (faults.Any(fault => fault.Kind == FaultKind.SshAuth) || !host.Accepts(request.User, request.PublicKey))
            return Error("auth", $"{request.User}@{request.Host}: Permission denied (publickey).");
        return null;
    }

    private async Task ExecuteAsync(HttpContext http, SshRequest request, LabHost host, Fault[] faults)
    {
        var drop = faults.Any(fault => fault.Kind is FaultKind.SshDrop or FaultKind.ResetAfterCommit);
        var output = Channel.CreateUnbounded<JsonObject>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, host.Power.Token, fleet.Stopped);
        int id;
        lock (_lab.World.Gate)
            id = host.NextPid();
        var state = new ShellState(host, host.Accounts[request.User], request.Environment)
        {
            Id = id,
            Group = id,
            Stdin = request.Stdin,
            Stdout = data => _ = data.Length == 0 || output.Writer.TryWrite(Line("stdout", data)),
            Stderr = data => _ = data.Length == 0 || output.Writer.TryWrite(Line("stderr", data)),
            DiskIsFull = faults.Any(fault => fault.Kind == FaultKind.DiskFull),
            Cancellation = stop.Token,
        };
        var running = Task.Run(async () =>
        {
            try
            {
                return (int?)await ShellRunner.RunTextAsync(request.Command, state);
            }
            catch (OperationCanceledException)
            {
                return null;
            }
            finally
            {
                if (state.Shared.HasEffects)
                    _lab.Journal.Wrote("ssh", request.Program, host.Machine.Fqdn, request.Command);
                output.Writer.Complete();
            }
        }, CancellationToken.None);

        var lines = 0;
        await foreach (var line in output.Reader.ReadAllAsync(http.RequestAborted))
        {
            // The drop cuts the answer: the command itself has run, or runs on.
            if (!drop || lines++ == 0)
                await WriteAsync(http, line);
        }

        var status = await running;
        if (drop || status is null)
            return;
        await WriteAsync(http, new JsonObject { ["type"] = "exit", ["status"] = status });
    }
}

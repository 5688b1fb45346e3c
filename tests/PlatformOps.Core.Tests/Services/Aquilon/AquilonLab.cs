using System.Net.Http.Json;
using System.Text.Json;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Logging;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Sessions;
using PlatformOps.Lab;
using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Services.Aquilon;

/// <summary>A lab with a session on it, for tests of Aquilon: its records are bent and read through the lab's control endpoint. The session knows no cloud, so these machines are no hypervisors to it, and may be wiped.</summary>
internal sealed class AquilonLab : IAsyncDisposable
{
    private readonly LabServer _lab;
    private readonly HttpClient _control;

    private AquilonLab(LabServer lab, Dictionary<string, object> overrides)
    {
        _lab = lab;
        _control = new HttpClient { BaseAddress = lab.Address };
        ConfigurationPath = WithoutCloud(lab.ConfigurationPath);
        Session = Open(overrides);
    }

    public SessionScope Session { get; private set; }

    public string ConfigurationPath { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<AquilonLab> StartAsync(params (string Key, object Value)[] overrides)
        => new(await LabServer.StartAsync(new LabOptions { Hypervisors = 4, VirtualMachines = 0, Speed = 3600 }, Token), overrides.ToDictionary(pair => pair.Key, pair => pair.Value));

    public static string Name(int number) => $"hv{number:00}.lab.example";

    public static ActionTarget Target(int number) => new(ActionTarget.Hypervisor, Name(number));

    public SessionScope Open(IReadOnlyDictionary<string, object> overrides) => SessionOpening.Open(ConfigurationPath, null, overrides).Scope;

    /// <summary>Another process: the same state folder, new clients.</summary>
    public async Task ReopenAsync(params (string Key, object Value)[] overrides)
    {
        await Session.DisposeAsync();
        Session = Open(overrides.ToDictionary(pair => pair.Key, pair => pair.Value));
    }

    /// <summary>One change as a cmdlet makes it.</summary>
    public Task<StepRecord> ApplyAsync(Change change, object parameters, int number = 1) => Session.Effects.RunAsync(change, Target(number), parameters, null, Token);

    public async Task<CheckResult> CheckAsync(Check check, object parameters, int number = 1)
    {
        var context = new ActionContext { Target = Target(number), Run = Session.Identity("test"), Step = check.Name, Clients = Session, Time = Session.Time, Log = SilentLog.Instance };
        return await check.RunAsync(context, parameters, Token);
    }

    public Task<List<StepRecord>> RunAsync(string runbook, int number = 1, CancellationToken? stop = null, IReadOnlyDictionary<string, string>? inputs = null) => RunAsync(Session.Runbooks.Get(runbook), number, stop, inputs);

    public Task<List<StepRecord>> RunTextAsync(string steps, int number = 1)
        => RunAsync(Session.Runbooks.Reader.Read($"runbook: test/aquilon\ntarget: hypervisor\nsteps:\n{steps}", "test"), number, null);

    public async Task<List<StepRecord>> PlanAsync(string runbook, int number = 1) => await CollectAsync(Session.Runner().PlanAsync(Request(Session.Runbooks.Get(runbook), number), Token));

    /// <summary>Another process goes on with the newest run.</summary>
    public async Task<List<StepRecord>> ResumeAsync(params (string Key, object Value)[] overrides)
    {
        await ReopenAsync(overrides);
        return await CollectAsync(Session.Runner().ResumeAsync(LastRun.RunId, new ResumeOptions(SessionScope.Person), Token));
    }

    public Task ResolveAsync(string step, StepDecision decision)
        => Session.Runner().ResolveAsync(LastRun.RunId, new StepKey(Name(1), "aquilon", step), decision, "I looked", "alice", TestContext.Current.CancellationToken);

    public OpsRun LastRun => Session.Store.List().First();

    public async Task<List<StepRecord>> UndoAsync() => await CollectAsync(Session.Runner().UndoAsync(LastRun.RunId, new UndoOptions(SessionScope.Person), Token));

    public async Task FaultAsync(string call, string effect, int? count = 1, int after = 0, string service = "aquilon")
        => (await _control.PostAsJsonAsync("lab/faults", new { service, call, effect, count, after }, Token)).EnsureSuccessStatusCode();

    public async Task ClearFaultsAsync() => (await _control.DeleteAsync("lab/faults", Token)).EnsureSuccessStatusCode();

    public async Task SetAsync(object properties) => (await _control.PostAsJsonAsync("lab/aquilon", properties, Token)).EnsureSuccessStatusCode();

    public async Task SetAsync(int number, object properties) => (await _control.PostAsJsonAsync($"lab/aquilon/{Name(number)}", properties, Token)).EnsureSuccessStatusCode();

    public async Task AdvanceAsync(TimeSpan time) => (await _control.PostAsJsonAsync("lab/clock", new Dictionary<string, double> { ["advance-seconds"] = time.TotalSeconds }, Token)).EnsureSuccessStatusCode();

    /// <summary>What changed in Aquilon, in order: the command with its target.</summary>
    public async Task<IReadOnlyList<string>> WritesAsync()
        => [.. (await _control.GetFromJsonAsync<JsonElement>("lab/writes", Token)).EnumerateArray().Where(write => write.GetProperty("service").GetString() == "aquilon").Select(write => $"{write.GetProperty("call")} {write.GetProperty("target")}")];

    public async Task<IReadOnlyList<string>> WriteDetailsAsync(string call)
        => [.. (await _control.GetFromJsonAsync<JsonElement>("lab/writes", Token)).EnumerateArray().Where(write => write.GetProperty("service").GetString() == "aquilon" && write.GetProperty("call").GetString() == call).Select(write => write.GetProperty("detail").GetString()!)];

    public async Task<JsonElement> StateAsync() => (await _control.GetFromJsonAsync<JsonElement>("lab/state", Token)).GetProperty("aquilon");

    /// <summary>The machine that a host is on; undefined where there is none.</summary>
    public async Task<JsonElement> MachineAsync(int number = 1)
        => (await StateAsync()).GetProperty("machines").EnumerateArray().FirstOrDefault(machine => machine.GetProperty("hostname").GetString() == Name(number));

    public async Task<bool> HasMachineAsync(string label) => (await StateAsync()).GetProperty("machines").EnumerateArray().Any(machine => machine.GetProperty("label").GetString() == label);

    public async Task<string?> PxeAsync(int number = 1) => (await StateAsync()).GetProperty("pxe").GetProperty(Name(number)).GetString();

    public static string[] InterfacesOf(JsonElement machine) => [.. machine.GetProperty("interfaces").EnumerateArray().Select(port => port.GetProperty("name").GetString()!)];

    public async ValueTask DisposeAsync()
    {
        await Session.DisposeAsync();
        _control.Dispose();
        await _lab.DisposeAsync();
    }

    private Task<List<StepRecord>> RunAsync(Runbook runbook, int number, CancellationToken? stop, IReadOnlyDictionary<string, string>? inputs = null)
        => CollectAsync(Session.Runner().RunAsync(Request(runbook, number) with { Inputs = inputs ?? new Dictionary<string, string>() }, stop ?? Token));

    private RunRequest Request(Runbook runbook, int number) => new() { Phases = [new RunbookPhase("aquilon", runbook)], Targets = [Target(number)], Identity = Session.Identity("aquilon") };

    private static async Task<List<StepRecord>> CollectAsync(IAsyncEnumerable<StepRecord> stream)
    {
        var records = new List<StepRecord>();
        await foreach (var record in stream)
            records.Add(record);
        return records;
    }

    private static string WithoutCloud(string path)
    {
        var copy = Path.Combine(Path.GetDirectoryName(path)!, "without-cloud.yaml");
        File.Copy(path, copy);
        var isCloud = false;
        File.WriteAllLines(copy, File.ReadAllLines(path).Where(line => !(isCloud = char.IsWhiteSpace(line.FirstOrDefault(' ')) ? isCloud : line == "openstack:")));
        return copy;
    }
}

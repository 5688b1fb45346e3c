using System.Net.Http.Json;
using System.Text.Json;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Logging;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Sessions;
using PlatformOps.Lab;
using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Services.Kayobe;

/// <summary>A lab with a session on it, for tests of Kayobe: its control host is bent and read through the lab's control endpoint.</summary>
internal sealed class KayobeLab : IAsyncDisposable
{
    private readonly LabServer _lab;
    private readonly HttpClient _control;
    private string? _died;

    private KayobeLab(LabServer lab, (string Key, object Value)[] overrides)
    {
        _lab = lab;
        _control = new HttpClient { BaseAddress = lab.Address };
        Session = Open(overrides);
    }

    public SessionScope Session { get; private set; }

    public string Folder => _lab.Folder;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A lab whose hypervisors are out of service.</summary>
    public static async Task<KayobeLab> StartAsync(int hypervisors = 4, double speed = 36000, params (string Key, object Value)[] overrides)
    {
        var lab = new KayobeLab(await LabServer.StartAsync(new LabOptions { Hypervisors = hypervisors, VirtualMachines = 0, Speed = speed }, Token), overrides);
        for (var number = 1; number <= hypervisors; number++)
            await lab.SetHostAsync(Name(number), new { serviceDisabled = true });
        return lab;
    }

    public static string Name(int number) => $"hv{number:00}.lab.example";

    public static ActionTarget Target(int number) => new(ActionTarget.Hypervisor, Name(number));

    /// <summary>One change as a cmdlet makes it: for one host, or for several together.</summary>
    public Task<StepRecord> ApplyAsync(Change change, object parameters, params int[] numbers)
    {
        ActionTarget[] batch = [.. numbers.Select(Target)];
        return Session.Effects.RunAsync(change, batch.Length == 1 ? batch[0] : ActionTarget.OfBatch(batch), parameters, null, Token, batch);
    }

    public async Task<CheckResult> CheckAsync(Check check) => await check.RunAsync(Context(Name(1)), new NoParameters(), Token);

    public ActionContext Context(params string[] names) => new()
    {
        Target = Target(1), Batch = [.. names.Select(name => new ActionTarget(ActionTarget.Host, name))], Run = Session.Identity("test"), Step = "step", Clients = Session, Time = Session.Time, Log = SilentLog.Instance,
    };

    /// <summary>A phase of these steps.</summary>
    public Task<List<StepRecord>> RunAsync(string steps, CancellationToken stop, params int[] numbers)
        => CollectAsync(Session.Runner().RunAsync(
            new() { Phases = [new RunbookPhase("phase", Session.Runbooks.Reader.Read($"runbook: test/kayobe\ntarget: hypervisor\nsteps:\n{steps}", "test"))], Targets = [.. numbers.Select(Target)], Identity = Session.Identity("kayobe"), ThrottleLimit = 8 },
            stop));

    /// <summary>Begins a phase, and dies where a command of Kayobe has begun to tell.</summary>
    public Task DieInAsync(string steps, params int[] numbers) => DieAsync(steps, () => Until(async () => (await StateAsync()).GetProperty("runs").GetArrayLength() > 0), numbers);

    /// <summary>Begins a phase, and dies at a moment.</summary>
    public async Task DieAsync(string steps, Func<Task> moment, params int[] numbers)
    {
        using var death = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var running = RunAsync(steps, death.Token, numbers);
        await moment();
        _died = Session.Store.List().First().RunId;
        await death.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    /// <summary>Somebody else's Kayobe is at work on the control host for so many seconds there.</summary>
    public Task HoldAsync(int seconds) => Session.Get<Core.Ssh.RemoteShell>().User("kayobe.lab.example", SilentLog.Instance)
        .RunAsync(new Core.Ssh.SshCommand(["flock", "-o", "/home/ops/kayobe/src/kayobe-config", "sleep", $"{seconds}"]), Token);

    /// <summary>It is.</summary>
    public Task HeldAsync() => Until(async () => (await StatusAsync("flock", "-n", "/home/ops/kayobe/src/kayobe-config", "true")) != 0);

    /// <summary>A run of ours waits for it.</summary>
    public Task WaitedForAsync() => Until(() => Task.FromResult(Session.Store.List().Any(run => Written().Contains("another run of Kayobe is at work", StringComparison.Ordinal))));

    private async Task<int?> StatusAsync(params string[] command)
        => (await Session.Get<Core.Ssh.RemoteShell>().User("kayobe.lab.example", SilentLog.Instance).RunAsync(new Core.Ssh.SshCommand(command), Token)).ExitStatus;

    /// <summary>Another process goes on with the run that died.</summary>
    public async Task<List<StepRecord>> ResumeAsync()
    {
        await Session.DisposeAsync();
        Session = Open([]);
        return await CollectAsync(Session.Runner().ResumeAsync(_died!, new ResumeOptions(SessionScope.Person), Token));
    }

    public Task ResolveAsync(string step, StepDecision decision, string target = "batch 1")
        => Session.Runner().ResolveAsync(_died!, new StepKey(target, "phase", step), decision, "I looked", "alice", TestContext.Current.CancellationToken);

    public async Task SetAsync(object properties) => await PostAsync("lab/kayobe", properties);

    public async Task SetHostAsync(string name, object properties) => await PostAsync($"lab/hosts/{name}", properties);

    public Task SpeedAsync(double speed) => PostAsync("lab/clock", new { speed });

    public Task FaultAsync(object fault) => PostAsync("lab/faults", fault);

    public async Task<JsonElement> StateAsync() => (await WorldAsync()).GetProperty("kayobe");

    public async Task<JsonElement> HostAsync(int number) => (await WorldAsync()).GetProperty("hypervisors").EnumerateArray().First(row => row.GetProperty("name").GetString() == Name(number));

    /// <summary>What was run, as <c>command: hosts</c>.</summary>
    public async Task<IReadOnlyList<string>> RunsAsync()
        => [.. (await StateAsync()).GetProperty("runs").EnumerateArray().Select(run => $"{run.GetProperty("command").GetString()}: {string.Join(' ', run.GetProperty("hosts").EnumerateArray().Select(host => host.GetString()!.Split('.')[0]))}")];

    public async Task SetNetBoxAsync(int number, string status)
        => await Session.Effects.RunAsync(new Core.Services.NetBox.SetDeviceStatus(), Target(number), new Core.Services.NetBox.SetDeviceStatusParameters(status), null, Token);

    /// <summary>What a command on the control host tells.</summary>
    public async Task<string> TellAsync(params string[] command)
        => await Session.Get<Core.Ssh.RemoteShell>().User("kayobe.lab.example", SilentLog.Instance).ReadTextAsync(command, Token);

    /// <summary>All that was written to journals and logs.</summary>
    public string Written() => string.Concat(Directory.EnumerateFiles(Path.Combine(Folder, "state", "runs"), "*", SearchOption.AllDirectories).Where(path => !path.EndsWith(".lock", StringComparison.Ordinal)).Select(ReadShared));

    public static async Task Until(Func<Task<bool>> holds)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Token);
        deadline.CancelAfter(Patience.Long);
        while (!await holds())
            await Task.Delay(10, deadline.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await Session.DisposeAsync();
        _control.Dispose();
        await _lab.DisposeAsync();
    }

    private SessionScope Open((string Key, object Value)[] overrides) => SessionOpening.Open(_lab.ConfigurationPath, null, overrides.ToDictionary(pair => pair.Key, pair => pair.Value)).Scope;

    private Task<JsonElement> WorldAsync() => _control.GetFromJsonAsync<JsonElement>("lab/state", Token);

    private async Task PostAsync(string path, object body) => (await _control.PostAsJsonAsync(path, body, Token)).EnsureSuccessStatusCode();

    private static string ReadShared(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static async Task<List<StepRecord>> CollectAsync(IAsyncEnumerable<StepRecord> stream)
    {
        var records = new List<StepRecord>();
        await foreach (var record in stream)
            records.Add(record);
        return records;
    }
}

using System.Net.Http.Json;
using System.Text.Json;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Migration;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Sessions;
using PlatformOps.Lab;
using PlatformOps.Migration;
using PlatformOps.Runs;
using PlatformOps.TestKit.Changes;

namespace PlatformOps.Core.Tests.Migration;

/// <summary>A lab with a session on it, for tests of phases: the world is bent through its control endpoint, and what happened is read there.</summary>
internal sealed class PhaseLab : IAsyncDisposable
{
    private readonly LabServer _lab;
    private readonly HttpClient _control;

    private PhaseLab(LabServer lab)
    {
        _lab = lab;
        _control = new HttpClient { BaseAddress = lab.Address };
        Session = Open();
    }

    public SessionScope Session { get; private set; }

    public LabServer Lab => _lab;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<PhaseLab> StartAsync(LabOptions? options = null)
        => new(await LabServer.StartAsync(options ?? new LabOptions { Hypervisors = 6, VirtualMachines = 12, Speed = 3600 }, Token));

    /// <summary>A lab whose first hypervisor was taken out of service by us and drained.</summary>
    public static async Task<PhaseLab> DrainedAsync()
    {
        var lab = await StartAsync();
        (await lab.RunAsync("PreDrain", Target(1))).AreWell();
        await lab.MoveServersAwayAsync(1);
        return lab;
    }

    /// <summary>The hypervisor of a number, with its ticket.</summary>
    public static MigrationTarget Target(int number) => new() { HypervisorName = $"hv{number:00}.lab.example", TicketId = $"MH-{100 + number}" };

    /// <summary>Another process's view: the same state folder, new clients.</summary>
    /// <param name="overrides">Dotted keys with values that win over the file.</param>
    /// <param name="time">Its clock; the lab's stays the real one.</param>
    public SessionScope Open(IReadOnlyDictionary<string, object>? overrides = null, TimeProvider? time = null) => SessionOpening.Open(_lab.ConfigurationPath, null, overrides, time).Scope;

    public Task SetHostAsync(int number, object properties) => SetHostAsync($"hv{number:00}.lab.example", properties);

    public async Task SetHostAsync(string name, object properties)
        => (await _control.PostAsJsonAsync($"lab/hosts/{name}", properties, Token)).EnsureSuccessStatusCode();

    /// <summary>What operators do while a hypervisor is drained.</summary>
    public Task MoveServersAwayAsync(int number) => SetHostAsync(number, new { serversMoved = true });

    /// <summary>Changes what Aquilon has of a hypervisor.</summary>
    public async Task SetAquilonAsync(int number, object properties)
        => (await _control.PostAsJsonAsync($"lab/aquilon/hv{number:00}.lab.example", properties, Token)).EnsureSuccessStatusCode();

    /// <summary>How Aquilon says that a hypervisor boots from the network: install, localboot …</summary>
    public async Task<string?> NetworkBootAsync(int number)
        => Find(await StateAsync(), "pxe") is var links && links.TryGetProperty($"hv{number:00}.lab.example", out var boot) ? boot.GetString() : null;

    /// <summary>The machine is restarted, and its disk's system comes up again.</summary>
    public async Task RestartAsync(int number)
    {
        var before = (await HostAsync(number)).GetProperty("bootId").GetString();
        await SetHostAsync(number, new { reboot = true });
        await UntilAsync(number, host => host.GetProperty("up").GetBoolean() && host.GetProperty("bootId").GetString() != before);
    }

    /// <summary>A person boots the machine from the network, and the installer runs.</summary>
    public Task ReinstallAsync(int number, string version = "9.5") => SetHostAsync(number, new { reinstall = new { osVersion = version } });

    /// <summary>Changes Kayobe's control host.</summary>
    public async Task SetKayobeAsync(object properties)
        => (await _control.PostAsJsonAsync("lab/kayobe", properties, Token)).EnsureSuccessStatusCode();

    /// <summary>Changes a hypervisor's BMC, by JSON.</summary>
    public async Task SetBmcAsync(int number, string properties)
        => (await _control.PostAsync($"lab/bmc/hv{number:00}.lab.example", new StringContent(properties), Token)).EnsureSuccessStatusCode();

    /// <summary>Waits until a host is as wanted.</summary>
    public async Task UntilAsync(int number, Func<JsonElement, bool> condition)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!condition(await HostAsync(number)))
            Assert.True(TimeProvider.System.GetElapsedTime(since) < Patience.Long, "The host did not get there in time.");
    }

    /// <summary>Changes a hypervisor's device in NetBox.</summary>
    public async Task SetDeviceAsync(int number, object properties)
    {
        var netbox = (await StateAsync()).GetProperty("netbox");
        var id = netbox.GetProperty("devices").EnumerateArray().Single(device => device.GetProperty("name").GetString() == $"hv{number:00}").GetProperty("id").GetInt64();
        using var request = new HttpRequestMessage(HttpMethod.Patch, $"netbox/api/dcim/devices/{id}/") { Content = JsonContent.Create(properties) };
        request.Headers.Add("Authorization", $"Token {netbox.GetProperty("token").GetString()}");
        (await _control.SendAsync(request, Token)).EnsureSuccessStatusCode();
    }

    public async Task FaultAsync(object fault) => (await _control.PostAsJsonAsync("lab/faults", fault, Token)).EnsureSuccessStatusCode();

    public async Task ClearFaultsAsync() => (await _control.DeleteAsync("lab/faults", Token)).EnsureSuccessStatusCode();

    /// <summary>What changed the world, logging in aside: "service call target".</summary>
    public async Task<IReadOnlyList<string>> WritesAsync()
        => [.. (await _control.GetFromJsonAsync<JsonElement>("lab/writes", Token)).EnumerateArray()
            .Where(write => write.GetProperty("service").GetString() != "keystone")
            .Select(write => $"{write.GetProperty("service")} {write.GetProperty("call")} {write.GetProperty("target")}")];

    /// <summary>As <see cref="WritesAsync"/>, with the details: "service call target: detail".</summary>
    public async Task<IReadOnlyList<string>> WriteDetailsAsync()
        => [.. (await _control.GetFromJsonAsync<JsonElement>("lab/writes", Token)).EnumerateArray()
            .Select(write => $"{write.GetProperty("service")} {write.GetProperty("call")} {write.GetProperty("target")}: {write.GetProperty("detail")}")];

    /// <summary>What changed the world for a hypervisor or its ticket.</summary>
    public async Task<IReadOnlyList<(DateTimeOffset At, string Service)>> WritesOfAsync(string hypervisor, string ticket)
        => [.. (await _control.GetFromJsonAsync<JsonElement>("lab/writes", Token)).EnumerateArray()
            .Where(write => write.GetRawText() is var text && (text.Contains(hypervisor.Split('.')[0], StringComparison.Ordinal) || text.Contains($"\"{ticket}\"", StringComparison.Ordinal)))
            .Select(write => (write.GetProperty("at").GetDateTimeOffset(), write.GetProperty("service").GetString()!))];

    /// <summary>Forgets what changed the world until now.</summary>
    public async Task ForgetWritesAsync() => (await _control.DeleteAsync("lab/counters", Token)).EnsureSuccessStatusCode();

    /// <summary>What the bootserver does with a hypervisor that boots from the network: <c>boot</c> or <c>install</c>.</summary>
    public async Task<string?> PxeAsync(int number) => (await StateAsync()).GetProperty("aquilon").GetProperty("pxe").GetProperty(Target(number).HypervisorName).GetString();

    /// <summary>What the lab is.</summary>
    public Task<JsonElement> LabAsync() => _control.GetFromJsonAsync<JsonElement>("lab", Token);

    public Task<JsonElement> StateAsync() => _control.GetFromJsonAsync<JsonElement>("lab/state", Token);

    public async Task<JsonElement> TicketAsync(string key)
        => Find(await StateAsync(), "tickets").EnumerateArray().Single(row => row.GetProperty("key").GetString() == key);

    /// <summary>The status of a hypervisor's ticket.</summary>
    public async Task<string?> StatusAsync(int number) => (await TicketAsync($"MH-{100 + number}")).GetProperty("status").GetString();

    public Task<JsonElement> HostAsync(int number) => HostAsync($"hv{number:00}.lab.example");

    public async Task<JsonElement> HostAsync(string name) => await _control.GetFromJsonAsync<JsonElement>($"lab/hosts/{name}", Token);

    public async Task<List<StepRecord>> RunAsync(string phases, params MigrationTarget[] targets) => await RunAsync(Session, phases, null, targets);

    public Task<List<StepRecord>> TakeOverAsync(string phases, string? takeOver, params MigrationTarget[] targets) => RunAsync(Session, phases, takeOver, targets);

    public static Task<List<StepRecord>> RunAsync(SessionScope session, string phases, params MigrationTarget[] targets) => RunAsync(session, phases, null, targets);

    /// <summary>Another person's run, from the same machine.</summary>
    public Task<List<StepRecord>> RunAsAsync(string person, string phases, params MigrationTarget[] targets) => RunAsync(Session, phases, null, targets, person);

    /// <summary>Runs with somebody at its side who bends the world immediately before a step of a target begins.</summary>
    public async Task<List<StepRecord>> BendAsync(string phases, Bend bend, params MigrationTarget[] targets)
    {
        var request = MigrationRun.Request(Session, phases.Split(','), targets, Session.Identity(phases)) with { ThrottleLimit = 4 };
        return await CollectAsync(Session.Runner(MigrationRun.Ticket(Session), bend).RunAsync(request, Token));
    }

    /// <summary>Runs from a step of the first phase on.</summary>
    public async Task<List<StepRecord>> RunFromAsync(string phases, string startAt, params MigrationTarget[] targets)
        => await CollectAsync(Session.Runner(MigrationRun.Ticket(Session)).RunAsync(MigrationRun.Request(Session, phases.Split(','), targets, Session.Identity(phases)) with { StartAt = startAt }, Token));

    public async Task<IReadOnlyList<JsonElement>> HostsAsync() => [.. (await _control.GetFromJsonAsync<JsonElement>("lab/hosts", Token)).EnumerateArray()];

    public async Task<List<StepRecord>> PlanAsync(string phases, params MigrationTarget[] targets)
        => await CollectAsync(Session.Runner(MigrationRun.Ticket(Session)).PlanAsync(MigrationRun.Request(Session, phases.Split(','), targets, Session.Identity(phases)), Token));

    /// <summary>Another process goes on with the newest run.</summary>
    /// <param name="more">What its configuration has beside the lab's, in YAML.</param>
    public async Task<List<StepRecord>> ResumeAsync(string more = "")
    {
        var path = Path.Combine(_lab.Folder, "another.yaml");
        // As private as the lab's.
        File.Copy(_lab.ConfigurationPath, path, overwrite: true);
        await File.AppendAllTextAsync(path, more, Token);
        await using var other = SessionOpening.Open(path, null, null).Scope;
        return await CollectAsync(other.Runner(MigrationRun.Ticket(other)).ResumeAsync(other.Store.List().First().RunId, new ResumeOptions(SessionScope.Person), Token));
    }

    /// <summary>What a check says of the first hypervisor, in a step of a run of ours.</summary>
    public Task<CheckResult> CheckAsync(Check check, object parameters) => check.RunAsync(Context(Session), parameters, Token);

    /// <summary>A step of a run of ours on the first hypervisor.</summary>
    public static ActionContext Context(SessionScope session) => new()
    {
        Target = MigrationRun.TargetOf(Target(1)),
        Run = session.Identity("test"),
        Step = "test",
        Clients = session,
        Time = session.Time,
        Log = new RecordingLog(),
    };

    /// <summary>The first hypervisor's dossier is another one from now on.</summary>
    public void Rewrite(Func<HypervisorDossier, HypervisorDossier> change)
    {
        var store = Session.Get<DossierStore>();
        store.Write(change(store.Latest("hv01.lab.example")!));
    }

    /// <summary>The newest run's process died with an entry of its journal just written: nothing behind it was.</summary>
    public void CutBehind(Func<JournalEntry, bool> entry)
    {
        var run = Session.Store.List().First();
        var kept = Session.Store.Entries(run.RunId).TakeWhile(one => !entry(one)).Count() + 1;
        File.WriteAllBytes(Path.Combine(run.Path, "journal"), [.. Session.Store.Entries(run.RunId).Take(kept).SelectMany(JournalFormat.Encode)]);
    }

    /// <summary>Another process takes the newest run back.</summary>
    public async Task<List<StepRecord>> UndoAsync()
    {
        await using var other = Open();
        return await CollectAsync(other.Runner(MigrationRun.Ticket(other)).UndoAsync(other.Store.List().First().RunId, new UndoOptions(SessionScope.Person), Token));
    }

    public async ValueTask DisposeAsync()
    {
        await Session.DisposeAsync();
        _control.Dispose();
        await _lab.DisposeAsync();
    }

    private static async Task<List<StepRecord>> RunAsync(SessionScope session, string phases, string? takeOver, MigrationTarget[] targets, string? person = null)
    {
        var identity = session.Identity(phases, takeOverReason: takeOver);
        var request = MigrationRun.Request(session, phases.Split(','), targets, identity with { Person = person ?? identity.Person }) with { ThrottleLimit = 4 };
        return await CollectAsync(session.Runner(MigrationRun.Ticket(session)).RunAsync(request, Token));
    }

    /// <summary>Does something in the world before a step of a target begins.</summary>
    internal sealed class Bend(Func<int, string, Task?> before) : IRunObserver
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<(int, string)> _done = [];

        /// <summary>Where it did.</summary>
        public IReadOnlyCollection<(int Number, string Step)> Done => _done;

        public async ValueTask OnStepStartedAsync(ActionTarget target, string? phase, string step, CancellationToken cancellationToken)
        {
            var number = int.Parse(target.Name.AsSpan(2, 2), System.Globalization.CultureInfo.InvariantCulture);
            if (before(number, step) is not { } bending)
                return;
            await bending;
            _done.Enqueue((number, step));
        }
    }

    /// <summary>What ended so that its target did not go on, or not without a word.</summary>
    public static IReadOnlyList<string> Problems(IEnumerable<StepRecord> records)
        => [.. records.Where(record => record.Outcome is not (StepOutcome.Passed or StepOutcome.Done or StepOutcome.Unchanged or StepOutcome.Reported or StepOutcome.Skipped)).Select(record => $"{record.Target[..4]} {record.Step} {record.Outcome}: {record.Message}")];

    private static JsonElement Find(JsonElement state, string name)
        => state.TryGetProperty(name, out var found) ? found : state.EnumerateObject().Select(section => section.Value).First(section => section.ValueKind == JsonValueKind.Object && section.TryGetProperty(name, out found)).GetProperty(name);

    private static async Task<List<StepRecord>> CollectAsync(IAsyncEnumerable<StepRecord> stream)
    {
        var records = new List<StepRecord>();
        await foreach (var record in stream)
            records.Add(record);
        return records;
    }
}

/// <summary>What tests of phases say of their records.</summary>
internal static class PhaseRecords
{
    /// <summary>Every step ended well.</summary>
    public static void AreWell(this IEnumerable<StepRecord> records)
        => Assert.All(records, record => Assert.False(record.Outcome is StepOutcome.Failed or StepOutcome.Unknown or StepOutcome.Drifted or StepOutcome.Warning or StepOutcome.Waiting, $"{record.Phase}.{record.Step} {record.Outcome}: {record.Message}"));

    /// <summary>The step that the phase ended at.</summary>
    public static StepRecord Failed(this IEnumerable<StepRecord> records)
        => records.Single(record => (record.Outcome is StepOutcome.Failed or StepOutcome.Unknown or StepOutcome.Drifted) && !record.Step.StartsWith("on-failure/", StringComparison.Ordinal));
}

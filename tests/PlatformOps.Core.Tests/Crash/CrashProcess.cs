using System.Text.Json;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Configuration;
using PlatformOps.Core.Http;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Migration;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Secrets;
using PlatformOps.Core.Services;
using PlatformOps.Core.Services.Hosts;
using PlatformOps.Core.Sessions;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;
using PlatformOps.Lab;
using PlatformOps.Migration;
using PlatformOps.Runs;
using PlatformOps.TestKit;
using PlatformOps.TestKit.Files;

namespace PlatformOps.Core.Tests.Crash;

/// <summary>
/// A process that works on one hypervisor of a lab from a machine of its own, and dies at the first of some points: nothing of it reaches the disk or the network after that.
/// Points are <c>step/before-intent</c>, <c>/after-intent</c> (on the disk, nothing sent), <c>/sent</c> (done there, not answered; with its number), <c>/before-result</c> and <c>/after-result</c>;
/// other records of the journal are <c>(type)/unwritten</c> and <c>(type)/written</c>, and <c>@5</c> is the fifth point that it comes past, whichever that is.
/// </summary>
internal sealed class CrashProcess : IAsyncDisposable
{
    /// <summary>What a longer effect sends after this is as good as its result's being lost.</summary>
    private const int MostSent = 3;

    private readonly CancellationTokenSource _death = new();
    private readonly Dictionary<string, int> _times = new(StringComparer.Ordinal);
    private readonly List<string> _unflushed = [];
    private readonly IReadOnlyCollection<string> _fatal;
    private readonly MortalDisk _disk;
    private readonly MortalHandler _network;
    private string? _effectUnderWay;

    public CrashProcess(LabServer lab, DurableDisk machine, IReadOnlyCollection<string> fatal)
    {
        _fatal = fatal;
        _disk = new MortalDisk(machine) { OnCall = OnDisk };
        _network = new MortalHandler(this);
        Session = MachineSession.Open(lab, machine, _disk, _network, new HastyTimeProvider());
    }

    public SessionScope Session { get; }

    public CancellationToken Death => _death.Token;

    /// <summary>The step whose effect has its intent on the disk, and no result.</summary>
    public string? EffectUnderWay
    {
        get => Volatile.Read(ref _effectUnderWay);
        private set => Volatile.Write(ref _effectUnderWay, value);
    }

    /// <summary>The points that it came past, in their order.</summary>
    public List<string> Reached { get; } = [];

    /// <summary>Where it died; null where it lives.</summary>
    public string? DiedAt { get; private set; }

    /// <summary>Comes past a point.</summary>
    public void Reach(string place)
    {
        // Some ask several things at a time.
        lock (_times)
        {
            if (!IsFatal(place))
                return;
            _disk.Die();
        }

        _death.Cancel();
    }

    private bool IsFatal(string place)
    {
        if (DiedAt is not null)
            return false;
        var times = _times[place] = _times.GetValueOrDefault(place) + 1;
        if (place.EndsWith("/sent", StringComparison.Ordinal))
        {
            if (times > MostSent)
                return false;
            place = FormattableString.Invariant($"{place}#{times}");
        }
        else if (times > 1)
        {
            // A later attempt: what is asked for is the first.
            return false;
        }

        Reached.Add(place);
        if (!_fatal.Contains(place) && !_fatal.Contains(FormattableString.Invariant($"@{Reached.Count}")))
            return false;
        DiedAt = place;
        return true;
    }

    /// <summary>Begins a run.</summary>
    public Task<List<StepRecord>> RunAsync(string phase, MigrationTarget target)
        => WorkAsync(Session.Runner(MigrationRun.Ticket(Session)).RunAsync(MigrationRun.Request(Session, [phase], [target], Session.Identity(phase)), _death.Token));

    /// <summary>Goes on with one.</summary>
    public Task<List<StepRecord>> ResumeAsync(string runId)
        => WorkAsync(Session.Runner(MigrationRun.Ticket(Session)).ResumeAsync(runId, new ResumeOptions(SessionScope.Person), _death.Token));

    public async ValueTask DisposeAsync()
    {
        try
        {
            await Session.DisposeAsync();
        }
        catch (Exception) when (DiedAt is not null)
        {
            // The dead put nothing in order.
        }

        _network.Dispose();
        _death.Dispose();
    }

    private async Task<List<StepRecord>> WorkAsync(IAsyncEnumerable<StepRecord> run)
    {
        var records = new List<StepRecord>();
        try
        {
            await foreach (var record in run)
                records.Add(record);
        }
        catch (Exception e) when (DiedAt is not null && e is OpsException or IOException or OperationCanceledException)
        {
        }

        return records;
    }

    private void OnDisk(DiskCall call, bool isDone)
    {
        if (Path.GetFileName(call.Path) != "journal")
            return;
        if (call.Name == "write")
            OnRecord(call.Content, isDone);
        if (call.Name != "flush" || !isDone)
            return;
        foreach (var place in _unflushed.ToList())
        {
            _unflushed.Remove(place);
            if (place.EndsWith("/after-intent", StringComparison.Ordinal))
                EffectUnderWay = StepOf(place);
            Reach(place);
        }
    }

    private void OnRecord(byte[] record, bool isDone)
    {
        // Behind its length and checksum.
        using var json = JsonDocument.Parse(record.AsMemory(8));
        var type = json.RootElement.GetProperty("type").GetString()!;
        if (type is not ("intent" or "result"))
        {
            Reach($"({type})/{(isDone ? "written" : "unwritten")}");
            return;
        }

        var step = json.RootElement.GetProperty("key").GetProperty("step").GetString()!;
        // What changed nothing is not waited for until it is on the disk.
        var isDurable = type == "intent" || (json.RootElement.GetProperty("kind").GetString() == "change" && json.RootElement.GetProperty("outcome").GetString() != "unchanged");
        if (isDone && isDurable)
            _unflushed.Add($"{step}/after-{type}");
        else if (isDone)
            Reach($"{step}/after-{type}");
        if (isDone)
            return;

        if (type == "result" && EffectUnderWay == step)
            EffectUnderWay = null;
        Reach($"{step}/before-{type}");
    }

    private static string StepOf(string place) => place[..place.LastIndexOf('/')];
}

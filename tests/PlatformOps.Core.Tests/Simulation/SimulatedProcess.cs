using PlatformOps.Core.Changes;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Migration;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Sessions;
using PlatformOps.Core.Tests.Crash;
using PlatformOps.Errors;
using PlatformOps.Lab;
using PlatformOps.Runs;
using PlatformOps.TestKit.Files;

namespace PlatformOps.Core.Tests.Simulation;

/// <summary>A process of a simulation. It may die at one of its calls: before that is sent, or with its answer on the way.</summary>
internal sealed class SimulatedProcess : IAsyncDisposable
{
    private readonly CancellationTokenSource _death = new();
    private readonly MortalDisk _disk;
    private readonly Network _network;
    private readonly int? _diesAt;
    private int _calls;

    /// <param name="diesAt">At which call; negative where it is sent first. Null where it lives.</param>
    /// <param name="more">What its configuration has beside the lab's.</param>
    public SimulatedProcess(LabServer lab, DurableDisk machine, FakeTimeProvider time, Pulse pulse, int? diesAt, IReadOnlyDictionary<string, object> more)
    {
        _diesAt = diesAt;
        _disk = new MortalDisk(machine);
        _network = new Network(this, pulse);
        Session = MachineSession.Open(lab, machine, _disk, _network, time, more);
    }

    public SessionScope Session { get; }

    public bool IsDead => _disk.IsDead;

    /// <summary>Goes on with a run, or begins it.</summary>
    public async Task<List<StepRecord>> WorkAsync(string? runId, RunRequest request, IRunObserver watch)
    {
        var records = new List<StepRecord>();
        try
        {
            var runner = Session.Runner(MigrationRun.Ticket(Session), watch);
            await foreach (var record in runId is null ? runner.RunAsync(request, _death.Token) : runner.ResumeAsync(runId, new ResumeOptions(SessionScope.Person), _death.Token))
                records.Add(record);
        }
        catch (Exception e) when (IsDead && e is OpsException or IOException or OperationCanceledException)
        {
        }

        return records;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await Session.DisposeAsync();
        }
        catch (Exception) when (IsDead)
        {
            // The dead put nothing in order.
        }

        _network.Dispose();
        _death.Dispose();
    }

    private void Die()
    {
        _disk.Die();
        _death.Cancel();
    }

    private sealed class Network(SimulatedProcess process, Pulse pulse) : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false })
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            process._death.Token.ThrowIfCancellationRequested();
            var call = Interlocked.Increment(ref process._calls);
            if (call == process._diesAt)
                process.Die();
            process._death.Token.ThrowIfCancellationRequested();
            pulse.Began();
            try
            {
                using var life = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, process._death.Token);
                var response = await base.SendAsync(request, life.Token);
                if (call != -process._diesAt)
                    return response;
                await response.Content.LoadIntoBufferAsync(cancellationToken);
                process.Die();
                throw new OperationCanceledException(process._death.Token);
            }
            finally
            {
                pulse.Ended();
            }
        }
    }
}

using PlatformOps.Core.Configuration;
using PlatformOps.Core.Sessions;
using PlatformOps.Lab;

namespace PlatformOps.Core.Tests.Http.Faults;

/// <summary>A call of a client with what it says to the lab when nothing goes wrong.</summary>
internal sealed record RecordedCall(string World, ServiceCall Call, object? State, IReadOnlyList<Exchange> Exchanges)
{
    public override string ToString() => $"{World}: {Call}";
}

/// <summary>Every client's every method, recorded once on two labs: what is common today, and what is old, or Cloud.</summary>
public sealed class RecordedCalls : IAsyncLifetime
{
    private readonly List<LabServer> _labs = [];

    internal IReadOnlyList<RecordedCall> All { get; private set; } = [];

    internal Dictionary<string, OpsConfiguration> Configurations { get; } = [];

    public async ValueTask InitializeAsync()
    {
        List<RecordedCall> all = [];
        var lab = new LabOptions { Hypervisors = 4, VirtualMachines = 8, Speed = 3600 };
        all.AddRange(await RecordAsync("new", lab));
        all.AddRange(await RecordAsync("old", lab with { Jira = LabJiraKind.Cloud, NovaMaxMicroversion = "2.1", NetBoxVersion = "3.5.9", AlertmanagerVersion = "0.25.0" }));
        All = all;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var lab in _labs)
            await lab.DisposeAsync();
    }

    private async Task<IReadOnlyList<RecordedCall>> RecordAsync(string world, LabOptions options)
    {
        var token = TestContext.Current.CancellationToken;
        var lab = await LabServer.StartAsync(options, token);
        _labs.Add(lab);
        var configuration = Configurations[world] = new ConfigurationLoader(Registrations.Sections).Load(lab.ConfigurationPath, new Dictionary<string, object>());
        List<RecordedCall> recorded = [];
        foreach (var call in ServiceCalls.All)
        {
            using var aside = new Recorder();
            using var before = new CallScope(configuration, aside, TimeProvider.System);
            var state = await call.PrepareAsync(before, token);
            await before.EndAsync();
            using var recorder = new Recorder();
            using var scope = new CallScope(configuration, recorder, TimeProvider.System);
            await call.InvokeAsync(scope, state, token);
            recorded.Add(new RecordedCall(world, call, state, [.. recorder.Exchanges]));
            await scope.EndAsync();
        }

        return recorded;
    }
}

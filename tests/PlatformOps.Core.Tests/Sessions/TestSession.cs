using PlatformOps.Core.Changes;
using PlatformOps.Core.Configuration;
using PlatformOps.Core.Secrets;
using PlatformOps.Core.Services;
using PlatformOps.Core.Sessions;
using PlatformOps.TestKit.Ledger;

namespace PlatformOps.Core.Tests.Sessions;

/// <summary>A session with a test's own services: journals and locks in memory, logs in a folder that goes with the test.</summary>
internal sealed class TestSession : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly OpsConfiguration _configuration;
    private readonly IReadOnlyList<ServiceRegistration> _registrations;

    public TestSession(IReadOnlyList<ServiceRegistration> registrations, params object[] sections)
    {
        _registrations = registrations;
        _configuration = new OpsConfiguration { Path = "/etc/ops.yaml", Environment = "test", StateFolder = _folder.Path, Sections = sections.ToDictionary(section => section.GetType()) };
        Scope = Open();
    }

    public MemoryLedgerFiles Files { get; } = new();

    public FakeTimeProvider Time { get; } = new() { AutoAdvance = TimeSpan.FromSeconds(3) };

    public SessionScope Scope { get; }

    public EffectRunner Effects => Scope.Effects;

    /// <summary>Another session on the same state folder, as another process opens it.</summary>
    public SessionScope Open(TargetRules? targets = null) => new(_configuration with { Targets = targets ?? new TargetRules() }, new SecretStore(new Redactor()), Time, Files, _registrations);

    public async ValueTask DisposeAsync()
    {
        await Scope.DisposeAsync();
        _folder.Dispose();
    }
}

/// <summary>A service of a test's own.</summary>
internal sealed class FakeService(string name) : ServiceRegistration
{
    private readonly Dictionary<Type, Func<IServiceScope, object>> _clients = [];

    public override string Name => name;

    /// <summary>Its section; configured where a session has it.</summary>
    public Type? Section { get; init; }

    public bool IsProbed { get; init; } = true;

    /// <summary>Whether it is asked about a target, whatever is needed; as other services are where null.</summary>
    public Func<ActionTarget, bool>? Asks { get; init; }

    public Func<ActionTarget, Task<Dictionary<string, string>>>? Names { get; init; }

    public Func<Task<ServiceProbe>>? Probe { get; init; }

    public override Type? ConfigurationType => Section;

    public override IReadOnlyDictionary<Type, Func<IServiceScope, object>> Clients => _clients;

    public override bool CanProbe => IsProbed;

    public FakeService Makes<T>(Func<IServiceScope, T> maker)
        where T : class
    {
        _clients[typeof(T)] = maker;
        return this;
    }

    public override bool Identifies(ActionTarget target, IReadOnlyCollection<string> needs) => Asks?.Invoke(target) ?? base.Identifies(target, needs);

    public override async Task<IReadOnlyDictionary<string, string>> IdentifyAsync(IServiceScope scope, ActionTarget target, CancellationToken cancellationToken)
        => Names is null ? new Dictionary<string, string>() : await Names(target);

    public override Task<ServiceProbe> ProbeAsync(IServiceScope scope, CancellationToken cancellationToken) => Probe?.Invoke() ?? base.ProbeAsync(scope, cancellationToken);
}

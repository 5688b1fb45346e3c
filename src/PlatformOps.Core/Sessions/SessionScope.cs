using System.Collections.Concurrent;
using System.Net;
using System.Runtime.ExceptionServices;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Configuration;
using PlatformOps.Core.Http;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Logging;
using PlatformOps.Core.Migration;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Secrets;
using PlatformOps.Core.Services;
using PlatformOps.Errors;

namespace PlatformOps.Core.Sessions;

/// <summary>What stands behind an <see cref="PlatformOps.Sessions.OpsSession"/>: its configuration, and its clients, each made when first asked for.</summary>
internal sealed class SessionScope : IServiceScope, IAsyncDisposable
{
    private readonly ConcurrentDictionary<Type, Lazy<object>> _clients = new();
    private readonly ConcurrentStack<object> _made = new();
    private readonly ServiceProbes _probes;
    private readonly IReadOnlyDictionary<Type, Func<IServiceScope, object>> _makers;
    private int _isClosed;

    public SessionScope(OpsConfiguration configuration, SecretStore secrets, TimeProvider time, LedgerFiles files, IReadOnlyList<ServiceRegistration>? registrations = null, ILedgerStore? ledger = null)
    {
        (Configuration, Secrets, Time) = (configuration, secrets, time);
        Services = registrations ?? Registrations.All;
        _makers = Services.SelectMany(registration => registration.Clients).ToDictionary(pair => pair.Key, pair => pair.Value);
        Store = new RunStore(files, configuration.StateFolder, time, secrets.Redactor.Clean, ledger) { IsIdle = runId => Effects?.IsIdle(runId) == true, SecretsIn = secrets.Redactor.NamesIn };
        KillSwitch = new KillSwitch(Store.Ledger, time);
        Runbooks = Registrations.Runbooks(configuration.Runbooks.Folder);
        Effects = new EffectRunner(this);
        _probes = new ServiceProbes(this);
    }

    public OpsConfiguration Configuration { get; }

    public SecretStore Secrets { get; }

    public TimeProvider Time { get; }

    public IReadOnlyList<ServiceRegistration> Services { get; }

    public RunStore Store { get; }

    public KillSwitch KillSwitch { get; }

    public RunbookLibrary Runbooks { get; }

    /// <summary>The effects of single cmdlets, and the run they are written to.</summary>
    public EffectRunner Effects { get; }

    public TargetPolicy Policy => TargetPolicy.Of(Configuration) with
    {
        // A session that takes its own machine down cannot end what it began.
        ServiceHosts = [(Dns.GetHostName(), "this session"), .. Services.SelectMany(registration => registration.HostsOf(Configuration).Select(host => (host, registration.Name)))],
    };

    /// <summary>Why a value is no secret here: what it says is how things are called, and would be masked wherever they are. Null where it may be one.</summary>
    public string? WhyNoSecret(string value)
    {
        (string Key, IEnumerable<string> Names)[] known =
        [
            ("environment", [Configuration.Environment]),
            ("targets.allow", Configuration.Targets.Allow ?? []),
            ("targets.protected", Configuration.Targets.Protected),
            .. Services.Select(service => (service.Name, service.HostsOf(Configuration))),
            .. ConfiguredSecrets.Of(Configuration).Select(one => (one.Key, one.UserName is { } user ? (IEnumerable<string>)[user] : [])),
        ];
        var key = known.FirstOrDefault(one => one.Names.Any(name => Redactor.IsCommon(value) ? Parts(name).Contains(value, StringComparer.Ordinal) : name.Contains(value, StringComparison.Ordinal))).Key;
        return key is null ? null : $"it is not handed out, because its value is a part of what things are called here (beside or in {key} of the configuration): this session would mask it in every such name, and could not write those to its journals. Give the secret another value.";

        static string[] Parts(string name) => name.Split(['.', '-', '*', '?', '[', ']', '@', '\\'], StringSplitOptions.RemoveEmptyEntries);
    }

    /// <inheritdoc/>
    public T Get<T>()
        where T : class
    {
        if ((this as T ?? Store as T ?? Runbooks as T ?? _probes as T) is { } own)
            return own;
        return (T)Client(typeof(T));
    }

    /// <summary>Makes a service's clients, which contacts nobody.</summary>
    /// <returns>What the configuration lacks for it, such as an address; null where it lacks nothing.</returns>
    public ConfigurationException? Prepare(ServiceRegistration registration)
    {
        try
        {
            foreach (var type in registration.Clients.Keys)
                _ = Client(type);
            return null;
        }
        catch (ConfigurationException e)
        {
            return e;
        }
    }

    /// <summary>Whether the configuration has the service's section.</summary>
    public bool IsConfigured(ServiceRegistration registration) => registration.ConfigurationType is { } type && Configuration.Sections.ContainsKey(type);

    /// <inheritdoc cref="IsConfigured(ServiceRegistration)"/>
    public bool IsConfigured(string service) => Services.Any(registration => registration.Name == service && IsConfigured(registration));

    /// <summary>A run's surroundings.</summary>
    public RunScope RunScope(params IReadOnlyList<IRunObserver> observers) => new()
    {
        Clients = this,
        Time = Time,
        Store = Store,
        Catalog = Registrations.Catalog,
        Policy = Policy,
        KillSwitch = KillSwitch,
        Redactor = Secrets.Redactor,
        IsConfigured = IsConfigured,
        Identify = new TargetIdentifier(this).IdentifyAsync,
        Settings = run => MigrationSettings.Of(Configuration, run),
        PhaseOrder = MigrationPhases.Names,
        Observers = observers,
    };

    public RunbookRunner Runner(params IReadOnlyList<IRunObserver> observers) => new(RunScope(observers), Runbooks.Reader);

    /// <summary>Who runs what begins now.</summary>
    /// <param name="window">The maintenance window; the configured one from now where null.</param>
    public RunIdentity Identity(string name, (DateTimeOffset Start, DateTimeOffset End)? window = null, string? requestedBy = null, string? takeOverReason = null)
    {
        var start = window?.Start ?? Time.GetUtcNow();
        return new RunIdentity
        {
            RunId = Store.NewRunId(),
            Name = name,
            Person = Person,
            Initials = Configuration.Initials,
            Environment = Configuration.Environment,
            Machine = Environment.MachineName,
            RequestedBy = requestedBy,
            WindowStart = start,
            WindowEnd = window?.End ?? Configuration.Maintenance.EndOf(start),
            TakeOverReason = takeOverReason,
        };
    }

    /// <summary>The account, as claims and the ledger name it.</summary>
    public static string Person => Environment.UserName;

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) == 1)
            return;
        // The last first: it may need what was made before it. Connections and processes hang on them: one that fails keeps no other open.
        var faults = new List<Exception>();
        foreach (var held in (IEnumerable<object>)[Effects, .. _made, Store.Ledger])
        {
            try
            {
                if (held is IAsyncDisposable asynchronous)
                    await asynchronous.DisposeAsync();
                else if (held is IDisposable disposable)
                    disposable.Dispose();
            }
            catch (Exception e)
            {
                faults.Add(e);
            }
        }

        if (faults is [var fault])
            ExceptionDispatchInfo.Throw(fault);
        if (faults.Count > 0)
            throw new AggregateException(faults);
    }

    private object Client(Type type)
    {
        var lazy = _clients.GetOrAdd(type, asked => new Lazy<object>(() => Make(asked)));
        try
        {
            return lazy.Value;
        }
        catch (Exception)
        {
            // What could not be made today may be made when its configuration or secret is there.
            _clients.TryRemove(KeyValuePair.Create(type, lazy));
            throw;
        }
    }

    private object Make(Type type)
    {
        var maker = _makers.GetValueOrDefault(type) ?? throw new InvalidOperationException($"No service makes a {type.Name}.");
        var client = maker(this);
        if (client is HttpServiceFactory http)
        {
            http.Exchanged += exchange => AmbientLog.Current?.Write(exchange.Service, exchange.ToString());
            http.Repeating += (service, notice) => AmbientNotice.Current?.Invoke(service, notice);
        }

        _made.Push(client);
        return client;
    }
}

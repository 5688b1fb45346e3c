using System.Collections.Concurrent;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Configuration;
using PlatformOps.Core.Http;
using PlatformOps.Core.Logging;
using PlatformOps.Core.Secrets;
using PlatformOps.Core.Services;

namespace PlatformOps.TestKit;

/// <summary>What a session gives its services, with a scripted server and a fake clock: makes the clients of registrations as a session does.</summary>
internal sealed class TestScope : IServiceScope
{
    private readonly Dictionary<Type, object> _made = [];
    private readonly List<ServiceRegistration> _registrations;

    public TestScope(IEnumerable<ServiceRegistration> registrations, params object[] sections)
    {
        _registrations = [.. registrations];
        Configuration = new OpsConfiguration { Path = "/etc/ops.yaml", Sections = sections.ToDictionary(section => section.GetType()) };
        Secrets = new SecretStore(new Redactor());
        Http = new HttpServiceFactory(Time, Secrets.Redactor) { Handler = Server };
        Http.Exchanged += exchange => Log.Enqueue(exchange.ToString());
        _made[typeof(HttpServiceFactory)] = Http;
    }

    public ScriptedHandler Server { get; } = new();

    public FakeTimeProvider Clock { get; } = new() { AutoAdvance = TimeSpan.FromSeconds(20) };

    public TimeProvider Time => Clock;

    public OpsConfiguration Configuration { get; init; }

    public SecretStore Secrets { get; }

    public HttpServiceFactory Http { get; }

    /// <summary>Every request as the log has it.</summary>
    public ConcurrentQueue<string> Log { get; } = [];

    public T Get<T>()
        where T : class
    {
        if (_made.TryGetValue(typeof(T), out var made))
            return (T)made;
        var make = _registrations.SelectMany(registration => registration.Clients).First(client => client.Key == typeof(T)).Value;
        return (T)(_made[typeof(T)] = make(this));
    }

    /// <summary>A context for a step of alice's run on one target.</summary>
    public ActionContext Context(string target, string? ticket = "MH-101", string person = "alice", string run = "r1", string? takeOverReason = null, string step = "step") => new()
    {
        Target = new ActionTarget("hypervisor", target, ticket),
        Run = new RunIdentity
        {
            RunId = run, Name = "test", Person = person, Initials = "al", Environment = "test", Machine = "runner",
            WindowStart = Clock.GetUtcNow(), WindowEnd = Clock.GetUtcNow().AddDays(28), TakeOverReason = takeOverReason,
        },
        Step = step,
        Phase = "PreDrain",
        Clients = this,
        Time = Clock,
        Log = new NoLog(),
    };

    private sealed class NoLog : IActionLog
    {
        public void Write(string source, string message)
        {
        }
    }
}

/// <summary>Runs a change as the gate does, without the gate: observe, and where it is not as desired apply and observe again.</summary>
internal static class ChangeSteps
{
    public static async Task<(string Before, string After, bool WasApplied)> RunAsync(this Change change, ActionContext context, object parameters, CancellationToken cancellationToken)
    {
        var before = await change.ObserveAsync(context, parameters, cancellationToken);
        // Recorded states go through the journal.
        before = change.Load(change.Save(before));
        if (change.IsDesired(context, parameters, before))
            return (change.Describe(before), change.Describe(before), false);
        await change.ApplyAsync(context, parameters, before, cancellationToken);
        var after = await change.ObserveAsync(context, parameters, cancellationToken);
        if (!change.IsDesired(context, parameters, after))
            throw new InvalidOperationException($"{change.Name} was applied, and the state is {change.Describe(after)}.");
        return (change.Describe(before), change.Describe(after), true);
    }
}

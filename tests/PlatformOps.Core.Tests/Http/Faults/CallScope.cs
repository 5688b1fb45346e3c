using PlatformOps.Core.Configuration;
using PlatformOps.Core.Http;
using PlatformOps.Core.Secrets;
using PlatformOps.Core.Services;
using PlatformOps.Core.Services.Redfish;
using PlatformOps.Core.Sessions;

namespace PlatformOps.Core.Tests.Http.Faults;

/// <summary>All services of a configuration, behind one handler and one clock.</summary>
internal sealed class CallScope : IServiceScope, IDisposable
{
    private static readonly Dictionary<Type, Func<IServiceScope, object>> Makers = Registrations.All.SelectMany(registration => registration.Clients).ToDictionary(pair => pair.Key, pair => pair.Value);

    private readonly Dictionary<Type, object> _made = [];

    public CallScope(OpsConfiguration configuration, HttpMessageHandler handler, TimeProvider time)
    {
        (Configuration, Time) = (configuration, time);
        Http = new HttpServiceFactory(time, Secrets.Redactor, new HttpSettings { MaxAnswerMebibytes = 1 }) { Handler = handler };
        Http.Exchanged += exchange => Log.Add(exchange.ToString());
        _made[typeof(HttpServiceFactory)] = Http;
    }

    public OpsConfiguration Configuration { get; }

    public SecretStore Secrets { get; } = new(new Redactor());

    public TimeProvider Time { get; }

    public HttpServiceFactory Http { get; }

    /// <summary>Every request as the log has it.</summary>
    public System.Collections.Concurrent.ConcurrentBag<string> Log { get; } = [];

    public T Get<T>()
        where T : class
    {
        lock (_made)
            return (T)(_made.TryGetValue(typeof(T), out var made) ? made : _made[typeof(T)] = Makers[typeof(T)](this));
    }

    /// <summary>Logs out where that is done.</summary>
    public async Task EndAsync()
    {
        if (_made.GetValueOrDefault(typeof(RedfishClient)) is RedfishClient bmcs)
            await bmcs.DisposeAsync();
    }

    public void Dispose() => Http.Dispose();
}

using System.Collections.Concurrent;
using PlatformOps.Core.Secrets;

namespace PlatformOps.Core.Http;

/// <summary>Makes the pipelines of one session's services: they share its clock, redactor, log and, in tests, its handler.</summary>
internal sealed class HttpServiceFactory(TimeProvider time, Redactor redactor, HttpSettings? defaults = null) : IDisposable
{
    private readonly ConcurrentBag<HttpService> _made = [];

    /// <summary>Told every request of every service, free of secrets.</summary>
    public event Action<HttpExchange>? Exchanged;

    /// <summary>Told what keeps a caller waiting: the service, and that it is asked again.</summary>
    public event Action<string, string>? Repeating;

    /// <summary>Sends the requests instead of sockets, where set.</summary>
    public HttpMessageHandler? Handler { get; init; }

    public TimeProvider Time => time;

    public HttpService Create(string service, Uri baseAddress, HttpAuthentication? authentication = null, HttpSettings? settings = null, Func<HttpAnswer, HttpFault>? readFault = null)
    {
        var made = new HttpService(new HttpServiceOptions
        {
            Service = service,
            BaseAddress = baseAddress,
            Authentication = authentication ?? HttpAuthentication.None,
            Settings = settings ?? defaults ?? new HttpSettings(),
            Time = time,
            Redactor = redactor,
            Handler = Handler,
            Exchanged = exchange => Exchanged?.Invoke(exchange),
            Repeating = (name, notice) => Repeating?.Invoke(name, notice),
            ReadFault = readFault ?? HttpFault.Of,
        });
        _made.Add(made);
        return made;
    }

    /// <summary>Closes the connections of every service.</summary>
    public void Dispose()
    {
        foreach (var service in _made)
            service.Dispose();
    }
}

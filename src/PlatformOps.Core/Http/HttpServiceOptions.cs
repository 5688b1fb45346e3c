using PlatformOps.Core.Secrets;

namespace PlatformOps.Core.Http;

/// <summary>What an <see cref="HttpService"/> is built from.</summary>
internal sealed record HttpServiceOptions
{
    /// <summary>The service as the configuration names it.</summary>
    public required string Service { get; init; }

    public required Uri BaseAddress { get; init; }

    public HttpAuthentication Authentication { get; init; } = HttpAuthentication.None;

    public HttpSettings Settings { get; init; } = new();

    public required TimeProvider Time { get; init; }

    public Redactor? Redactor { get; init; }

    /// <summary>Sends the requests; by default sockets with the TLS and proxy of <see cref="Settings"/>.</summary>
    public HttpMessageHandler? Handler { get; init; }

    /// <summary>Told every request, for the log.</summary>
    public Action<HttpExchange>? Exchanged { get; init; }

    /// <summary>Told the service, and in words why, how often and until when it is asked again, where that takes a while.</summary>
    public Action<string, string>? Repeating { get; init; }

    public Func<HttpAnswer, HttpFault> ReadFault { get; init; } = HttpFault.Of;

    /// <summary>Between 0 and 1, for the jitter of waits.</summary>
    public Func<double> Random { get; init; } = System.Random.Shared.NextDouble;
}

using PlatformOps.Core.Configuration;
using PlatformOps.Core.Secrets;
using PlatformOps.Errors;

namespace PlatformOps.Core.Http;

/// <summary>Makes the pipelines of one session's services: they share its clock, redactor, log and, in tests, its handler.</summary>
internal sealed class HttpServiceFactory(TimeProvider time, Redactor redactor, HttpSettings? defaults = null)
{
    /// <summary>Told every request of every service, free of secrets.</summary>
    public event Action<HttpExchange>? Exchanged;

    /// <summary>Sends the requests instead of sockets, where set.</summary>
    public HttpMessageHandler? Handler { get; init; }

    public TimeProvider Time => time;

    public HttpService Create(string service, Uri baseAddress, HttpAuthentication? authentication = null, HttpSettings? settings = null) => new(new HttpServiceOptions
    {
        Service = service,
        BaseAddress = baseAddress,
        Authentication = authentication ?? HttpAuthentication.None,
        Settings = settings ?? defaults ?? new HttpSettings(),
        Time = time,
        Redactor = redactor,
        Handler = Handler,
        Exchanged = exchange => Exchanged?.Invoke(exchange),
    });

    /// <summary>A URL of the configuration, or an error that names its key.</summary>
    public static Uri Url(OpsConfiguration configuration, string key, string? value)
    {
        if (string.IsNullOrWhiteSpace(value))
            throw new ConfigurationException($"{key} is missing in {configuration.Path}: it is needed to reach the service. Add it, for example {key.Split('.')[^1]}: https://{key.Split('.')[0]}.example.org", configuration.Path);
        if (!Uri.TryCreate(value, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0)
            throw new ConfigurationException($"{key} in {configuration.Path} is not an http or https URL without user, query and fragment: '{ServerText.Clean(value, 200)}'.", configuration.Path);
        return url;
    }
}

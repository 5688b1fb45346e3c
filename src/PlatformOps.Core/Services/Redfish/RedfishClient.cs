using System.Collections.Concurrent;
using PlatformOps.Core.Http;
using PlatformOps.Core.Secrets;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Redfish;

/// <summary>The management controllers of machines, each by its address, logged in to when first asked.</summary>
/// <param name="configuration">The section.</param>
/// <param name="factory">Makes the pipelines.</param>
/// <param name="secrets">Resolves the password.</param>
/// <param name="general">The file's <c>http:</c>, where it has one.</param>
internal sealed class RedfishClient(BmcConfiguration configuration, HttpServiceFactory factory, SecretStore secrets, HttpSettings? general) : IAsyncDisposable
{
    private const string ServiceName = "bmc";
    private static readonly TimeSpan LogoutPatience = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, Lazy<RedfishService>> _services = new(StringComparer.OrdinalIgnoreCase);

    public BmcConfiguration Configuration => configuration;

    /// <summary>The controller at an address.</summary>
    /// <param name="address">An IP address or a DNS name.</param>
    /// <exception cref="RefusedException">It is neither; nothing was contacted.</exception>
    public RedfishService At(string address) => HostNameRule.IsValid(address)
        ? _services.GetOrAdd(address, key => new Lazy<RedfishService>(() => Make(key))).Value
        : throw new RefusedException($"'{ServerText.Clean(address, 100)}' is not the address of a BMC: {HostNameRule.Description}. Nothing was contacted.") { TargetName = ServerText.Clean(address, 100) };

    /// <summary>The system of a machine, which the controller's must be.</summary>
    /// <exception cref="RefusedException">It is another machine's, or nobody can tell.</exception>
    public async Task<SystemReading> SystemAsync(string target, string address, string serial, CancellationToken cancellationToken)
    {
        var system = await At(address).SystemAsync(serial, cancellationToken);
        system.RequireSerial(target, serial);
        return system;
    }

    /// <summary>Looks at the password: which controllers there are nobody knows before they are asked for.</summary>
    public async Task<ServiceProbe> ProbeAsync(CancellationToken cancellationToken)
    {
        await secrets.ResolveAsync(configuration.Password, cancellationToken);
        return new ServiceProbe("Redfish", configuration.Username, configuration.AddressPattern) { IsUnasked = true };
    }

    /// <summary>Ends the sessions: a controller has few, and holds them for half an hour.</summary>
    public async ValueTask DisposeAsync()
    {
        // Of real time, whatever clock the session has: a person waits for its end.
        using var patience = new CancellationTokenSource(LogoutPatience);
        await Task.WhenAll(_services.Values.Where(made => made.IsValueCreated).Select(made => made.Value.EndAsync(patience.Token)));
    }

    private RedfishService Make(string address)
    {
        var url = configuration.UrlOf(address);
        var settings = configuration.SettingsOf(address, general);
        var open = factory.Create(ServiceName, url, settings: settings, readFault: RedfishFault.Of);
        return new RedfishService(address, open, sessions =>
        {
            var isSession = configuration.Login != BmcLogin.Basic && (sessions is not null || configuration.Login == BmcLogin.Session);
            var session = isSession ? new RedfishSession(address, open, sessions ?? "redfish/v1/SessionService/Sessions", configuration, secrets) : null;
            var authentication = session ?? (HttpAuthentication)FixedAuthentication.Basic(ServiceName, "bmc.username and bmc.password", secrets, configuration.Username, configuration.Password);
            return (factory.Create(ServiceName, url, authentication, settings, RedfishFault.Of), session);
        });
    }
}

using PlatformOps.Core.Changes;
using PlatformOps.Core.Http;

namespace PlatformOps.Core.Services.Alertmanager;

/// <summary>Prometheus Alertmanager: alerts and silences.</summary>
internal sealed class AlertmanagerRegistration : ServiceRegistration
{
    private const string Api = "/api/v2";

    public override string Name => "alertmanager";

    public override Type ConfigurationType => typeof(AlertmanagerConfiguration);

    public override IReadOnlyList<OpsAction> Actions { get; } = [new SilenceAlerts(), new ExpireSilences(), new ChangeSilence(), new CheckAlertsQuiet(), new CheckNoSilence(), new ReportAlerts()];

    public override IReadOnlyDictionary<Type, Func<IServiceScope, object>> Clients { get; } = new Dictionary<Type, Func<IServiceScope, object>> { [typeof(AlertmanagerClient)] = Make };

    public override Task<ServiceProbe> ProbeAsync(IServiceScope scope, CancellationToken cancellationToken) => scope.Get<AlertmanagerClient>().ProbeAsync(cancellationToken);

    // Alertmanager keeps no machines: what fires nothing is in no list of it. The name is the configuration's.
    public override Task<IReadOnlyDictionary<string, string>> IdentifyAsync(IServiceScope scope, ActionTarget target, CancellationToken cancellationToken)
        => Task.FromResult<IReadOnlyDictionary<string, string>>(new Dictionary<string, string> { [Name] = scope.Get<AlertmanagerClient>().Hosts.NameOf(target.Name) });

    private static AlertmanagerClient Make(IServiceScope scope)
    {
        var configuration = scope.Configuration.Section<AlertmanagerConfiguration>();
        var url = scope.Configuration.Require(configuration.Url, "alertmanager.url", "the address of Alertmanager with its prefix, such as https://alertmanager.example.org");
        var site = url.AbsoluteUri.TrimEnd('/');
        // The address of the API is as good as that of the site.
        if (site.EndsWith(Api, StringComparison.Ordinal))
            site = site[..^Api.Length];
        return new AlertmanagerClient(
            scope.Get<HttpServiceFactory>().Create("alertmanager", new Uri(site + Api + "/"), Login(scope, configuration), configuration.Http),
            configuration, site, new HostMatchers(configuration.Matchers, target => scope.Configuration.HostIdentity.Candidates("alertmanager", target)));
    }

    private static HttpAuthentication Login(IServiceScope scope, AlertmanagerConfiguration configuration) => configuration switch
    {
        { Token: { } token } => FixedAuthentication.Bearer("alertmanager", "alertmanager.token", scope.Secrets, token),
        { Username: { } user, Password: { } password } => FixedAuthentication.Basic("alertmanager", "alertmanager.username and alertmanager.password", scope.Secrets, user, password),
        _ => HttpAuthentication.None,
    };
}

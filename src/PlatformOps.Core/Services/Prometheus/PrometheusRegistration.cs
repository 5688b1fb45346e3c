using PlatformOps.Core.Changes;
using PlatformOps.Core.Http;

namespace PlatformOps.Core.Services.Prometheus;

/// <summary>Prometheus, which scrapes the machines.</summary>
internal sealed class PrometheusRegistration : ServiceRegistration
{
    public override string Name => "prometheus";

    public override Type ConfigurationType => typeof(PrometheusConfiguration);

    public override IReadOnlyList<OpsAction> Actions { get; } = [new CheckTargetUp()];

    public override IReadOnlyDictionary<Type, Func<IServiceScope, object>> Clients { get; } = new Dictionary<Type, Func<IServiceScope, object>> { [typeof(PrometheusClient)] = Make };

    public override Task<ServiceProbe> ProbeAsync(IServiceScope scope, CancellationToken cancellationToken) => scope.Get<PrometheusClient>().ProbeAsync(cancellationToken);

    private static PrometheusClient Make(IServiceScope scope)
    {
        var configuration = scope.Configuration.Section<PrometheusConfiguration>();
        var url = scope.Configuration.Require(configuration.Url, "prometheus.url", "the address of Prometheus, such as https://prometheus.example.org");
        var authentication = configuration switch
        {
            { Token: { } token } => FixedAuthentication.Bearer("prometheus", "prometheus.token", scope.Secrets, token),
            { Username: { } user, Password: { } password } => FixedAuthentication.Basic("prometheus", "prometheus.username and prometheus.password", scope.Secrets, user, password),
            _ => HttpAuthentication.None,
        };
        // The labels of alerts are those of the series they come from.
        return new PrometheusClient(scope.Get<HttpServiceFactory>().Create("prometheus", url, authentication, configuration.Http), configuration, target => scope.Configuration.HostIdentity.Candidates("alertmanager", target));
    }
}

using PlatformOps.Core.Changes;
using PlatformOps.Core.Configuration;
using PlatformOps.Core.Logging;
using PlatformOps.Core.Ssh;

namespace PlatformOps.Core.Services.Kayobe;

/// <summary>Kayobe, which configures hosts and deploys OpenStack to them, on its control host.</summary>
/// <remarks>It is not asked who a target is before a phase begins: a host comes into its inventory only when that is built, in the phase itself. Each action resolves its hosts just before it is limited to them.</remarks>
internal sealed class KayobeRegistration : ServiceRegistration
{
    public override string Name => "kayobe";

    public override Type ConfigurationType => typeof(KayobeConfiguration);

    public override IReadOnlyList<OpsAction> Actions { get; } =
    [
        new CheckCheckout(),
        new BuildInventory(),
        new RunPlaybook(),
        new ConfigureHosts(),
        new DeployServices(),
        new DeployToControllers(),
        new RunKayobeCommand(),
    ];

    public override IReadOnlyDictionary<Type, Func<IServiceScope, object>> Clients { get; } = new Dictionary<Type, Func<IServiceScope, object>> { [typeof(KayobeClient)] = Make };

    public override IReadOnlyList<string> HostsOf(OpsConfiguration configuration)
        => configuration.Has<KayobeConfiguration>() && configuration.Section<KayobeConfiguration>().Hostname is { } host ? [host] : [];

    public override Task<ServiceProbe> ProbeAsync(IServiceScope scope, CancellationToken cancellationToken) => scope.Get<KayobeClient>().ProbeAsync(SilentLog.Instance, cancellationToken);

    private static KayobeClient Make(IServiceScope scope)
    {
        var configuration = scope.Configuration.Section<KayobeConfiguration>();
        var paths = KayobePaths.Of(scope.Configuration);
        var shell = scope.Get<RemoteShell>();
        return new KayobeClient(
            log => configuration.Username is { } account ? shell.As(paths.Host, account, log) : shell.User(paths.Host, log),
            paths,
            configuration,
            scope.Secrets,
            target => scope.Configuration.HostIdentity.Candidates("kayobe", target));
    }
}

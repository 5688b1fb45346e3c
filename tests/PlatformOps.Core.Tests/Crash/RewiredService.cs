using PlatformOps.Core.Changes;
using PlatformOps.Core.Configuration;
using PlatformOps.Core.Services;

namespace PlatformOps.Core.Tests.Crash;

/// <summary>A service whose clients are made otherwise.</summary>
internal sealed class RewiredService(ServiceRegistration service, Type client, Func<IServiceScope, object> make) : ServiceRegistration
{
    public override string Name => service.Name;

    public override Type? ConfigurationType => service.ConfigurationType;

    public override IReadOnlyDictionary<Type, Func<IServiceScope, object>> Clients { get; } = new Dictionary<Type, Func<IServiceScope, object>>(service.Clients) { [client] = make };

    public override IReadOnlyList<OpsAction> Actions => service.Actions;

    public override IReadOnlyList<FactSource> Facts => service.Facts;

    public override bool ListsMachines => service.ListsMachines;

    public override bool CanProbe => service.CanProbe;

    public override bool Identifies(ActionTarget target, IReadOnlyCollection<string> needs) => service.Identifies(target, needs);

    public override Task<IReadOnlyDictionary<string, string>> IdentifyAsync(IServiceScope scope, ActionTarget target, CancellationToken cancellationToken)
        => service.IdentifyAsync(scope, target, cancellationToken);

    public override IReadOnlyList<string> HostsOf(OpsConfiguration configuration) => service.HostsOf(configuration);

    public override Task<ServiceProbe> ProbeAsync(IServiceScope scope, CancellationToken cancellationToken) => service.ProbeAsync(scope, cancellationToken);
}

namespace PlatformOps.Core.Services.Hosts;

/// <summary>The <c>hosts:</c> section, which the actions on hosts read. Nothing to connect to, and every key has a default.</summary>
internal sealed class HostRulesRegistration : ServiceRegistration
{
    public override string Name => "hosts";

    public override bool CanProbe => false;

    public override Type ConfigurationType => typeof(HostsConfiguration);

    public override IReadOnlyDictionary<Type, Func<IServiceScope, object>> Clients { get; } = new Dictionary<Type, Func<IServiceScope, object>>
    {
        [typeof(HostsConfiguration)] = scope => scope.Configuration.Has<HostsConfiguration>() ? scope.Configuration.Section<HostsConfiguration>() : new HostsConfiguration(),
    };
}

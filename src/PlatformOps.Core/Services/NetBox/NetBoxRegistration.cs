using PlatformOps.Core.Changes;
using PlatformOps.Core.Http;

namespace PlatformOps.Core.Services.NetBox;

/// <summary>NetBox, the inventory.</summary>
internal sealed class NetBoxRegistration : ServiceRegistration
{
    public override string Name => "netbox";

    public override Type ConfigurationType => typeof(NetBoxConfiguration);

    public override IReadOnlyList<OpsAction> Actions { get; } = [new CheckDeviceExists(), new SetDeviceStatus(), new SetDeviceRole(), new AddJournalEntry()];

    public override IReadOnlyList<FactSource> Facts { get; } = [new DeviceFacts(), new BmcAddressFact()];

    public override IReadOnlyDictionary<Type, Func<IServiceScope, object>> Clients { get; } = new Dictionary<Type, Func<IServiceScope, object>> { [typeof(NetBoxClient)] = Make };

    public override Task<ServiceProbe> ProbeAsync(IServiceScope scope, CancellationToken cancellationToken) => scope.Get<NetBoxClient>().ProbeAsync(cancellationToken);

    public override bool ListsMachines => true;

    public override async Task<IReadOnlyDictionary<string, string>> IdentifyAsync(IServiceScope scope, ActionTarget target, CancellationToken cancellationToken)
        => new Dictionary<string, string> { ["netbox"] = (await scope.Get<NetBoxClient>().DeviceAsync(target.Name, cancellationToken)).DeviceName };

    private static NetBoxClient Make(IServiceScope scope)
    {
        var configuration = scope.Configuration.Section<NetBoxConfiguration>();
        var site = new Uri(scope.Configuration.Require(configuration.Url, "netbox.url", "the address of NetBox, such as https://netbox.example.org").AbsoluteUri.TrimEnd('/') + "/");
        var http = scope.Get<HttpServiceFactory>().Create("netbox", new Uri(site, "api/"), NetBoxAuthentication.Create(scope.Secrets, configuration.ApiToken), configuration.Http);
        return new NetBoxClient(http, configuration, site, target => scope.Configuration.HostIdentity.Candidates("netbox", target));
    }
}

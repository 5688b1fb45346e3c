using PlatformOps.Core.Changes;
using PlatformOps.Core.Http;
using PlatformOps.Core.Migration;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Services;
using PlatformOps.Core.Services.Alertmanager;
using PlatformOps.Core.Services.Aquilon;
using PlatformOps.Core.Services.Hosts;
using PlatformOps.Core.Services.Jira;
using PlatformOps.Core.Services.Kayobe;
using PlatformOps.Core.Services.NetBox;
using PlatformOps.Core.Services.OpenStack;
using PlatformOps.Core.Services.Prometheus;
using PlatformOps.Core.Services.Redfish;

namespace PlatformOps.Core.Sessions;

/// <summary>Every service that the house knows: a new one is one line here.</summary>
internal static class Registrations
{
    public static IReadOnlyList<ServiceRegistration> All { get; } =
    [
        new HttpRegistration(),
        new HostsRegistration(),
        new HostRulesRegistration(),
        new OpenStackRegistration(),
        new NetBoxRegistration(),
        new JiraRegistration(),
        new AlertmanagerRegistration(),
        new PrometheusRegistration(),
        new AquilonRegistration(),
        new KayobeRegistration(),
        new RedfishRegistration(),
        new MigrationRegistration(),
    ];

    /// <summary>The records of all sections of the configuration.</summary>
    public static IReadOnlyList<Type> Sections { get; } = [.. All.Select(registration => registration.ConfigurationType).OfType<Type>()];

    /// <summary>All actions and facts, those of the engine itself included.</summary>
    public static ActionCatalog Catalog { get; } = new(
        [new ApprovalWait(), new CheckServices(), .. All.SelectMany(registration => registration.Actions)],
        All.SelectMany(registration => registration.Facts));

    /// <summary>The runbooks that came with the module, and a site's.</summary>
    /// <param name="folder">The site's; null where there is no session.</param>
    public static RunbookLibrary Runbooks(string? folder = null) => new(new RunbookReader(Catalog, MigrationSettings.Names), folder);
}

using PlatformOps.Lab.Services.Alertmanager;
using PlatformOps.Lab.Services.Cinder;
using PlatformOps.Lab.Services.Glance;
using PlatformOps.Lab.Services.Jira;
using PlatformOps.Lab.Services.Keystone;
using PlatformOps.Lab.Services.NetBox;
using PlatformOps.Lab.Services.Neutron;
using PlatformOps.Lab.Services.Nova;
using PlatformOps.Lab.Services.Placement;
using PlatformOps.Lab.Services.Prometheus;
using PlatformOps.Lab.Services.Redfish;
using PlatformOps.Lab.Wire;

namespace PlatformOps.Lab;

/// <summary>The services of a lab: a new one is registered here and nowhere else.</summary>
internal static class LabServices
{
    /// <summary>What else faults can strike: what is reached through a host and not by HTTP.</summary>
    public static IReadOnlyList<string> OnHosts { get; } = ["ssh", "aquilon"];

    public static IReadOnlyList<ILabService> Make(LabContext lab)
    {
        var tokens = new TokenVault(lab);
        return
        [
            new KeystoneService(lab, tokens),
            new NovaService(lab, tokens),
            new PlacementService(lab, tokens),
            new GlanceService(lab, tokens),
            new NeutronService(lab, tokens),
            new CinderService(lab, tokens),
            new NetBoxService(lab),
            new JiraService(lab, LabJiraKind.DataCenter),
            new JiraService(lab, LabJiraKind.Cloud),
            new AlertmanagerService(lab),
            new RedfishService(lab),
            new PrometheusService(lab),
        ];
    }
}

using PlatformOps.Core.Configuration;
using PlatformOps.Core.Secrets;

namespace PlatformOps.Core.Tests.Configuration;

/// <summary>Stand-ins for sections of services with the keys of the original's file, so that these tests need no service.</summary>
internal static class OriginalSections
{
    public static Type[] All { get; } =
    [
        typeof(OpenStackSection), typeof(NetBoxSection), typeof(JiraSection),
        typeof(Core.Services.Alertmanager.AlertmanagerConfiguration), typeof(Core.Services.Aquilon.AquilonConfiguration),
        typeof(Core.Services.Kayobe.KayobeConfiguration), typeof(Core.Ssh.SshConfiguration), typeof(Core.Migration.MigrationConfiguration),
    ];

    [Section("openstack")]
    internal sealed record OpenStackSection
    {
        public string? Username { get; init; }

        public Secret? Password { get; init; }

        public string? Cloud { get; init; }
    }

    [Section("netbox")]
    internal sealed record NetBoxSection
    {
        public Uri? Url { get; init; }

        public Secret? ApiToken { get; init; }

        public int PageSize { get; init; } = 100;
    }

    [Section("jira")]
    internal sealed record JiraSection
    {
        public string? Username { get; init; }

        public Secret? ApiToken { get; init; }
    }
}

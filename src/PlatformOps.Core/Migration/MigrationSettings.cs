using PlatformOps.Core.Changes;
using PlatformOps.Core.Configuration;
using PlatformOps.Core.Services.NetBox;
using PlatformOps.Core.Yaml;

namespace PlatformOps.Core.Migration;

/// <summary>What the configuration says of a migration, as runbooks name it: <c>${setting.…}</c>.</summary>
internal static class MigrationSettings
{
    private const string HasRole = "configured.role";
    private const string HasPostReinstallFailed = "configured.post-reinstall-failed";

    /// <summary>The names.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        HasRole, HasPostReinstallFailed,
        "old-os.id", "old-os.version", "new-os.id", "new-os.version", "reason",
        .. typeof(MigrationStatuses).GetProperties().Select(property => StatusName(property.Name)),
    ];

    /// <summary>The values for one run.</summary>
    public static IReadOnlyDictionary<string, string> Of(OpsConfiguration configuration, RunIdentity run)
    {
        var migration = configuration.Has<MigrationConfiguration>() ? configuration.Section<MigrationConfiguration>() : new MigrationConfiguration();
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["old-os.id"] = migration.OldOs.Id,
            ["old-os.version"] = migration.OldOs.Version,
            ["new-os.id"] = migration.NewOs.Id,
            ["new-os.version"] = migration.NewOs.Version,
            ["reason"] = Reason(migration, run),
        };
        values[HasRole] = Flag(configuration.Has<NetBoxConfiguration>() && configuration.Section<NetBoxConfiguration>().Role is not null);
        values[HasPostReinstallFailed] = Flag(migration.Statuses.PostReinstallFailed is not null);
        foreach (var property in typeof(MigrationStatuses).GetProperties())
        {
            if (property.GetValue(migration.Statuses) is string status)
                values[StatusName(property.Name)] = status;
        }

        return values;
    }

    private static string Reason(MigrationConfiguration migration, RunIdentity run) => migration.ReasonTemplate
        .Replace("${new-os}", Short(migration.NewOs), StringComparison.Ordinal)
        .Replace("${old-os}", Short(migration.OldOs), StringComparison.Ordinal)
        .Replace("${window.start}", $"{run.WindowStart.UtcDateTime:yyyy-MM-dd}", StringComparison.Ordinal)
        .Replace("${window.end}", $"{run.WindowEnd.UtcDateTime:yyyy-MM-dd}", StringComparison.Ordinal)
        .Replace("${initials}", run.Initials, StringComparison.Ordinal);

    // As the field writes it: RL9, RHEL9, debian12.
    private static string Short(DistributionVersion os) => (os.Id switch { "rocky" => "RL", "rhel" => "RHEL", "centos" => "CentOS", "almalinux" => "AL", var id => id }) + os.Version;

    private static string Flag(bool value) => value ? "true" : "false";

    private static string StatusName(string property) => "status." + YamlKey.Of(property);
}

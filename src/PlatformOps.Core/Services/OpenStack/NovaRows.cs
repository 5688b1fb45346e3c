using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using PlatformOps.Core.Http;

namespace PlatformOps.Core.Services.OpenStack;

// The rows as Nova sends them (Compute API reference). A down cell's rows (2.69) have hardly any of it.

internal sealed record NovaServices(IReadOnlyList<NovaServiceRow>? Services);

internal sealed record NovaServiceRow
{
    /// <summary>A UUID from 2.53, a number before.</summary>
    public JsonElement Id { get; init; }

    public string? Binary { get; init; }

    public string? Host { get; init; }

    public string? Zone { get; init; }

    public string? Status { get; init; }

    public string? State { get; init; }

    public string? UpdatedAt { get; init; }

    public string? DisabledReason { get; init; }

    public bool? ForcedDown { get; init; }
}

internal sealed record NovaHypervisors(IReadOnlyList<NovaHypervisorRow>? Hypervisors)
{
    public IReadOnlyList<PageLink>? HypervisorsLinks { get; init; }
}

internal sealed record NovaHypervisorRow
{
    public JsonElement Id { get; init; }

    public string? HypervisorHostname { get; init; }

    public NovaHypervisorService? Service { get; init; }

    public string? State { get; init; }

    public string? Status { get; init; }

    public string? HostIp { get; init; }

    public string? HypervisorType { get; init; }

    public long? HypervisorVersion { get; init; }

    public int? Vcpus { get; init; }

    public int? VcpusUsed { get; init; }

    public long? MemoryMb { get; init; }

    public long? MemoryMbUsed { get; init; }

    public long? LocalGb { get; init; }

    public long? LocalGbUsed { get; init; }

    public int? RunningVms { get; init; }

    /// <summary>As the host's <c>uptime</c> prints it; in the details from 2.88, a call of its own before.</summary>
    public string? Uptime { get; init; }
}

internal sealed record NovaHypervisorService(JsonElement Id, string? Host, string? DisabledReason);

internal sealed record NovaUptime(NovaHypervisorRow? Hypervisor);

internal sealed record NovaServers(IReadOnlyList<NovaServerRow>? Servers)
{
    public IReadOnlyList<PageLink>? ServersLinks { get; init; }
}

internal sealed record NovaServerRow
{
    public string? Id { get; init; }

    public string? Name { get; init; }

    public string? Status { get; init; }

    public string? TenantId { get; init; }

    public string? UserId { get; init; }

    public string? Created { get; init; }

    public bool? Locked { get; init; }

    public NovaFlavor? Flavor { get; init; }

    public Dictionary<string, string>? Metadata { get; init; }

    [JsonPropertyName("OS-EXT-SRV-ATTR:host")]
    public string? Host { get; init; }

    [JsonPropertyName("OS-EXT-STS:task_state")]
    public string? TaskState { get; init; }

    [JsonPropertyName("OS-EXT-STS:power_state")]
    public int? PowerState { get; init; }
}

/// <summary>Embedded from 2.47; a reference by id before.</summary>
internal sealed record NovaFlavor(string? Id, string? OriginalName, int? Vcpus, long? Ram, long? Disk);

internal sealed record NovaServerShown(NovaServerRow? Server);

internal sealed record NovaMigrations(IReadOnlyList<NovaMigration>? Migrations)
{
    public IReadOnlyList<PageLink>? MigrationsLinks { get; init; }
}

/// <summary>A migration, past or under way; its type from 2.23, its UUID from 2.59.</summary>
internal sealed record NovaMigration
{
    /// <summary>The database's <c>migration_get_in_progress_by_host_and_node</c> (Nova) leaves these out. <c>finished</c> is no end: a resize that waits for its confirmation, while the source keeps the disks.</summary>
    private static readonly string[] Ends = ["confirmed", "reverted", "error", "failed", "completed", "cancelled", "done"];

    public JsonElement Id { get; init; }

    public string? Uuid { get; init; }

    public string? InstanceUuid { get; init; }

    public string? MigrationType { get; init; }

    public string? Status { get; init; }

    public string? SourceCompute { get; init; }

    public string? DestCompute { get; init; }

    [JsonIgnore]
    public bool IsUnderWay => !Ends.Contains(Status);

    public override string ToString()
        => $"{MigrationType ?? "migration"} {NovaValues.Id(Id)} of server {ServerText.Clean(InstanceUuid ?? "?", 60)} from '{ServerText.Clean(SourceCompute ?? "?", 100)}' to '{ServerText.Clean(DestCompute ?? "?", 100)}': {ServerText.Clean(Status ?? "?", 40)}";
}

internal sealed record NovaAggregates(IReadOnlyList<NovaAggregate>? Aggregates);

/// <summary>A host aggregate; its hosts are service hosts.</summary>
internal sealed record NovaAggregate
{
    public int Id { get; init; }

    public string? Uuid { get; init; }

    public string Name { get; init; } = "";

    public string? AvailabilityZone { get; init; }

    public IReadOnlyList<string> Hosts { get; init; } = [];

    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}

internal static class NovaValues
{
    /// <summary>Nova's times carry no zone and are UTC.</summary>
    public static DateTimeOffset? Time(string? text)
        => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;

    public static string Id(JsonElement id) => id.ValueKind switch
    {
        JsonValueKind.String => id.GetString()!,
        JsonValueKind.Number => id.GetRawText(),
        _ => "",
    };

    /// <summary>The seconds in <c> 17:32:30 up 8 days, 2:14, 1 user, load average: …</c>; null where it is not that.</summary>
    public static long? UptimeSeconds(string? text)
    {
        var start = text?.IndexOf(" up ", StringComparison.Ordinal) ?? -1;
        if (start < 0)
            return null;
        long seconds = 0;
        var found = false;
        foreach (var part in text![(start + 4)..].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.Contains("user", StringComparison.Ordinal) || part.Contains("load", StringComparison.Ordinal))
                break;
            var words = part.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var (amount, unit) = (words[0], words.Length > 1 ? words[1] : "");
            if (amount.Split(':') is [var hours, var minutes] && long.TryParse(hours, NumberStyles.None, CultureInfo.InvariantCulture, out var h) && long.TryParse(minutes, NumberStyles.None, CultureInfo.InvariantCulture, out var m))
                seconds += (h * 3600) + (m * 60);
            else if (!long.TryParse(amount, NumberStyles.None, CultureInfo.InvariantCulture, out var n))
                return null;
            else if (unit.StartsWith("day", StringComparison.Ordinal))
                seconds += n * 86400;
            else if (unit.StartsWith("min", StringComparison.Ordinal))
                seconds += n * 60;
            else if (unit.StartsWith('h'))
                seconds += n * 3600;
            else
                return null;
            found = true;
        }

        return found ? seconds : null;
    }
}

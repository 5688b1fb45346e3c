namespace PlatformOps.Core.Services.Alertmanager;

// Objects as API v2 sends them (api/v2/openapi.yaml).

internal sealed record StatusRow(ClusterRow? Cluster, VersionRow? VersionInfo);

internal sealed record ClusterRow(string? Status, IReadOnlyList<PeerRow?>? Peers)
{
    /// <summary>A single Alertmanager: what was written is read at once.</summary>
    public bool IsSingle => Status == "disabled";
}

internal sealed record PeerRow(string? Name, string? Address);

internal sealed record VersionRow(string? Version);

internal sealed record StateRow(string? State)
{
    public IReadOnlyList<string>? SilencedBy { get; init; }

    public IReadOnlyList<string>? InhibitedBy { get; init; }
}

internal sealed record MatcherRow(string? Name, string? Value, bool IsRegex, bool? IsEqual);

internal sealed record SilenceRow
{
    public string? Id { get; init; }

    public StateRow? Status { get; init; }

    public IReadOnlyList<MatcherRow>? Matchers { get; init; }

    public DateTimeOffset StartsAt { get; init; }

    public DateTimeOffset EndsAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public string? CreatedBy { get; init; }

    public string? Comment { get; init; }
}

internal sealed record AlertRow
{
    public Dictionary<string, string>? Labels { get; init; }

    public Dictionary<string, string>? Annotations { get; init; }

    public StateRow? Status { get; init; }

    public IReadOnlyList<ReceiverRow>? Receivers { get; init; }

    public DateTimeOffset StartsAt { get; init; }

    public DateTimeOffset EndsAt { get; init; }

    public string? Fingerprint { get; init; }

    public string? GeneratorURL { get; init; }
}

internal sealed record ReceiverRow(string? Name);

internal sealed record PostedRow(string? SilenceID);

namespace PlatformOps.Alerts;

/// <summary>An alert that fires (Alertmanager), suppressed or not.</summary>
public sealed record Alert
{
    /// <summary>Its name: the label <c>alertname</c>.</summary>
    public required string AlertName { get; init; }

    /// <summary>The machine: the name it was asked for by, or else what its labels say, without a port. Null where they name none.</summary>
    public string? HypervisorName { get; init; }

    /// <summary>Whether it reaches anybody.</summary>
    public required AlertState State { get; init; }

    /// <summary>The label <c>severity</c>.</summary>
    public string? Severity { get; init; }

    /// <summary>The annotation <c>summary</c>, or else <c>description</c>.</summary>
    public string? Summary { get; init; }

    /// <summary>Since when it fires, UTC.</summary>
    public required DateTimeOffset StartsAt { get; init; }

    /// <summary>When it counts as resolved unless it is sent again, UTC.</summary>
    public DateTimeOffset EndsAt { get; init; }

    /// <summary>The silences that keep it quiet.</summary>
    public string[] SilencedBy { get; init; } = [];

    /// <summary>The fingerprints of alerts that keep it quiet.</summary>
    public string[] InhibitedBy { get; init; } = [];

    /// <summary>Who gets it: the names of receivers.</summary>
    public string[] Receivers { get; init; } = [];

    /// <summary>All its labels.</summary>
    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>All its annotations.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    /// <summary>Alertmanager's name for this set of labels: 16 hexadecimal digits.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Where it comes from: the expression in Prometheus.</summary>
    public string? GeneratorUrl { get; init; }

    /// <summary>Its name.</summary>
    public override string ToString() => AlertName;
}

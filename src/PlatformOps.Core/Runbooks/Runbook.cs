namespace PlatformOps.Core.Runbooks;

/// <summary>An ordered list of steps over one target, read from YAML and validated.</summary>
internal sealed record Runbook
{
    /// <summary>Its name, such as <c>hypervisor/pre-drain</c>.</summary>
    public required string Name { get; init; }

    public string Description { get; init; } = "";

    /// <summary>What it works on: <c>hypervisor</c>, <c>host</c>, <c>vm</c> …</summary>
    public required string TargetKind { get; init; }

    public IReadOnlyList<RunbookParameter> Parameters { get; init; } = [];

    public required IReadOnlyList<RunbookStep> Steps { get; init; }

    /// <summary>What runs when a step failed.</summary>
    public IReadOnlyList<RunbookStep> OnFailure { get; init; } = [];

    /// <summary>The services that a site may do without: where the configuration has no section of one, the steps whose actions need it are left out.</summary>
    public IReadOnlyList<string> OptionalServices { get; init; } = [];

    /// <summary>The services that its actions need.</summary>
    public IReadOnlyCollection<string> Needs => NeedsAt(_ => true);

    /// <summary>The services that its actions need at a site, without those that it does without.</summary>
    /// <param name="isConfigured">Whether the site's configuration has the service's section.</param>
    public IReadOnlyCollection<string> NeedsAt(Func<string, bool> isConfigured) => Steps.Concat(OnFailure)
        .Where(step => step.LackAt(isConfigured) is null)
        .SelectMany(step => step.Guards.Append(step))
        .SelectMany(step => step.Action.Needs)
        .ToHashSet(StringComparer.Ordinal);

    /// <summary>The file, or the embedded runbook, it was read from.</summary>
    public required string Origin { get; init; }

    /// <summary>The text it was read from: kept in the journal, so that a run goes on with what it began with.</summary>
    public required string Source { get; init; }
}

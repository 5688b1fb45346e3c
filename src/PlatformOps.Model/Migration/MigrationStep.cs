namespace PlatformOps.Migration;

/// <summary>A phase of a migration: a runbook under the name that <c>Invoke-MigrationStep -Step</c> takes.</summary>
public sealed record MigrationStep
{
    /// <summary>The phase, such as <c>PreDrain</c>.</summary>
    public required string Step { get; init; }

    /// <summary>The runbook that it runs: built in, or the site's own.</summary>
    public required string Runbook { get; init; }

    /// <summary>The file of the site's own runbook, or the built-in one's name.</summary>
    public required string Origin { get; init; }

    /// <summary>What it does, in a sentence.</summary>
    public required string Description { get; init; }

    /// <summary>Its actions in their order, with their kind: <c>check host.os</c>.</summary>
    public required string[] Actions { get; init; }

    /// <summary>The sections of the configuration that it needs.</summary>
    public required string[] Needs { get; init; }

    /// <summary>The phase's name.</summary>
    public override string ToString() => Step;
}

namespace PlatformOps.Runs;

/// <summary>A value that whoever runs a runbook gives it.</summary>
public sealed record RunbookParameterInfo
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary><c>string</c>, <c>bool</c> or <c>int</c>.</summary>
    public required string Type { get; init; }

    /// <summary>What it is where it is not given; null where it must be.</summary>
    public string? Default { get; init; }

    /// <summary>Whether it must be given.</summary>
    public bool IsMandatory => Default is null;

    /// <summary>What it means.</summary>
    public required string Description { get; init; }

    /// <summary>The parameter's name.</summary>
    public override string ToString() => Name;
}

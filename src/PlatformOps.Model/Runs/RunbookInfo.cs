namespace PlatformOps.Runs;

/// <summary>A runbook: an ordered list of steps over one target.</summary>
public sealed record RunbookInfo
{
    /// <summary>Its name, such as <c>hypervisor/pre-drain</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for, in one sentence.</summary>
    public required string Description { get; init; }

    /// <summary>What it works on: <c>hypervisor</c>, <c>host</c>, <c>vm</c> …</summary>
    public required string TargetKind { get; init; }

    /// <summary>The file it was read from, or the embedded runbook.</summary>
    public required string Origin { get; init; }

    /// <summary>Whether it came with the module.</summary>
    public bool IsBuiltIn { get; init; }

    /// <summary>The highest impact of what it can change.</summary>
    public Impact Impact { get; init; }

    /// <summary>The sections of the configuration that its actions need.</summary>
    public string[] Needs { get; init; } = [];

    /// <summary>Those of them that a site may do without: where the configuration has no such section, the steps that need it are skipped.</summary>
    public string[] OptionalServices { get; init; } = [];

    /// <summary>The values that whoever runs it gives it.</summary>
    public RunbookParameterInfo[] Parameters { get; init; } = [];

    /// <summary>Its steps in their order, those for the case of failure last.</summary>
    public RunbookStepInfo[] Steps { get; init; } = [];

    /// <summary>The runbook's name.</summary>
    public override string ToString() => Name;
}

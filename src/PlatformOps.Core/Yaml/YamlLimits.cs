namespace PlatformOps.Core.Yaml;

/// <summary>What a YAML text may be at most: what is beyond it is refused within a tenth of a second. YamlDotNet has no limits of its own: its deserializer dies of a stack overflow on a kilobyte of brackets.</summary>
internal sealed record YamlLimits
{
    public static YamlLimits Default { get; } = new();

    public int Bytes { get; init; } = 512 * 1024;

    /// <summary>Levels of nesting, with what aliases stand for.</summary>
    public int Depth { get; init; } = 64;

    public int Aliases { get; init; } = 100;

    /// <summary>Keys and values in all, with what aliases stand for.</summary>
    public int Nodes { get; init; } = 20_000;
}

using PlatformOps.Errors;

namespace PlatformOps.Core.Yaml;

/// <summary>A part of a YAML document with the place it was read from. Immutable; at most <see cref="YamlLimits.Depth"/> levels, so that walking it may recurse.</summary>
internal abstract class YamlNode(YamlSource source, int line, int column)
{
    public YamlSource Source { get; } = source;

    /// <summary>Counted from 1; 0 where there is no place, such as for an environment variable.</summary>
    public int Line { get; } = line;

    /// <inheritdoc cref="Line"/>
    public int Column { get; } = column;

    /// <summary>What it is, for errors.</summary>
    public abstract string KindName { get; }

    /// <summary>Levels from here down; 1 for a scalar.</summary>
    internal abstract int Height { get; }

    /// <summary>Nodes from here down, with what aliases stand for.</summary>
    internal abstract int Size { get; }

    /// <summary>An error at this place, of the kind that its source calls for.</summary>
    public SourceException Error(string message, Exception? inner = null) => Source.Error(message, Line, Column, inner);

    /// <summary>The same tree with every scalar value replaced; keys stay.</summary>
    public abstract YamlNode Map(Func<YamlScalar, YamlScalar> replace);
}

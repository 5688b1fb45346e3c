using PlatformOps.Errors;

namespace PlatformOps.Core.Yaml;

/// <summary>Where a YAML text came from: its name in errors, the kind of error it causes, and what its relative paths are relative to.</summary>
internal sealed class YamlSource
{
    private readonly Func<string, string, int, int, Exception?, SourceException> _error;

    private YamlSource(string name, string? baseFolder, Func<string, string, int, int, Exception?, SourceException> error)
    {
        Name = name;
        BaseFolder = baseFolder ?? Path.GetDirectoryName(Path.GetFullPath(name)) ?? Path.GetFullPath(".");
        _error = error;
    }

    /// <summary>The file, or words for where the text came from.</summary>
    public string Name { get; }

    /// <summary>The folder that relative paths in it start from.</summary>
    public string BaseFolder { get; }

    /// <summary>A configuration: errors are <see cref="ConfigurationException"/>s.</summary>
    public static YamlSource Configuration(string name, string? baseFolder = null)
        => new(name, baseFolder, static (message, file, line, column, inner) => new ConfigurationException(message, file, line, column, inner));

    /// <summary>A runbook: errors are <see cref="RunbookException"/>s.</summary>
    public static YamlSource Runbook(string name, string? baseFolder = null)
        => new(name, baseFolder, static (message, file, line, column, inner) => new RunbookException(message, file, line, column, inner));

    /// <summary>Any other file.</summary>
    public static YamlSource Other(string name, string? baseFolder = null)
        => new(name, baseFolder, static (message, file, line, column, inner) => new SourceException(message, file, line, column, inner));

    public SourceException Error(string message, int line = 0, int column = 0, Exception? inner = null) => _error(message, Name, line, column, inner);
}

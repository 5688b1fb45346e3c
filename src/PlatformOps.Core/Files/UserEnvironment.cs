using System.Collections;

namespace PlatformOps.Core.Files;

/// <summary>What the account and its machine tell us: variables, home folder, name. A snapshot, so that tests can have their own.</summary>
internal sealed record UserEnvironment
{
    /// <summary>The process's own.</summary>
    public static UserEnvironment Current => new()
    {
        Variables = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .GroupBy(v => (string)v.Key, OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => (string)g.First().Value!, OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal),
        HomeFolder = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
        UserName = Environment.UserName,
    };

    public required IReadOnlyDictionary<string, string> Variables { get; init; }

    public required string HomeFolder { get; init; }

    public required string UserName { get; init; }

    public bool IsWindows { get; init; } = OperatingSystem.IsWindows();

    /// <summary>The variable's value; null where it is not set or empty.</summary>
    public string? Variable(string name) => Variables.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;

    /// <summary>The platform's folder for configuration of ours.</summary>
    public string ConfigurationFolder => IsWindows
        ? Path.Combine(Variable("APPDATA") ?? Path.Combine(HomeFolder, "AppData", "Roaming"), "PlatformOps")
        : Path.Combine(Rooted("XDG_CONFIG_HOME") ?? Path.Combine(HomeFolder, ".config"), "platformops");

    /// <summary>The platform's folder for state of ours: <c>$PLATFORMOPS_STATE</c> is not looked at here.</summary>
    public string StateFolder => IsWindows
        ? Path.Combine(Variable("LOCALAPPDATA") ?? Path.Combine(HomeFolder, "AppData", "Local"), "PlatformOps")
        : Path.Combine(Rooted("XDG_STATE_HOME") ?? Path.Combine(HomeFolder, ".local", "state"), "platformops");

    // The XDG specification: a relative path is invalid and to be ignored.
    private string? Rooted(string name) => Variable(name) is { } path && Path.IsPathFullyQualified(path) ? path : null;
}

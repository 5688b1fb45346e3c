using PlatformOps.Core.Secrets;
using PlatformOps.Core.Yaml;

namespace PlatformOps.Core.Configuration.Binding;

/// <summary>What binding needs beside the tree and the type.</summary>
internal sealed class YamlBinding
{
    /// <summary>The path of what is bound, such as <c>netbox</c>; put before keys in errors.</summary>
    public string Path { get; init; } = "";

    /// <summary>Keys that are known here though the record has no property for them; for errors only.</summary>
    public IReadOnlyList<string> AlsoKnown { get; init; } = [];

    /// <summary>The home folder that <c>~</c> stands for.</summary>
    public string HomeFolder { get; init; } = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    /// <summary>What opens <c>!vault</c> values and vault files that name no password of their own.</summary>
    public Secret? VaultPassword { get; init; }

    /// <summary>Called for every secret that is written as plain text, with its place.</summary>
    public Action<YamlScalar>? OnInlineSecret { get; init; }

    internal bool AllowPlaceholders { get; init; }

    /// <summary>Check only: no record is made.</summary>
    internal bool CheckOnly { get; init; }

    internal YamlBinding With(bool allowPlaceholders, bool checkOnly) => new()
    {
        Path = Path,
        AlsoKnown = AlsoKnown,
        HomeFolder = HomeFolder,
        VaultPassword = VaultPassword,
        OnInlineSecret = OnInlineSecret,
        AllowPlaceholders = allowPlaceholders,
        CheckOnly = checkOnly,
    };
}

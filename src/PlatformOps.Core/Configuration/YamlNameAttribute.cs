namespace PlatformOps.Core.Configuration;

/// <summary>The key of a property in YAML where it is not the property's name in kebab case, and other keys that mean the same.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
internal sealed class YamlNameAttribute(string name, params string[] also) : Attribute
{
    public string Name { get; } = name;

    /// <summary>Keys that are read, but not documented: older spellings.</summary>
    public IReadOnlyList<string> Also { get; } = also;
}

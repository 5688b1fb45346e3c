namespace PlatformOps.Core.Configuration;

/// <summary>Names the top-level key of the configuration that a record is bound to.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class SectionAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}

namespace PlatformOps.Core.Configuration;

/// <summary>The schemes that an address may have, where they are not http and https.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class UriSchemesAttribute(params string[] schemes) : Attribute
{
    public IReadOnlyList<string> Schemes { get; } = schemes;
}

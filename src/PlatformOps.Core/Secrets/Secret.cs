namespace PlatformOps.Core.Secrets;

/// <summary>A value that must not be seen: written in the configuration itself, or a reference to where it is kept.</summary>
/// <remarks>Resolved by <see cref="SecretStore"/>; never by its own text.</remarks>
internal sealed class Secret
{
    private Secret(string? inline, SecretReference? reference)
    {
        Inline = inline;
        Reference = reference;
    }

    /// <summary>Where it is kept; null for an inline one.</summary>
    public SecretReference? Reference { get; }

    internal string? Inline { get; }

    public static Secret FromText(string value) => new(value, null);

    public static Secret FromReference(SecretReference reference) => new(null, reference);

    public override string ToString() => Reference?.ToString() ?? "(inline secret)";
}

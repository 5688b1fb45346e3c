using System.Runtime.InteropServices;
using System.Security;

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

    /// <summary>What a person typed or a credential holds.</summary>
    public static Secret FromSecureString(SecureString value)
    {
        var plain = Marshal.SecureStringToGlobalAllocUnicode(value);
        try
        {
            return FromText(Marshal.PtrToStringUni(plain, value.Length));
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(plain);
        }
    }

    public static Secret FromReference(SecretReference reference) => new(null, reference);

    public override string ToString() => Reference?.ToString() ?? "(inline secret)";
}

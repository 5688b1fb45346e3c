using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace PlatformOps.Core.Ssh;

/// <summary>A public key as OpenSSH writes it: its type and its wire form (RFC 4253, section 6.6).</summary>
internal sealed class HostKey : IEquatable<HostKey>
{
    private readonly byte[] _blob;

    private HostKey(string type, byte[] blob)
    {
        Type = type;
        _blob = blob;
        // As ssh-keygen -l shows it: base64 without padding.
        Fingerprint = "SHA256:" + Convert.ToBase64String(SHA256.HashData(blob)).TrimEnd('=');
    }

    /// <summary>Such as <c>ssh-ed25519</c>.</summary>
    public string Type { get; }

    public ReadOnlySpan<byte> Blob => _blob;

    /// <summary>Such as <c>SHA256:2sF69dcOxfWwrSk4X6rm+j1tgHNwwsg1kNYZcv4peXo</c>.</summary>
    public string Fingerprint { get; }

    /// <summary>Reads <c>type base64 [comment]</c>; null where it is not a key or its wire form is of another type.</summary>
    public static HostKey? TryParse(string text)
    {
        var words = text.Split([' ', '\t'], 3, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return words.Length < 2 ? null : TryParse(words[0], words[1]);
    }

    public static HostKey? TryParse(string type, string base64)
    {
        var blob = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, blob, out var length))
            return null;
        return FromBlob(blob[..length]) is { } key && key.Type == type ? key : null;
    }

    /// <summary>A key in its wire form; null where it is none.</summary>
    public static HostKey? FromBlob(byte[] blob)
    {
        if (blob.Length < 4)
            return null;
        var length = BinaryPrimitives.ReadUInt32BigEndian(blob);
        if (length is 0 or > 100 || length > blob.Length - 4)
            return null;
        var type = blob.AsSpan(4, (int)length);
        return type.ContainsAnyExceptInRange((byte)0x21, (byte)0x7e) ? null : new HostKey(Encoding.ASCII.GetString(type), blob);
    }

    public bool Equals(HostKey? other) => other is not null && _blob.AsSpan().SequenceEqual(other._blob);

    public override bool Equals(object? obj) => Equals(obj as HostKey);

    public override int GetHashCode() => Fingerprint.GetHashCode(StringComparison.Ordinal);

    /// <summary>As a known_hosts file has it: <c>type base64</c>.</summary>
    public override string ToString() => $"{Type} {Convert.ToBase64String(_blob)}";
}

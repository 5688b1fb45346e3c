using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PlatformOps.Lab.Setup;

/// <summary>The key pair of a lab's operator: ECDSA P-256, the private one as PEM, which OpenSSH and libraries read.</summary>
internal sealed record LabKeys(string PrivateKey, string PublicKey)
{
    private const string Kind = "ecdsa-sha2-nistp256";

    public static LabKeys Make()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        byte[] uncompressed = [4, .. point.X!, .. point.Y!];
        byte[] blob = [.. Field(Encoding.ASCII.GetBytes(Kind)), .. Field("nistp256"u8), .. Field(uncompressed)];
        return new LabKeys(key.ExportECPrivateKeyPem() + "\n", $"{Kind} {Convert.ToBase64String(blob)} ops@lab");
    }

    /// <summary>A host key's line for its 32 public bytes, as known_hosts has it after the name (RFC 8709).</summary>
    public static string HostKeyLine(byte[] ed25519)
    {
        byte[] blob = [.. Field("ssh-ed25519"u8), .. Field(ed25519)];
        return $"ssh-ed25519 {Convert.ToBase64String(blob)}";
    }

    /// <summary>A self-signed certificate, as appliances come with.</summary>
    public static X509Certificate2 MakeCertificate(string name, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(1));
        // Windows' TLS takes no ephemeral keys: go through PKCS#12.
        return new X509Certificate2(made.Export(X509ContentType.Pkcs12));
    }

    private static byte[] Field(ReadOnlySpan<byte> bytes)
    {
        var field = new byte[4 + bytes.Length];
        BinaryPrimitives.WriteInt32BigEndian(field, bytes.Length);
        bytes.CopyTo(field.AsSpan(4));
        return field;
    }
}

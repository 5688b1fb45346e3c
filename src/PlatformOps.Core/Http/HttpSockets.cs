using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PlatformOps.Errors;

namespace PlatformOps.Core.Http;

/// <summary>Makes the handler that speaks to the network: TLS as the settings say, no cookies, no redirects of its own.</summary>
internal static class HttpSockets
{
    public static SocketsHttpHandler Create(HttpSettings settings)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = settings.TryTimeout < TimeSpan.FromSeconds(10) ? settings.TryTimeout : TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            MaxConnectionsPerServer = settings.MaxConcurrency,
        };
        if (settings.Proxy is { } proxy)
            handler.Proxy = new WebProxy(proxy);

        handler.SslOptions = new SslClientAuthenticationOptions { EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13 };
        if (settings.ClientCertificate is { } certificate)
            handler.SslOptions.ClientCertificates = [LoadPair(certificate, settings.ClientKey)];

#pragma warning disable CA5359 // Asked for by configuration, and warned about.
        if (settings.Insecure)
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        else if (settings.Thumbprint is { } pin)
            handler.SslOptions.RemoteCertificateValidationCallback = Pinned(ParseThumbprint(pin));
        else
        {
            handler.SslOptions.RemoteCertificateValidationCallback = Trusted;
            if (settings.CaFile is { } ca)
                handler.SslOptions.CertificateChainPolicy = Trusting(LoadAuthorities(ca));
        }

        return handler;
    }

    /// <summary>Whether it is a SHA-256 thumbprint in hexadecimal, with or without colons.</summary>
    internal static bool IsThumbprint(string? text) => text is not null && Hexadecimal(text) is { Length: 64 } hex && hex.All(char.IsAsciiHexDigit);

    internal static byte[] ParseThumbprint(string text)
    {
        return IsThumbprint(text)
            ? Convert.FromHexString(Hexadecimal(text))
            : throw new ConfigurationException($"http.thumbprint is not a SHA-256 thumbprint (64 hexadecimal digits): '{ServerText.Clean(text, 100)}'. `openssl x509 -noout -fingerprint -sha256` shows it.");
    }

    private static string Hexadecimal(string text) => text.Replace(":", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);

    private static RemoteCertificateValidationCallback Pinned(byte[] pin) => (_, certificate, _, _) =>
    {
        var found = certificate is null ? [] : SHA256.HashData(certificate.GetRawCertData());
        return CryptographicOperations.FixedTimeEquals(found, pin)
            ? true
            : throw new AuthenticationException($"the certificate's SHA-256 thumbprint is {Convert.ToHexString(found)}, pinned is {Convert.ToHexString(pin)}");
    };

    // What is not trusted is told by the thumbprint that a person may compare and pin.
    private static bool Trusted(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
            return true;
        var reasons = chain?.ChainStatus.Select(status => status.Status.ToString()).Distinct().ToList() ?? [];
        throw new AuthenticationException($"{errors}{(reasons.Count > 0 ? $" ({string.Join(", ", reasons)})" : "")}; the certificate's SHA-256 thumbprint is {(certificate is null ? "none" : Convert.ToHexString(SHA256.HashData(certificate.GetRawCertData())))}");
    }

    private static X509ChainPolicy Trusting(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities);
        policy.ExtraStore.AddRange(authorities);
        return policy;
    }

    private static X509Certificate2Collection LoadAuthorities(string path)
    {
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(path);
            return authorities.Count > 0 ? authorities : throw new CryptographicException("it holds no certificate");
        }
        catch (Exception e) when (e is IOException or CryptographicException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"http.ca-file '{path}' cannot be read as PEM certificates: {e.Message}", innerException: e);
        }
    }

    private static X509Certificate2 LoadPair(string certificate, string? key)
    {
        try
        {
            using var pem = X509Certificate2.CreateFromPemFile(certificate, key ?? certificate);
            // Windows' TLS takes no ephemeral keys: go through PKCS#12.
            return new X509Certificate2(pem.Export(X509ContentType.Pkcs12));
        }
        catch (Exception e) when (e is IOException or CryptographicException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"http.client-certificate '{certificate}' and its key cannot be read as PEM: {e.Message}", innerException: e);
        }
    }
}

using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PlatformOps.Errors;
using PlatformOps.TestKit;

namespace PlatformOps.Peers.Tests.Ledger;

/// <summary>Over a network the ledger is the server that its certificate says, or nobody.</summary>
public sealed class LedgerTlsTests
{
    [Fact]
    public async Task Only_a_server_of_the_configured_name_and_authority_is_given_the_password()
    {
        using var folder = new TemporaryFolder();
        using var authority = Authority("our authority");
        using var another = Authority("another authority");
        var (ours, others) = (folder.File("ca.pem", authority.ExportCertificatePem()), folder.File("other.pem", another.ExportCertificatePem()));
        var (certificate, key) = Server(authority, "localhost");
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        await using var cluster = await PostgreSqlCluster.StartWithAsync(certificate, key, "listen_addresses=127.0.0.1", $"port={port}", "ssl=on", "ssl_cert_file=server.crt", "ssl_key_file=server.key");
        var options = cluster.Options() with { Host = "localhost", Port = port, CaFile = ours };

        await (await PostgreSqlCluster.OpenAsync(options)).DisposeAsync();

        foreach (var wrong in new[] { options with { Host = "127.0.0.1" }, options with { CaFile = others }, options with { CaFile = null } })
        {
            var refused = await Assert.ThrowsAsync<LedgerException>(() => PostgreSqlCluster.OpenAsync(wrong));
            Assert.Contains($"not one for '{wrong.Host}'", refused.Message, StringComparison.Ordinal);
            Assert.Contains("postgres.ca-file", refused.Message, StringComparison.Ordinal);
        }

        var missing = await Assert.ThrowsAsync<LedgerException>(() => PostgreSqlCluster.OpenAsync(options with { CaFile = ours + ".none" }));
        Assert.Contains("ca.pem.none is not there", missing.Message, StringComparison.Ordinal);
    }

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private static (string Certificate, string Key) Server(X509Certificate2 authority, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        using var certificate = request.Create(authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), [1, 2, 3]);
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }
}

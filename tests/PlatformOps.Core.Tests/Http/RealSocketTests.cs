using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PlatformOps.Core.Http;
using PlatformOps.Errors;
using PlatformOps.TestKit;

namespace PlatformOps.Core.Tests.Http;

/// <summary>What real sockets and real certificates do is told apart as it should be.</summary>
public sealed class RealSocketTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("http-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_self_signed_certificate_is_refused_and_the_error_says_how_to_trust_it()
    {
        using var certificate = Certificate("localhost");
        await using var server = new TinyServer(certificate);

        var error = await Assert.ThrowsAsync<ServiceException>(() => ReadAsync(server, new HttpSettings()));

        Assert.Contains("was not trusted", error.Message, StringComparison.Ordinal);
        Assert.Contains("http.ca-file", error.Message, StringComparison.Ordinal);
        Assert.Contains(Convert.ToHexString(SHA256.HashData(certificate.RawData)), error.Message, StringComparison.Ordinal);
        Assert.Equal(0, server.Requests);
    }

    [Fact]
    public async Task A_pinned_certificate_is_accepted_and_another_is_refused_by_its_thumbprint()
    {
        using var certificate = Certificate("anything.test");
        await using var server = new TinyServer(certificate);
        var pin = Convert.ToHexString(SHA256.HashData(certificate.RawData));

        Assert.True((await ReadAsync(server, new HttpSettings { Thumbprint = pin })).IsSuccess);
        var error = await Assert.ThrowsAsync<ServiceException>(() => ReadAsync(server, new HttpSettings { Thumbprint = new string('0', 64) }));

        Assert.Contains(pin, error.Message, StringComparison.Ordinal);
        Assert.Contains(new string('0', 64), error.Message, StringComparison.Ordinal);
        Assert.Equal(1, server.Requests);
    }

    [Fact]
    public async Task A_configured_authority_is_trusted_for_its_names_only()
    {
        using var good = Certificate("localhost");
        using var other = Certificate("other.test");
        await using var server = new TinyServer(good);
        await using var wrong = new TinyServer(other);

        Assert.True((await ReadAsync(server, new HttpSettings { CaFile = Pem(good) })).IsSuccess);
        await Assert.ThrowsAsync<ServiceException>(() => ReadAsync(wrong, new HttpSettings { CaFile = Pem(other) }));
        Assert.Equal(0, wrong.Requests);
    }

    [Fact]
    public async Task An_expired_certificate_is_refused()
    {
        using var expired = Certificate("localhost", days: -1);
        await using var server = new TinyServer(expired);

        await Assert.ThrowsAsync<ServiceException>(() => ReadAsync(server, new HttpSettings { CaFile = Pem(expired) }));
        Assert.Equal(0, server.Requests);
    }

    [Fact]
    public async Task Not_looking_at_certificates_has_to_be_asked_for()
    {
        await using var server = new TinyServer(Certificate("localhost"));

        Assert.True((await ReadAsync(server, new HttpSettings { Insecure = true })).IsSuccess);
    }

    [Fact]
    public async Task A_refused_connection_was_not_sent_and_a_closed_one_may_have_been()
    {
        await using var closing = new TinyServer(null, answers: false);
        using var refused = Make(new Uri($"http://localhost:{FreePort()}/"), new HttpSettings());
        using var http = Make(closing.Address, new HttpSettings());
        var write = HttpCall.Post("thing", "change the thing", new Dictionary<string, int> { ["a"] = 1 });

        await Assert.ThrowsAsync<ServiceException>(() => refused.SendAsync(write, Token));
        Assert.Equal(4, refused.Requests);

        await Assert.ThrowsAsync<OutcomeUnknownException>(() => http.SendAsync(write, Token));
        Assert.Equal(1, closing.Requests);

        // Sockets would send one without a body four times.
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => http.SendAsync(HttpCall.Post("thing", "change the thing", null), Token));
        Assert.Equal(2, closing.Requests);

        await Assert.ThrowsAsync<ServiceException>(() => http.SendAsync(HttpCall.Get("thing", "read the thing"), Token));
        Assert.Equal(2 + 4, http.Requests);
    }

    private static HttpService Make(Uri address, HttpSettings settings) => new(new HttpServiceOptions
    {
        Service = "service",
        BaseAddress = address,
        Time = new FakeTimeProvider { AutoAdvance = TimeSpan.FromSeconds(20) },
        Settings = settings,
    });

    private static async Task<HttpAnswer> ReadAsync(TinyServer server, HttpSettings settings)
    {
        using var http = Make(server.Address, settings);
        return await http.SendAsync(HttpCall.Get("thing", "read the thing"), Token);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static X509Certificate2 Certificate(string name, int days = 2)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-3), DateTimeOffset.UtcNow.AddDays(days));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    private string Pem(X509Certificate2 certificate)
    {
        var path = Path.Combine(_folder, Guid.NewGuid() + ".pem");
        File.WriteAllText(path, certificate.ExportCertificatePem());
        return path;
    }

    /// <summary>Answers every request with an empty JSON object, or closes the connection once it has read one.</summary>
    private sealed class TinyServer : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly X509Certificate2? _certificate;
        private readonly bool _answers;
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;
        private int _requests;

        public TinyServer(X509Certificate2? certificate, bool answers = true)
        {
            (_certificate, _answers) = (certificate, answers);
            _listener.Start();
            _running = AcceptAsync();
        }

        public Uri Address => new($"{(_certificate is null ? "http" : "https")}://localhost:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

        public int Requests => Volatile.Read(ref _requests);

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running;
            _listener.Dispose();
            _stop.Dispose();
        }

        private async Task AcceptAsync()
        {
            try
            {
                while (true)
                {
                    using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                    await ServeAsync(client);
                }
            }
            catch (OperationCanceledException)
            {
                // Stopped.
            }
        }

        private async Task ServeAsync(TcpClient client)
        {
            try
            {
                Stream stream = client.GetStream();
                if (_certificate is not null)
                {
                    var tls = new SslStream(stream);
                    await tls.AuthenticateAsServerAsync(_certificate);
                    stream = tls;
                }

                await using (stream)
                {
                    var buffer = new byte[8192];
                    if (await stream.ReadAsync(buffer) == 0)
                        return;
                    Interlocked.Increment(ref _requests);
                    if (_answers)
                        await stream.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"));
                }
            }
            catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
            {
                // The client went away.
            }
        }
    }
}

using System.ComponentModel.DataAnnotations;
using PlatformOps.Core.Configuration;

namespace PlatformOps.Core.Http;

/// <summary>How services are reached over HTTP: the file's <c>http:</c> for all of them, or a service's own <c>http:</c> instead of it.</summary>
[Section("http")]
internal sealed record HttpSettings : ICheckedRecord
{
    /// <summary>A PEM file with the certificate authorities to trust instead of the system's.</summary>
    [LocalPath]
    public string? CaFile { get; init; }

    /// <summary>A PEM file with our certificate for services that ask for one (mTLS).</summary>
    [LocalPath]
    public string? ClientCertificate { get; init; }

    /// <summary>The PEM file with its key; by default the certificate's own file.</summary>
    [LocalPath]
    public string? ClientKey { get; init; }

    /// <summary>The SHA-256 thumbprint of the only certificate to accept, in hexadecimal with or without colons: for self-signed ones.</summary>
    public string? Thumbprint { get; init; }

    /// <summary>Accepts any certificate. Warned about at every connection that is made so.</summary>
    public bool Insecure { get; init; }

    /// <summary>The proxy, such as <c>http://proxy.example.org:3128</c> or <c>socks5://localhost:1080</c>; by default what the environment says.</summary>
    [UriSchemes("http", "https", "socks5")]
    public Uri? Proxy { get; init; }

    /// <summary>Calls to one service at the same time.</summary>
    [Range(1, 1000)]
    public int MaxConcurrency { get; init; } = 8;

    /// <summary>The longest answer that is read, in MiB.</summary>
    [Range(1, 1024)]
    public int MaxAnswerMebibytes { get; init; } = 16;

    /// <summary>How long one try may take.</summary>
    public TimeSpan TryTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a call may take with all its tries and waits.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(100);

    public IEnumerable<string> Problems()
    {
        if (TryTimeout < TimeSpan.FromSeconds(1) || Timeout < TryTimeout || Timeout > TimeSpan.FromHours(1))
            yield return "try-timeout is at least 1 s, timeout at least as long as that and at most 1 h.";
        if (ClientKey is not null && ClientCertificate is null)
            yield return "client-key needs client-certificate.";
    }
}

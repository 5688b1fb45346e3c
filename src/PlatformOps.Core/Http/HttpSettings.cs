using PlatformOps.Core.Configuration;

namespace PlatformOps.Core.Http;

/// <summary>How services are reached over HTTP: the file's <c>http:</c> for all of them, or a service's own <c>http:</c> instead of it.</summary>
[Section("http")]
internal sealed record HttpSettings
{
    /// <summary>A PEM file with the certificate authorities to trust instead of the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>A PEM file with our certificate for services that ask for one (mTLS).</summary>
    public string? ClientCertificate { get; init; }

    /// <summary>The PEM file with its key; by default the certificate's own file.</summary>
    public string? ClientKey { get; init; }

    /// <summary>The SHA-256 thumbprint of the only certificate to accept, in hexadecimal with or without colons: for self-signed ones.</summary>
    public string? Thumbprint { get; init; }

    /// <summary>Accepts any certificate. Warned about at every connection that is made so.</summary>
    public bool Insecure { get; init; }

    /// <summary>The proxy, such as <c>http://proxy.example.org:3128</c>; by default what the environment says.</summary>
    public string? Proxy { get; init; }

    /// <summary>Calls to one service at the same time.</summary>
    public int MaxConcurrency { get; init; } = 8;

    /// <summary>The longest answer that is read, in MiB.</summary>
    public int MaxAnswerMebibytes { get; init; } = 64;

    /// <summary>How long one try may take, in seconds.</summary>
    public int TrySeconds { get; init; } = 30;

    /// <summary>How long a call may take with all its tries and waits, in seconds.</summary>
    public int DeadlineSeconds { get; init; } = 100;
}

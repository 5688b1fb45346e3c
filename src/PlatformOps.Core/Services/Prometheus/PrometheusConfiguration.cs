using PlatformOps.Core.Configuration;
using PlatformOps.Core.Http;
using PlatformOps.Core.Secrets;

namespace PlatformOps.Core.Services.Prometheus;

/// <summary>The <c>prometheus:</c> section: Prometheus, or what speaks its query API (Thanos, Mimir, VictoriaMetrics).</summary>
[Section("prometheus")]
internal sealed record PrometheusConfiguration : ICheckedRecord
{
    /// <summary>Its address, with its prefix where it has one, without <c>/api/v1</c>.</summary>
    public Uri? Url { get; init; }

    /// <summary>The account, where it asks for one.</summary>
    public string? Username { get; init; }

    public Secret? Password { get; init; }

    /// <summary>A bearer token, used instead of an account.</summary>
    public Secret? Token { get; init; }

    /// <summary>The label that names the machine, with or without a port behind it.</summary>
    public string Label { get; init; } = "instance";

    /// <summary>How to reach it, instead of the file's <c>http:</c>.</summary>
    public HttpSettings? Http { get; init; }

    public IEnumerable<string> Problems()
    {
        if (Username is null != Password is null)
            yield return "username and password go together.";
        if (Label.Length == 0 || !Label.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') || char.IsAsciiDigit(Label[0]))
            yield return $"label '{Label}' is not the name of a label.";
    }
}

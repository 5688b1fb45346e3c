using PlatformOps.Core.Configuration;

namespace PlatformOps.Core.Services.Kayobe;

/// <summary>The control host that runs Kayobe. The paths are paths there.</summary>
[Section("kayobe")]
internal sealed record KayobeConfiguration
{
    public string? Hostname { get; init; }

    public string? Username { get; init; }

    /// <summary>The vault password file on the control host; the original's name for it is <c>nopassfile</c>.</summary>
    [YamlName("nopassfile", "no-pass-file")]
    public string? NoPassFile { get; init; }

    /// <summary>The folder of the production environment on the control host.</summary>
    public string? ProdEnvPath { get; init; }
}

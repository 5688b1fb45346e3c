using PlatformOps.Core.Configuration;

namespace PlatformOps.Core.Services.Kayobe;

/// <summary>Where Kayobe is: worked out of the configuration once.</summary>
/// <param name="Host">The control host.</param>
/// <param name="Venv">The virtual environment there.</param>
/// <param name="Config">The checkout of the configuration there.</param>
internal sealed record KayobePaths(string Host, string Venv, string Config)
{
    /// <exception cref="Errors.ConfigurationException">Something that it needs is not set.</exception>
    public static KayobePaths Of(OpsConfiguration configuration)
    {
        var section = configuration.Section<KayobeConfiguration>();
        var host = configuration.Require(section.Hostname, "kayobe.hostname", "the host that Kayobe runs on, such as kayobe.example.org");
        var below = section.ProdEnvPath?.TrimEnd('/');
        return new(
            host,
            configuration.Require(section.VenvPath?.TrimEnd('/') ?? (below is null ? null : $"{below}/venvs/kayobe"), "kayobe.venv-path", "Kayobe's virtual environment there, such as /home/stack/venvs/kayobe (or kayobe.prod-env-path)"),
            configuration.Require(section.ConfigPath?.TrimEnd('/') ?? (below is null ? null : $"{below}/src/kayobe-config"), "kayobe.config-path", "the checkout of the Kayobe configuration there, such as /home/stack/src/kayobe-config (or kayobe.prod-env-path)"));
    }
}

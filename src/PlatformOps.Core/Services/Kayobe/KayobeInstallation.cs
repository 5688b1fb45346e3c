using System.Globalization;
using System.Text.RegularExpressions;

namespace PlatformOps.Core.Services.Kayobe;

/// <summary>What is on the control host.</summary>
/// <param name="Version">As <c>kayobe --version</c> tells it, such as <c>19.1.0</c>.</param>
/// <param name="ConfigPath"><c>KAYOBE_CONFIG_PATH</c>.</param>
/// <param name="Inventories">The folders of inventories of the configuration and its environment.</param>
internal sealed partial record KayobeInstallation(string Version, string ConfigPath, IReadOnlyList<string> Inventories)
{
    /// <summary>The release (2026.1) from which <c>--limit</c> and <c>--tags</c> hold for Kolla Ansible too, and one beside <c>--kolla-limit</c> is refused.</summary>
    private const int OneLimit = 20;

    /// <summary>Whether Kolla Ansible is limited by options of its own.</summary>
    public bool HasKollaOptions { get; } = int.Parse(Number().Match(Version).Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) < OneLimit;

    /// <summary>The words of <see cref="KayobeScripts.Installation"/>.</summary>
    /// <returns>Null where one is missing.</returns>
    public static KayobeInstallation? Read(string output)
    {
        string? version = null, configPath = null;
        List<string> inventories = [];
        foreach (var line in output.Split('\n'))
        {
            switch (line.Split(' ', 2))
            {
                case ["ops-config:", { Length: > 1 } path]:
                    configPath = path;
                    break;
                case ["ops-inventory:", { Length: > 1 } path]:
                    inventories.Add(path);
                    break;
                case ["kayobe", var number] when Number().IsMatch(number):
                    version = number.Trim();
                    break;
            }
        }

        return version is null || configPath is null ? null : new(version, configPath, inventories);
    }

    [GeneratedRegex(@"\A([0-9]{1,4})\.[0-9]", RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}

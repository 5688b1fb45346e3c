using System.Text.RegularExpressions;
using PlatformOps.Core.Ssh;

namespace PlatformOps.Core.Services.Kayobe;

/// <summary>What may be named as a playbook, and be passed to it.</summary>
internal static partial class KayobePlaybook
{
    /// <returns>What is wrong with it; null where nothing is.</returns>
    public static string? Problem(string path)
        => File().IsMatch(path) && !path.Split('/').Contains("..")
            ? null
            : $"'{OutputText.Line(path)}' is not the path of a playbook (letters, digits, '.', '_', '-', '/'; without '..'; ending in .yml or .yaml).";

    /// <inheritdoc cref="Problem"/>
    /// <remarks>Ansible evaluates templates in variables where they are used, on the control host: they do not belong into values from elsewhere.</remarks>
    public static string? Problem(IReadOnlyDictionary<string, string> variables)
        => variables.Keys.FirstOrDefault(name => !Variable().IsMatch(name)) is { } bad ? $"'{OutputText.Line(bad)}' is not the name of an Ansible variable."
            : variables.FirstOrDefault(pair => pair.Value.Contains("{{", StringComparison.Ordinal) || pair.Value.Contains("{%", StringComparison.Ordinal)) is { Key: { } name } ? $"The value of {name} is a template, which Ansible would evaluate on the control host."
            : null;

    /// <summary>Where it is on the control host: below <c>ansible/</c> of the configuration, unless its path is a full one.</summary>
    public static string PathOf(string playbook, string configPath) => playbook.StartsWith('/') ? playbook : $"{configPath}/ansible/{playbook}";

    // \z, not $: $ would let a final newline pass.
    [GeneratedRegex(@"\A/?[A-Za-z0-9_.][A-Za-z0-9_./-]{0,500}\.ya?ml\z", RegexOptions.CultureInvariant)]
    private static partial Regex File();

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]{0,100}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Variable();
}

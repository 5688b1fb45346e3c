using PlatformOps.Core.Yaml;
using PlatformOps.Errors;

namespace PlatformOps.Core.Secrets;

/// <summary>Names a secret without holding it.</summary>
/// <param name="Kind">Where it is kept: one of <see cref="Kinds"/>, or <see cref="VaultText"/>.</param>
/// <param name="Locator">The variable, path or entry there; a local path is a full one.</param>
internal sealed record SecretReference(string Kind, string Locator)
{
    public const string Env = "env";
    public const string File = "file";
    public const string Gopass = "gopass";
    public const string Pass = "pass";
    public const string AnsibleVault = "ansible-vault";

    /// <summary>A <c>!vault</c> value; the locator says where it is written.</summary>
    public const string VaultText = "!vault";

    /// <summary>The kinds that can be written as a reference.</summary>
    public static IReadOnlyList<string> Kinds { get; } = [Env, File, Gopass, Pass, AnsibleVault];

    /// <summary>What to take from the entry: a gopass key, or the dotted path of a value in a vault file.</summary>
    public string? Key { get; init; }

    /// <summary>The password of a vault.</summary>
    public Secret? Password { get; init; }

    /// <summary>The ciphertext of a <c>!vault</c> value.</summary>
    public string? Text { get; init; }

    /// <summary>A reference as people type it: <c>env:NAME</c>, <c>file:~/.secrets/jira</c>, <c>pass:team/jira</c>, <c>gopass:team/jira#user</c>, <c>ansible-vault:vault.yml#jira.token</c>.</summary>
    /// <param name="text">The kind, a colon, and the place; behind # the key, where the kind has one.</param>
    /// <param name="fullPath">Makes a full path of a file's name.</param>
    /// <param name="vaultPassword">Opens vaults.</param>
    /// <exception cref="SecretException">It is not written so.</exception>
    public static SecretReference Parse(string text, Func<string, string> fullPath, Secret? vaultPassword)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var kind = colon < 0 ? "" : YamlKey.Normal(text[..colon].Trim());
        // The text itself is not repeated: whoever mistypes a reference may have typed the secret.
        if (!Kinds.Contains(kind))
            throw new SecretException($"This is no reference to a secret: it begins with one of {string.Join(", ", Kinds.Select(known => known + ":"))} and goes on with the place, such as env:JIRA_TOKEN or pass:team/jira.");
        var locator = text[(colon + 1)..];
        string? key = null;
        if (kind is Gopass or AnsibleVault && locator.LastIndexOf('#') is >= 0 and var hash)
            (locator, key) = (locator[..hash], locator[(hash + 1)..]);
        if (locator.Trim().Length == 0 || key?.Length == 0)
            throw new SecretException($"The reference to {kind} names no {(key is null ? "place" : "key behind its #")}.");
        return new SecretReference(kind, kind is File or AnsibleVault ? fullPath(locator) : locator)
        {
            Key = key,
            Password = kind == AnsibleVault ? vaultPassword : null,
        };
    }

    public override string ToString() => Key is null ? $"{Kind}:{Locator}" : $"{Kind}:{Locator}#{Key}";
}

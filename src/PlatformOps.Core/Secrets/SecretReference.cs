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

    public override string ToString() => Key is null ? $"{Kind}:{Locator}" : $"{Kind}:{Locator}#{Key}";
}

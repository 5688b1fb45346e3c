using System.Management.Automation;
using System.Security;
using System.Text;
using PlatformOps.Core.Secrets;
using PlatformOps.Errors;
using PlatformOps.PowerShell.Abstractions;

namespace PlatformOps.PowerShell.Commands.Secrets;

/// <summary>Decrypts text of ansible-vault.</summary>
/// <remarks>
/// <para>Emits the decrypted text as a plain string, because that is what was asked for: keep it out of transcripts and logs, or take -AsSecureString.</para>
/// <para>Takes whole texts and lines alike, so that Get-Content may be piped with and without -Raw, and values with !vault in front as they stand in YAML files.</para>
/// </remarks>
/// <example>
/// <summary>There and back</summary>
/// <code>
/// $password = ConvertTo-SecureString 'an example' -AsPlainText -Force
/// 'top secret' | Protect-AnsibleVault -Password $password | Unprotect-AnsibleVault -Password $password
/// </code>
/// </example>
/// <example>
/// <summary>A value that stays out of sight</summary>
/// <code>
/// $env:VAULT_PASSWORD = 'an example'
/// $vault = 'top secret' | Protect-AnsibleVault -PasswordReference env:VAULT_PASSWORD
/// $token = $vault | Unprotect-AnsibleVault -PasswordReference env:VAULT_PASSWORD -AsSecureString
/// </code>
/// </example>
/// <seealso cref="ProtectAnsibleVaultCommand"/>
[Cmdlet(VerbsSecurity.Unprotect, "AnsibleVault", DefaultParameterSetName = "Text")]
[OutputType(typeof(string), typeof(SecureString))]
public sealed class UnprotectAnsibleVaultCommand : VaultCmdlet
{
    private readonly StringBuilder _lines = new();

    /// <summary>The encrypted text, whole or line by line.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = "Text")]
    [AllowEmptyString]
    public string Text { get; set; } = "";

    /// <summary>The encrypted file.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Path")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>Emits a SecureString.</summary>
    [Parameter]
    public SwitchParameter AsSecureString { get; set; }

    private protected override string? CurrentTarget => ParameterSetName == "Path" ? Path : null;

    private protected override async ValueTask ProcessAsync(CancellationToken cancellationToken)
    {
        if (ParameterSetName == "Path")
        {
            await EmitAsync(await File.ReadAllTextAsync(this.FilePath(Path), cancellationToken));
            return;
        }

        var isTag = Text.TrimStart().StartsWith("!vault", StringComparison.Ordinal);
        // A header begins the next vault; a line in front of it that only says !vault belongs to that.
        var before = (isTag || AnsibleVault.IsVault(Text)) && !IsTagOnly(_lines.ToString()) ? Take() : "";
        _lines.Append(Text).Append('\n');
        await EmitAsync(before);
    }

    private protected override async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        try
        {
            await EmitAsync(Take());
        }
        catch (SecretException e)
        {
            await WriteErrorAsync(e);
        }
    }

    private static bool IsTagOnly(string text) => text.TrimStart().StartsWith("!vault", StringComparison.Ordinal) && text.TrimEnd().AsSpan().IndexOf('\n') < 0;

    private string Take()
    {
        var text = _lines.ToString();
        _lines.Clear();
        return text;
    }

    private async ValueTask EmitAsync(string text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return;
        var vault = text.TrimStart();
        if (vault.StartsWith("!vault", StringComparison.Ordinal))
            vault = vault[(vault.IndexOf('\n', StringComparison.Ordinal) + 1)..];
        var plain = AnsibleVault.UnprotectText(vault, VaultPassword);
        await WriteObjectAsync(AsSecureString ? SecureStrings.From(plain) : plain);
    }
}

using System.Management.Automation;
using System.Security;
using System.Text;
using PlatformOps.Core.Secrets;
using PlatformOps.Errors;
using PlatformOps.PowerShell.Abstractions;

namespace PlatformOps.PowerShell.Commands.Secrets;

/// <summary>Decrypts what ansible-vault has encrypted.</summary>
/// <remarks>
/// <para>Takes the text of a vault as a whole or line by line, with or without the indentation and the "!vault |" of a value in a YAML file. Emits a SecureString, or text where -AsPlainText asks for it. Several vaults may follow each other.</para>
/// </remarks>
/// <example>
/// <summary>A secret for a credential</summary>
/// <code>
/// $secret = Get-Content ./netbox.vault | Unprotect-AnsibleVault -Password (Read-Host 'Vault password' -AsSecureString)
/// [pscredential]::new('token', $secret)
/// </code>
/// </example>
/// <example>
/// <summary>Look into a file</summary>
/// <code>Get-Content -Raw ./secrets.yaml | Unprotect-AnsibleVault -Password $password -AsPlainText</code>
/// </example>
/// <seealso cref="ProtectAnsibleVaultCommand"/>
[Cmdlet(VerbsSecurity.Unprotect, "AnsibleVault")]
[OutputType(typeof(SecureString), typeof(string))]
public sealed class UnprotectAnsibleVaultCommand : AsyncCmdlet
{
    private readonly StringBuilder _vault = new();

    /// <summary>The vault's text.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [AllowEmptyString]
    public string Text { get; set; } = "";

    /// <summary>The vault's password.</summary>
    [Parameter(Mandatory = true)]
    public SecureString Password { get; set; } = null!;

    /// <summary>Emits text instead of a SecureString.</summary>
    [Parameter]
    public SwitchParameter AsPlainText { get; set; }

    private protected override async ValueTask ProcessAsync(CancellationToken cancellationToken)
    {
        foreach (var line in Text.Split('\n'))
        {
            var trimmed = line.Trim();
            if (AnsibleVault.IsVault(trimmed))
                await OpenAsync();
            else if (_vault.Length == 0 && trimmed.Length > 0 && !trimmed.Contains("!vault", StringComparison.Ordinal))
                throw new SecretException("This is not the text of a vault: it begins with $ANSIBLE_VAULT.");
            if (trimmed.Length > 0 && !trimmed.Contains("!vault", StringComparison.Ordinal))
                _vault.Append(trimmed).Append('\n');
        }
    }

    private protected override ValueTask EndAsync(CancellationToken cancellationToken) => OpenAsync();

    private async ValueTask OpenAsync()
    {
        if (_vault.Length == 0)
            return;
        var text = _vault.ToString();
        _vault.Clear();
        var plain = AnsibleVault.UnprotectText(text, SecretTransformationAttribute.Reveal(Password));
        await WriteObjectAsync(AsPlainText ? plain : SecretTransformationAttribute.Secure(plain));
    }
}

using System.Management.Automation;
using System.Security;
using PlatformOps.Core.Secrets;
using PlatformOps.PowerShell.Abstractions;

namespace PlatformOps.PowerShell.Commands.Secrets;

/// <summary>Encrypts text as ansible-vault does.</summary>
/// <remarks>
/// <para>The result is what ansible-vault reads, in its format 1.1, or 1.2 where a vault id is given. It is made in this process: ansible need not be installed, and nothing is written to a file.</para>
/// </remarks>
/// <example>
/// <summary>Encrypt a password to a file</summary>
/// <code>Read-Host 'NetBox token' -AsSecureString | Protect-AnsibleVault -Password (Read-Host 'Vault password' -AsSecureString) | Set-Content ./netbox.vault</code>
/// </example>
/// <example>
/// <summary>Encrypt a whole file</summary>
/// <code>Get-Content -Raw ./secrets.yaml | Protect-AnsibleVault -Password $password -VaultId prod</code>
/// </example>
/// <seealso cref="UnprotectAnsibleVaultCommand"/>
[Cmdlet(VerbsSecurity.Protect, "AnsibleVault")]
[OutputType(typeof(string))]
public sealed class ProtectAnsibleVaultCommand : AsyncCmdlet
{
    /// <summary>What to encrypt.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [SecretTransformation]
    public SecureString Text { get; set; } = null!;

    /// <summary>The vault's password.</summary>
    [Parameter(Mandatory = true)]
    public SecureString Password { get; set; } = null!;

    /// <summary>The vault id that the header names.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? VaultId { get; set; }

    private protected override ValueTask ProcessAsync(CancellationToken cancellationToken) =>
        WriteObjectAsync(AnsibleVault.ProtectText(SecretTransformationAttribute.Reveal(Text), SecretTransformationAttribute.Reveal(Password), VaultId));
}

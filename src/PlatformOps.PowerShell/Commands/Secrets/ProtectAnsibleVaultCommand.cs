using System.Management.Automation;
using System.Security;
using PlatformOps.Core.Secrets;
using PlatformOps.PowerShell.Abstractions;

namespace PlatformOps.PowerShell.Commands.Secrets;

/// <summary>Encrypts text as ansible-vault does.</summary>
/// <remarks>
/// <para>Emits the text that ansible-vault encrypt would write: format 1.1, or 1.2 with -VaultId; AES256. Each object of the pipeline is a text of its own: read files with -Path or Get-Content -Raw.</para>
/// <para>-AsYamlValue emits what ansible-vault encrypt_string would, to stand behind a key in a YAML file, such as this module's configuration. No file is changed.</para>
/// </remarks>
/// <example>
/// <summary>Encrypt a token for the configuration</summary>
/// <code>
/// $password = ConvertTo-SecureString 'an example' -AsPlainText -Force
/// 'top secret' | Protect-AnsibleVault -Password $password -AsYamlValue
/// </code>
/// </example>
/// <example>
/// <summary>Encrypt a secret without ever seeing it</summary>
/// <code>
/// $env:DEMO_TOKEN = 'tk-7f3a9c21'; $env:VAULT_PASSWORD = 'correct-horse-battery'
/// Get-OpsSecret env:DEMO_TOKEN | Protect-AnsibleVault -PasswordReference env:VAULT_PASSWORD -VaultId prod
/// </code>
/// </example>
/// <seealso cref="UnprotectAnsibleVaultCommand"/>
[Cmdlet(VerbsSecurity.Protect, "AnsibleVault", DefaultParameterSetName = "Text")]
[OutputType(typeof(string))]
public sealed class ProtectAnsibleVaultCommand : VaultCmdlet
{
    /// <summary>The text.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = "Text")]
    [AllowEmptyString]
    public string Text { get; set; } = "";

    /// <summary>The text, as Get-OpsSecret and Read-Host -AsSecureString give it.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = "SecureText")]
    public SecureString SecureText { get; set; } = new();

    /// <summary>A file, whose bytes are encrypted. It is not changed.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Path")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>The vault's id, for those who have several passwords; written in its header.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? VaultId { get; set; }

    /// <summary>Emits a !vault value for a YAML file, to stand behind "key: ".</summary>
    [Parameter]
    public SwitchParameter AsYamlValue { get; set; }

    private protected override string? CurrentTarget => ParameterSetName == "Path" ? Path : null;

    private protected override async ValueTask ProcessAsync(CancellationToken cancellationToken)
    {
        if (ParameterSetName == "Path" && !AsYamlValue)
        {
            await WriteObjectAsync(AnsibleVault.Protect(await File.ReadAllBytesAsync(this.FilePath(Path), cancellationToken), VaultPassword, VaultId).TrimEnd('\n'));
            return;
        }

        var text = ParameterSetName switch
        {
            "SecureText" => SecureStrings.Text(SecureText),
            "Path" => await File.ReadAllTextAsync(this.FilePath(Path), cancellationToken),
            _ => Text,
        };
        if (ParameterSetName == "Text" && File.Exists(System.IO.Path.Combine(SessionState.Path.CurrentFileSystemLocation.ProviderPath, Text)))
            await WriteWarningAsync($"'{Text}' is the name of a file. The name was encrypted, not what is in it: -Path encrypts that.");
        // The last line end is the host's: Set-Content adds one.
        await WriteObjectAsync((AsYamlValue ? AnsibleVault.ProtectYamlValue(text, VaultPassword, id: VaultId) : AnsibleVault.ProtectText(text, VaultPassword, VaultId)).TrimEnd('\n'));
    }
}

using System.Management.Automation;
using System.Security;
using PlatformOps.Core.Secrets;
using PlatformOps.Errors;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;

namespace PlatformOps.PowerShell.Commands.Secrets;

/// <summary>The base of the cmdlets for ansible-vault: where the password comes from.</summary>
public abstract class VaultCmdlet : SessionCmdlet
{
    private string? _password;

    /// <summary>The password of the vault.</summary>
    /// <value>The ansible-vault-password of the session's configuration</value>
    [Parameter]
    public SecureString? Password { get; set; }

    /// <summary>Where the password is kept, such as env:VAULT_PASSWORD or file:~/.vault-password.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SecretReferenceCompleter))]
    [ValidateNotNullOrEmpty]
    public string? PasswordReference { get; set; }

    private protected override bool NeedsSession => Session is not null;

    private protected override async ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        if (Password is not null && PasswordReference is not null)
            throw new ArgumentException("Give -Password or -PasswordReference, not both.");
        if (Password is not null)
        {
            _password = SecureStrings.Text(Password);
            return;
        }

        var scope = (Session ?? State.CurrentSession) is { } session ? State.ScopeOf(session) : null;
        var secret = PasswordReference is not null
            ? Secret.FromReference(SecretReference.Parse(PasswordReference, this.FilePath, scope?.Configuration.AnsibleVaultPassword))
            : scope?.Configuration.AnsibleVaultPassword
                ?? throw new SecretException("No password for the vault: give -Password or -PasswordReference, or set ansible-vault-password in the configuration of the session.");
        // ansible-vault strips what it reads from a password file.
        _password = (await (scope?.Secrets ?? new SecretStore(new Redactor())).ResolveAsync(secret, cancellationToken)).Trim();
    }

    // One text that cannot be opened says nothing of the next.
    private protected override bool EndsPipeline(Exception exception) => exception is not SecretException && base.EndsPipeline(exception);

    /// <summary>The password, known since the cmdlet began.</summary>
    private protected string VaultPassword => _password!;
}

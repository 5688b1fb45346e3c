using System.Management.Automation;
using System.Security;
using PlatformOps.Core.Configuration;
using PlatformOps.Core.Secrets;
using PlatformOps.Core.Sessions;
using PlatformOps.Core.Yaml;
using PlatformOps.Errors;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;

namespace PlatformOps.PowerShell.Commands.Secrets;

/// <summary>Looks up a secret, by where it is kept or by its key in the configuration.</summary>
/// <remarks>
/// <para>It is emitted as a SecureString, or as a PSCredential with -AsCredential; never as text. ConvertFrom-SecureString -AsPlainText shows it to whoever must see it.</para>
/// <para>A reference is env:NAME, file:PATH, pass:ENTRY, gopass:ENTRY or gopass:ENTRY#KEY, or ansible-vault:PATH#KEY, which is opened with the session's ansible-vault-password. References need no session; a file must be readable by its owner alone.</para>
/// <para>What a session has handed out it masks as *** in all that people and files get to see, and it writes no journal that holds it. A value that is a part of what things are called in the configuration (a host, a user, the environment) is therefore refused; a short word or number is masked only where it stands by itself.</para>
/// </remarks>
/// <example>
/// <summary>The token that the session logs in to NetBox with</summary>
/// <code>
/// Connect-PlatformOps (Start-OpsLab).ConfigurationPath
/// Get-OpsSecret -Name netbox.api-token
/// </code>
/// </example>
/// <example>
/// <summary>A credential for another program, out of an environment variable</summary>
/// <code>
/// $env:DEMO_PASSWORD = 'correct-horse-battery'
/// $credential = Get-OpsSecret env:DEMO_PASSWORD -AsCredential -UserName jdoe
/// </code>
/// </example>
/// <example>
/// <summary>The account and token of Jira, as the configuration has them</summary>
/// <code>Get-OpsSecret -Name jira.api-token -AsCredential</code>
/// </example>
/// <seealso cref="ProtectAnsibleVaultCommand"/>
[Cmdlet(VerbsCommon.Get, "OpsSecret", DefaultParameterSetName = "Reference")]
[OutputType(typeof(SecureString), typeof(PSCredential))]
public sealed class GetOpsSecretCommand : SessionCmdlet
{
    /// <summary>Where the secret is kept, such as pass:team/jira or env:JIRA_TOKEN.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Reference", ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(SecretReferenceCompleter))]
    [ValidateNotNullOrEmpty]
    public string Reference { get; set; } = "";

    /// <summary>The secret's key in the configuration, such as jira.api-token.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Name")]
    [ArgumentCompleter(typeof(SecretKeyCompleter))]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = "";

    /// <summary>Emits a PSCredential.</summary>
    [Parameter]
    public SwitchParameter AsCredential { get; set; }

    /// <summary>The user of the credential.</summary>
    /// <value>With -Name, the user name beside the secret in the configuration</value>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? UserName { get; set; }

    private protected override bool NeedsSession => ParameterSetName == "Name" || Session is not null;

    private protected override string? CurrentTarget => ParameterSetName == "Name" ? Name : null;

    private protected override async ValueTask ProcessAsync(CancellationToken cancellationToken)
    {
        var (store, secret, userName) = ParameterSetName == "Name" ? Configured() : Referenced();
        if (AsCredential && userName is null)
            throw new ArgumentException("A credential needs a user: give -UserName.");
        var text = await store.ResolveAsync(secret, cancellationToken, OpenScope() is { } scope ? scope.WhyNoSecret : null);
        if (Redactor.IsCommon(text))
            await WriteWarningAsync($"{secret}: such a short word or number is what people say anyway, so this session masks it only where it stands by itself. A secret of 8 characters or more, or of letters and digits, is masked everywhere.");
        var value = SecureStrings.From(text);
        await WriteObjectAsync(AsCredential ? new PSCredential(userName, value) : value);
    }

    private (SecretStore Store, Secret Secret, string? UserName) Configured()
    {
        var all = ConfiguredSecrets.Of(Scope.Configuration).ToList();
        var found = all.Find(one => YamlKey.Equal(one.Key, Name));
        if (found.Secret is null)
            throw new ObjectNotFoundException($"The configuration has no secret '{Name}'. It has: {(all.Count == 0 ? "none" : string.Join(", ", all.Select(one => one.Key)))}.") { TargetName = Name };
        return (Scope.Secrets, found.Secret, UserName ?? found.UserName);
    }

    private (SecretStore Store, Secret Secret, string? UserName) Referenced()
    {
        var scope = OpenScope();
        var reference = SecretReference.Parse(Reference, this.FilePath, scope?.Configuration.AnsibleVaultPassword);
        return (scope?.Secrets ?? new SecretStore(new Redactor()), Secret.FromReference(reference), UserName);
    }

    private SessionScope? OpenScope() => (Session ?? State.CurrentSession) is { } session ? State.ScopeOf(session) : null;
}

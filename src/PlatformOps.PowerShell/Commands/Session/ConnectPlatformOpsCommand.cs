using System.Collections;
using System.Management.Automation;
using System.Security;
using PlatformOps.Core.Secrets;
using PlatformOps.Core.Sessions;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.Sessions;

namespace PlatformOps.PowerShell.Commands.Session;

/// <summary>Opens a session: reads the configuration that every other cmdlet works by.</summary>
/// <remarks>
/// <para>The file is checked whole: an unknown key, a wrong value, or a secret in a file that others may read is a terminating error that names the place and what to do. No service is contacted yet; Test-PlatformOps does that.</para>
/// <para>A section of a service that lacks its address, or anything else without which nothing can be asked of it, is a warning: the other services can be worked with.</para>
/// <para>Without -Path it is $env:PLATFORMOPS_CONFIG, else ops.yaml in the platform's configuration folder; never the working directory, because the file names programs to run.</para>
/// <para>The session belongs to this runspace and becomes its current one. One of the same name is replaced.</para>
/// </remarks>
/// <example>
/// <summary>Open a session on the lab</summary>
/// <code>Connect-PlatformOps (Start-OpsLab).ConfigurationPath -PassThru</code>
/// </example>
/// <example>
/// <summary>Hand in a password instead of keeping it in the file</summary>
/// <code>Connect-PlatformOps $lab.ConfigurationPath -Set @{ 'jira.api-token' = (Read-Host -AsSecureString 'Jira token') }</code>
/// <para>Keys are dotted as in the file; values win over the file and over environment variables.</para>
/// </example>
[Cmdlet(VerbsCommunications.Connect, "PlatformOps")]
[OutputType(typeof(OpsSession))]
public sealed class ConnectPlatformOpsCommand : AsyncCmdlet
{
    /// <summary>The configuration file.</summary>
    /// <value>$env:PLATFORMOPS_CONFIG, else ops.yaml in the platform's configuration folder</value>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("ConfigurationPath")]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>What to call the session, for -Session.</summary>
    /// <value>The environment that the configuration names</value>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>Values that win over the file: dotted keys such as netbox.url with text, numbers, a SecureString or a PSCredential (its password).</summary>
    [Parameter]
    public Hashtable? Set { get; set; }

    /// <summary>Emits the session. Nothing is emitted without it.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override string? CurrentTarget => Path;

    private protected override bool EndsPipeline(Exception exception) => true;

    private protected override async ValueTask ProcessAsync(CancellationToken cancellationToken)
    {
        // Known on the pipeline's thread only.
        var runspace = OpsRunspace.Current;
        var (session, scope) = await SessionOpening.OpenAsync(Path is null ? null : this.FilePath(Path), Name, Overrides(), cancellationToken);
        if (runspace.AddSession(session, scope) is { } replaced)
            await replaced.DisposeAsync();
        foreach (var (service, lack) in scope.Get<ServiceProbes>().Unready())
            await WriteWarningAsync($"{lack.Message} Until then nothing can be asked of {service}.");
        if (PassThru)
            await WriteObjectAsync(session);
    }

    private Dictionary<string, object>? Overrides()
    {
        if (Set is null)
            return null;
        var overrides = new Dictionary<string, object>(StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry entry in Set)
        {
            var value = entry.Value is PSObject wrapped ? wrapped.BaseObject : entry.Value;
            overrides[entry.Key.ToString()!] = value switch
            {
                null => throw new ArgumentException($"-Set: '{entry.Key}' has no value."),
                PSCredential credential => credential.Password,
                SecureString secure => secure,
                Secret secret => secret,
                _ => value,
            };
        }

        return overrides;
    }
}

using System.Management.Automation;
using PlatformOps.Core.Configuration;
using PlatformOps.Core.Sessions;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.Sessions;

namespace PlatformOps.PowerShell.Commands.Session;

/// <summary>Writes a starter configuration, and probes what it says.</summary>
/// <remarks>
/// <para>The file documents every key of every section; settings are commented out with '#: ' in front. It is written for its owner alone, and never over another without -Force.</para>
/// <para>With -Probe a file that is there already is kept, read, and its services are asked as Test-PlatformOps does, without opening a session: write, edit, probe, and edit again until all are healthy.</para>
/// </remarks>
/// <example>
/// <summary>Begin with a configuration of your own</summary>
/// <code>Initialize-PlatformOps ~/platformops/ops.yaml -Confirm:$false</code>
/// </example>
/// <example>
/// <summary>Edit it, and see whether its services are there</summary>
/// <code>Initialize-PlatformOps (Start-OpsLab).ConfigurationPath -Probe</code>
/// </example>
/// <seealso cref="ConnectPlatformOpsCommand"/>
/// <seealso cref="TestPlatformOpsCommand"/>
[Cmdlet(VerbsData.Initialize, "PlatformOps", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(FileInfo), typeof(ServiceHealth))]
public sealed class InitializePlatformOpsCommand : AsyncCmdlet
{
    /// <summary>The file to write.</summary>
    /// <value>$env:PLATFORMOPS_CONFIG, else ops.yaml in the platform's configuration folder</value>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>Writes over a file that is there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Asks the services that the configuration names, and emits their health instead of the file.</summary>
    [Parameter]
    public SwitchParameter Probe { get; set; }

    private protected override string? CurrentTarget => Path;

    private protected override async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        var file = Path is null ? new ConfigurationLoader([]).FindPath() : this.FilePath(Path);
        var isWritten = !File.Exists(file) || Force || !Probe;
        if (isWritten)
        {
            if (!await ShouldProcessAsync(file, "Write a starter configuration"))
                return;
            StarterConfiguration.Write(file, Force);
        }

        var (session, scope) = SessionOpening.Open(file, null, null);
        await using (scope)
        {
            if (session.Services.Length == 0)
                await WriteWarningAsync($"No service is configured in {file} yet. Edit it: take the '{StarterConfiguration.OptionMark} ' away before a section such as 'openstack:' and the keys in it. Then Initialize-PlatformOps -Probe asks its services, and Connect-PlatformOps opens a session.");
            if (Probe)
            {
                await foreach (var health in scope.Get<ServiceProbes>().ProbeAsync(null, cancellationToken))
                    await WriteObjectAsync(health);
            }
            else
            {
                await WriteObjectAsync(new FileInfo(file));
            }
        }
    }
}

using System.Management.Automation;
using PlatformOps.Core.Logging;
using PlatformOps.Core.Services.Hosts;
using PlatformOps.Core.Ssh;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Remote;

namespace PlatformOps.PowerShell.Commands.Remote;

/// <summary>Probes hosts over SSH: reached, root let in, how fast they answer, what they run. Changes nothing.</summary>
/// <remarks>
/// <para>Hosts are asked side by side, and each is emitted as it answers. One that is not reached is a row with its error, not an error: all of them are seen at once.</para>
/// <para>Where root is refused, the account of ssh.username is tried, and tells the distribution; Grant-RemoteRootAccess lets root in.</para>
/// </remarks>
/// <example>
/// <summary>Which hosts of a list cannot be worked on yet</summary>
/// <code>Import-MigrationList $lab.ListPath | Test-RemoteHost | Where-Object IsHealthy -eq $false</code>
/// </example>
/// <example>
/// <summary>Let root in where it is not</summary>
/// <code>Import-MigrationList $lab.ListPath | Test-RemoteHost | Where-Object RootLogin -eq $false | Grant-RemoteRootAccess -Confirm:$false</code>
/// </example>
/// <seealso cref="GrantRemoteRootAccessCommand"/>
/// <seealso cref="GetRemoteHostFactCommand"/>
[Cmdlet(VerbsDiagnostic.Test, "RemoteHost")]
[OutputType(typeof(RemoteHostHealth))]
public sealed class TestRemoteHostCommand : FanOutCmdlet<string>
{
    /// <summary>Makes the cmdlet with its own number of hosts at a time.</summary>
    public TestRemoteHostCommand() => ThrottleLimit = 64;

    /// <summary>The hosts, by name or IPv6 address, or objects with a HostName or HypervisorName.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("HypervisorName")]
    [TargetNameTransformation(nameof(HostName), "HypervisorName")]
    [ArgumentCompleter(typeof(HypervisorCompleter))]
    public string[] HostName { get; set; } = [];

    /// <summary>How many seconds each try to log in may take.</summary>
    /// <value>10</value>
    [Parameter]
    [ValidateRange(1, 600)]
    public int Timeout { get; set; } = 10;

    private protected override IEnumerable<string> Inputs() => HostName;

    private protected override async ValueTask ProcessAsync(string input, CancellationToken cancellationToken)
        => await WriteObjectAsync(await HostProbe.RunAsync(Scope.Get<RemoteShell>(), input, TimeSpan.FromSeconds(Timeout), SilentLog.Instance, Time, cancellationToken));
}

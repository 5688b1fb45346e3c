using System.Management.Automation;
using PlatformOps.Core.Logging;
using PlatformOps.Core.Services.Hosts;
using PlatformOps.Core.Ssh;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Remote;

namespace PlatformOps.PowerShell.Commands.Remote;

/// <summary>Reads what hosts tell about themselves over SSH: distribution, serial number, disks, NICs, GPUs, boot.</summary>
/// <remarks>
/// <para>Each fact is one plain command that changes nothing. One that a host does not tell is empty and listed under Unknown; a host that is not reached, or whose connection drops in between, is an error, and the others go on.</para>
/// <para>Some facts, such as the serial number, are root's to read: without root's login (Grant-RemoteRootAccess) name another account with -UserName, and those stay unknown.</para>
/// </remarks>
/// <example>
/// <summary>What the hosts of a list run</summary>
/// <code>Import-MigrationList $lab.ListPath | Get-RemoteHostFact -UserName ops | Group-Object OsId, OsMajor</code>
/// </example>
/// <example>
/// <summary>The disks of one host</summary>
/// <code>(Get-RemoteHostFact hv01.lab.example -UserName ops).Disks</code>
/// </example>
/// <seealso cref="InvokeRemoteCommandCommand"/>
[Cmdlet(VerbsCommon.Get, "RemoteHostFact")]
[OutputType(typeof(RemoteHostFact))]
public sealed class GetRemoteHostFactCommand : FanOutCmdlet<string>
{
    /// <summary>Makes the cmdlet with its own number of hosts at a time.</summary>
    public GetRemoteHostFactCommand() => ThrottleLimit = 64;

    /// <summary>The hosts, by name or IPv6 address, or objects with a HostName or HypervisorName.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("HypervisorName")]
    [TargetNameTransformation(nameof(HostName), "HypervisorName")]
    [ArgumentCompleter(typeof(HypervisorCompleter))]
    public string[] HostName { get; set; } = [];

    /// <summary>The account that reads.</summary>
    /// <value>root</value>
    [Parameter]
    [ArgumentCompleter(typeof(RemoteUserCompleter))]
    [ValidateNotNullOrEmpty]
    public string UserName { get; set; } = "root";

    private protected override IEnumerable<string> Inputs() => HostName;

    private protected override async ValueTask ProcessAsync(string input, CancellationToken cancellationToken)
        => await WriteObjectAsync(await HostFacts.ReadAsync(Scope.Get<RemoteShell>().As(input, UserName, SilentLog.Instance), cancellationToken));
}

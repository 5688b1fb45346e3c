using System.Management.Automation;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.Hosts;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Remote;

/// <summary>Lets root log in on hosts with the configured key.</summary>
/// <remarks>
/// <para>Where root's login is refused, the account of ssh.username logs in and appends the public key to root's authorized keys through sudo, once, with the right owner and modes; then root's login is tried again. Where root logs in, nothing is done.</para>
/// <para>The public key is ssh.key-path with .pub behind it. One call changes at most targets.max hosts or -MaxTargets.</para>
/// </remarks>
/// <example>
/// <summary>See where root is let in</summary>
/// <code>Import-MigrationList $lab.ListPath | Grant-RemoteRootAccess -WhatIf</code>
/// </example>
/// <example>
/// <summary>Let root in on two hosts, unattended</summary>
/// <code>Grant-RemoteRootAccess hv01.lab.example, hv02.lab.example -PassThru -Confirm:$false</code>
/// </example>
/// <seealso cref="InvokeRemoteCommandCommand"/>
[Cmdlet(VerbsSecurity.Grant, "RemoteRootAccess", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(StepRecord))]
public sealed class GrantRemoteRootAccessCommand : FanOutEffectCmdlet<string>
{
    /// <summary>The hosts, by name or IPv6 address, or objects with a HostName or HypervisorName.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("HypervisorName")]
    [TargetNameTransformation(nameof(HostName), "HypervisorName")]
    [ArgumentCompleter(typeof(HypervisorCompleter))]
    public string[] HostName { get; set; } = [];

    /// <summary>Emits a record for each host: whether root was let in before, and is now. Nothing is emitted without it.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override IEnumerable<string> Inputs() => HostName;

    private protected override async ValueTask ProcessAsync(string input, CancellationToken cancellationToken)
    {
        var record = await ApplyAsync(new RootAccessChange(), new ActionTarget(ActionTarget.Hypervisor, input), new NoParameters(), cancellationToken);
        if (PassThru && IsThere(record))
            await WriteObjectAsync(record);
    }
}

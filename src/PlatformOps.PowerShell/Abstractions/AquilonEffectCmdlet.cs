using System.Management.Automation;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.Aquilon;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Abstractions;

/// <summary>The base of cmdlets that change hosts in Aquilon one by one.</summary>
public abstract class AquilonEffectCmdlet : EffectCmdlet
{
    /// <summary>The hypervisors, by exact name, or objects with a HypervisorName or HostName.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("HostName")]
    [TargetNameTransformation(nameof(HypervisorName), "HostName")]
    [ArgumentCompleter(typeof(AquilonHostCompleter))]
    public string[] HypervisorName { get; set; } = [];

    /// <summary>The ticket of the hypervisor, which the host then carries.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [TicketIdTransformation(AllowsNone = true)]
    [ArgumentCompleter(typeof(MigrationTicketCompleter))]
    public string? TicketId { get; set; }

    /// <summary>Emits the hosts once they are as asked for. Nothing is emitted without it.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Makes the changes of one host; whether all of them are there now.</summary>
    private protected abstract ValueTask<bool> ChangeAsync(ActionTarget target, CancellationToken cancellationToken);

    private protected override ValueTask ProcessAsync(CancellationToken cancellationToken) => EachAsync(HypervisorName, async name =>
    {
        var ticket = string.IsNullOrEmpty(TicketId) ? null : TicketId;
        var isThere = await ChangeAsync(new ActionTarget(ActionTarget.Hypervisor, name, ticket), cancellationToken);
        if (PassThru && isThere && !IsWhatIf)
            await WriteObjectAsync(await Scope.Get<AquilonClient>().HostAsync(name, cancellationToken) with { TicketId = ticket });
    });

    /// <summary>Whether the next change of the same host may follow.</summary>
    private protected bool GoesOn(StepRecord? record) => IsThere(record) || (IsWhatIf && record is not null);
}

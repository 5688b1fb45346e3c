using System.Management.Automation;
using PlatformOps.Core.Migration;
using PlatformOps.Migration;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;

namespace PlatformOps.PowerShell.Commands.Migration;

/// <summary>Tells where hypervisors are in their migration.</summary>
/// <remarks>
/// <para>Read from the live systems: Nova's service with its reason and owner, the servers on it, the inventory, the ticket, until when its alerts are silenced; and the newest run of this state folder, if there is one. Nothing is changed. A system that does not answer leaves its columns empty and is named in Unknown. They come in the order in which they were given.</para>
/// </remarks>
/// <example>
/// <summary>Where is everything on the list?</summary>
/// <code>Import-MigrationList $lab.ListPath | Get-MigrationStatus</code>
/// </example>
/// <example>
/// <summary>What needs a person</summary>
/// <code>Import-MigrationList $lab.ListPath | Get-MigrationStatus | Where-Object WaitingFor | Format-List HypervisorName, WaitingFor, NextAction</code>
/// </example>
/// <seealso cref="InvokeMigrationStepCommand"/>
[Cmdlet(VerbsCommon.Get, "MigrationStatus")]
[OutputType(typeof(MigrationStatus))]
public sealed class GetMigrationStatusCommand : FanOutCmdlet<GetMigrationStatusCommand.Asked>
{
    private MigrationStatusReader? _reader;
    private Task _before = Task.CompletedTask;

    /// <summary>The hypervisors, by their fully qualified names, or objects with a HypervisorName.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [TargetNameTransformation(nameof(HypervisorName))]
    [ArgumentCompleter(typeof(HypervisorCompleter))]
    public string[] HypervisorName { get; set; } = [];

    /// <summary>The ticket of the hypervisor. Found by the claim or the ticket's summary where it is left out.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(MigrationTicketCompleter))]
    public string? TicketId { get; set; }

    private protected override ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        _reader = new MigrationStatusReader(Scope);
        return default;
    }

    private protected override IEnumerable<Asked> Inputs()
    {
        foreach (var name in HypervisorName)
        {
            var asked = new Asked(name, string.IsNullOrEmpty(TicketId) ? null : TicketId, _before);
            _before = asked.Told.Task;
            yield return asked;
        }
    }

    private protected override string? NameOf(Asked input) => input.Name;

    private protected override async ValueTask ProcessAsync(Asked input, CancellationToken cancellationToken)
    {
        try
        {
            var status = await _reader!.ReadAsync(input.Name, input.Ticket, cancellationToken);
            // They are read side by side, and told in the order of the list.
            await input.Before.WaitAsync(cancellationToken);
            await WriteObjectAsync(status);
        }
        finally
        {
            input.Told.SetResult();
        }
    }

    /// <summary>A hypervisor that is asked about.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Ticket">Its ticket; null where it came with none.</param>
    /// <param name="Before">Ends when the one before it was told.</param>
    public sealed record Asked(string Name, string? Ticket, Task Before)
    {
        /// <summary>Ends when this one was told, or failed.</summary>
        internal TaskCompletionSource Told { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

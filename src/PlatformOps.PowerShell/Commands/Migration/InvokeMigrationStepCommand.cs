using System.Management.Automation;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Migration;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Sessions;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Migration;

/// <summary>Runs phases of a migration on hypervisors.</summary>
/// <remarks>
/// <para>A phase is a runbook: checks and changes in a fixed order (Get-MigrationStep shows them). The first step of a hypervisor that does not succeed ends that hypervisor; the others go on. Records come as steps end; errors come when every hypervisor has ended.</para>
/// <para>All hypervisors are collected first. -WhatIf reads live and emits what would be done; without it one question is asked for the whole plan where its impact calls for one, or one for each hypervisor with -Confirm.</para>
/// <para>The log goes to ./logs/&lt;list&gt;.&lt;time&gt; too, in the current folder (migration.log-folder), with times in UTC.</para>
/// <para>What is done is written to a ledger before and after. A run that was killed or stopped goes on with Resume-OpsRun, and nothing happens twice.</para>
/// </remarks>
/// <example>
/// <summary>See what PreDrain would do</summary>
/// <code>Import-MigrationList $lab.ListPath | Select-Object -First 4 | Invoke-MigrationStep -Step Setup, PreDrain -WhatIf</code>
/// </example>
/// <example>
/// <summary>Run it unattended, three hypervisors at a time, and fail the CI step where one fails</summary>
/// <code>
/// $ErrorActionPreference = 'Stop'
/// Import-MigrationList $lab.ListPath | Select-Object -First 4 | Invoke-MigrationStep -Step Setup, PreDrain -ThrottleLimit 3 -Confirm:$false -FailOnError
/// </code>
/// </example>
/// <seealso cref="ImportMigrationListCommand"/>
[Cmdlet(VerbsLifecycle.Invoke, "MigrationStep", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(StepRecord))]
public sealed class InvokeMigrationStepCommand : RunTargetsCmdlet
{
    private string? _listName;
    private IReadOnlyList<RunbookPhase>? _phases;

    /// <summary>The phases to run, each once and in the order of the migration, such as Setup, PreDrain. Get-MigrationStep lists them in it.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ArgumentCompleter(typeof(StepOrHypervisorCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Step { get; set; } = [];

    /// <summary>The hypervisors, by their fully qualified names, or objects with a HypervisorName.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [TargetNameTransformation(nameof(HypervisorName))]
    [ArgumentCompleter(typeof(HypervisorCompleter))]
    public string[] HypervisorName { get; set; } = [];

    /// <summary>The ticket of the hypervisor, such as MH-101.</summary>
    /// <value>The one open ticket that has the hypervisor's name as its title; where Jira is away, the one that our own claim or the dossier names; a warning where there is none</value>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [TicketIdTransformation(AllowsNone = true)]
    [ArgumentCompleter(typeof(MigrationTicketCompleter))]
    public string? TicketId { get; set; }

    /// <summary>The list the hypervisors come from; the log is named after it.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("ListName")]
    public string? List { get; set; }

    /// <summary>The line of the list; errors of its ticket name it.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateRange(0, int.MaxValue)]
    public int ListLine { get; set; }

    private protected override string RunName => string.Join(", ", Step);

    private protected override IReadOnlyList<RunbookPhase> Phases() => _phases ??= MigrationPhases.Get(Scope.Runbooks, Step);

    private protected override IReadOnlyList<IRunObserver> Observers() => [MigrationRun.Ticket(Scope)];

    private protected override string? LogPath()
    {
        var folder = Scope.Configuration.Has<MigrationConfiguration>() ? Scope.Configuration.Section<MigrationConfiguration>().LogFolder : new MigrationConfiguration().LogFolder;
        return folder.Length == 0 ? null : Path.Combine(this.FilePath(folder), MigrationRun.LogNameOf(_listName, Scope.Time.GetUtcNow()));
    }

    private protected override async ValueTask<IReadOnlyList<ActionTarget>> CompleteAsync(IReadOnlyList<ActionTarget> targets, CancellationToken cancellationToken)
    {
        var (complete, warning) = await new TicketFinder(Scope, SessionScope.Person).FindAsync(targets, Step, cancellationToken);
        if (warning is not null)
            await WriteWarningAsync(warning);
        return complete;
    }

    // Phases that are wrong are known before any hypervisor is asked for.
    private protected override ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        _ = Phases();
        return default;
    }

    private protected override ValueTask ProcessAsync(CancellationToken cancellationToken)
    {
        _listName ??= List;
        foreach (var name in HypervisorName)
            Collect(new ActionTarget(MigrationRun.TargetKind, name, string.IsNullOrEmpty(TicketId) ? null : TicketId) { Place = MigrationRun.PlaceOf(List, ListLine) });
        return default;
    }
}

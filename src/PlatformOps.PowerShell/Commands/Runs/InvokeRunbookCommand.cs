using System.Collections;
using System.Globalization;
using System.Management.Automation;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Migration;
using PlatformOps.Core.Runbooks;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Runs;

/// <summary>Runs a runbook on targets.</summary>
/// <remarks>
/// <para>The first step of a target that does not succeed ends that target; the others go on. Records come as steps end; errors come when every target has ended.</para>
/// <para>All targets are collected first. -WhatIf reads live and emits what would be done; without it one question is asked for the whole plan where its impact calls for one, or one for each target with -Confirm.</para>
/// <para>What is done is written to a ledger before and after. A run that was killed or stopped goes on with Resume-OpsRun, and nothing happens twice.</para>
/// </remarks>
/// <example>
/// <summary>See what a runbook would do</summary>
/// <code>
/// $lab = Start-OpsLab
/// Connect-PlatformOps $lab.ConfigurationPath
/// Import-MigrationList $lab.ListPath | Select-Object -First 2 | Invoke-Runbook hypervisor/pre-drain -WhatIf
/// </code>
/// </example>
/// <example>
/// <summary>Run one of your own, unattended, three targets at a time</summary>
/// <code>
/// $ErrorActionPreference = 'Stop'
/// Set-Content ./check-device.yaml "runbook: site/check-device`ntarget: hypervisor`nsteps:`n  - check: netbox.device.exists`n    with: { statuses: [active, offline] }"
/// (Import-MigrationList $lab.ListPath).HypervisorName | Invoke-Runbook -Path ./check-device.yaml -ThrottleLimit 3 -Confirm:$false -FailOnError
/// </code>
/// </example>
/// <seealso cref="GetRunbookCommand"/>
/// <seealso cref="ResumeOpsRunCommand"/>
[Cmdlet(VerbsLifecycle.Invoke, "Runbook", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = "Name")]
[OutputType(typeof(StepRecord))]
public sealed class InvokeRunbookCommand : RunTargetsCmdlet
{
    private Runbook? _runbook;

    /// <summary>The runbook, as Get-Runbook lists it, such as hypervisor/pre-drain.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Name")]
    [ArgumentCompleter(typeof(RunbookCompleter))]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = "";

    /// <summary>The file of a runbook. Wildcards are not expanded.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Path")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>The targets, by name, or objects with a HypervisorName, HostName or VMName.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("HypervisorName", "HostName", "VMName")]
    [TargetNameTransformation("HypervisorName", "HostName", "VMName")]
    [ArgumentCompleter(typeof(HypervisorCompleter))]
    public string[] Target { get; set; } = [];

    /// <summary>The ticket of the target, such as MH-101: it is told how the runbook went.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(MigrationTicketCompleter))]
    public string? TicketId { get; set; }

    /// <summary>Values for the runbook's parameters, by their names.</summary>
    [Parameter]
    public Hashtable? Parameter { get; set; }

    private protected override string RunName => Book.Name;

    private Runbook Book => _runbook ??= ParameterSetName == "Path" ? Scope.Runbooks.ReadFile(this.FilePath(Path)) : Scope.Runbooks.Get(Name);

    private protected override IReadOnlyList<RunbookPhase> Phases() => [new RunbookPhase(Book.Name, Book)];

    // Who gives a ticket wants it told.
    private protected override IReadOnlyList<IRunObserver> Observers() => [MigrationRun.Ticket(Scope)];

    private protected override IReadOnlyDictionary<string, string> RunbookInputs()
    {
        var inputs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Parameter ?? [])
        {
            var value = entry.Value is PSObject wrapped ? wrapped.BaseObject : entry.Value;
            inputs[entry.Key.ToString()!] = value switch
            {
                null => throw new ArgumentException($"-Parameter: '{entry.Key}' has no value."),
                bool truth => truth ? "true" : "false",
                SwitchParameter { IsPresent: var present } => present ? "true" : "false",
                IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
                string text => text,
                _ => throw new ArgumentException($"-Parameter: '{entry.Key}' is a {value.GetType().Name}; runbooks take text, whole numbers, and true or false."),
            };
        }

        return inputs;
    }

    // A runbook that is wrong is known before any target is asked for.
    private protected override ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        _ = Book;
        return default;
    }

    private protected override ValueTask ProcessAsync(CancellationToken cancellationToken)
    {
        foreach (var name in Target)
            Collect(new ActionTarget(Book.TargetKind, name, string.IsNullOrEmpty(TicketId) ? null : TicketId));
        return default;
    }
}

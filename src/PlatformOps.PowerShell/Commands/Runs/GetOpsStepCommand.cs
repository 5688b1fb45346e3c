using System.Management.Automation;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Runbooks;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Runs;

/// <summary>Gets the steps of a run from the ledger.</summary>
/// <remarks>
/// <para>Each step comes once, as it ended last, in the order in which the steps were first begun; EarlierAttempts has what it took before, such as the check that failed before the run was resumed (Format-List shows it). -Detailed emits every attempt by itself, in the order in which they were made. One that was begun and has no end is Running while a living process is at it, and Interrupted afterwards: Resume-OpsRun looks whether it happened. Unknown is one where looking does not tell, and a person has to decide by Resolve-OpsStep. -Open emits only what is Running, Interrupted or Unknown.</para>
/// </remarks>
/// <example>
/// <summary>What the newest run did</summary>
/// <code>
/// Connect-PlatformOps (Start-OpsLab).ConfigurationPath
/// Get-OpsRun | Select-Object -First 1 | Get-OpsStep
/// </code>
/// </example>
/// <example>
/// <summary>What was done with a hypervisor, each time that it was, in order</summary>
/// <code>Get-OpsRun | Select-Object -First 1 | Get-OpsStep -Target hv01* -Detailed</code>
/// </example>
/// <example>
/// <summary>What is in doubt anywhere</summary>
/// <code>Get-OpsRun | Get-OpsStep -Open</code>
/// </example>
/// <example>
/// <summary>What the newest run did with one hypervisor</summary>
/// <code>Get-OpsRun | Select-Object -First 1 | Get-OpsStep hv01.lab.example</code>
/// </example>
/// <seealso cref="ResolveOpsStepCommand"/>
[Cmdlet(VerbsCommon.Get, "OpsStep", DefaultParameterSetName = "Step")]
[OutputType(typeof(StepRecord))]
public sealed class GetOpsStepCommand : RunIdCmdlet
{
    /// <summary>Only of these targets; wildcards are allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(RunTargetCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Target { get; set; }

    /// <summary>Only these steps; wildcards are allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(RunStepCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Step { get; set; }

    /// <summary>Only steps that ended so.</summary>
    [Parameter]
    public StepOutcome[]? Outcome { get; set; }

    /// <summary>Every attempt at a step by itself, target by target in the order in which they were made: what failed before a resume stands before what was done after it.</summary>
    [Parameter(ParameterSetName = "Detailed")]
    public SwitchParameter Detailed { get; set; }

    /// <summary>Only steps that were begun and have no end: running, interrupted, or in doubt.</summary>
    [Parameter(ParameterSetName = "Open")]
    public SwitchParameter Open { get; set; }

    /// <summary>A run from the pipeline: with it, what is given without a name are targets.</summary>
    [Parameter(ValueFromPipeline = true)]
    public OpsRun? InputObject { get; set; }

    // "Get-OpsRun | Get-OpsStep hv01.lab.example": the run came already, so the name is none.
    private protected override IReadOnlyList<string> Runs()
    {
        if (InputObject is not { } run || RunId.Contains(run.RunId, StringComparer.Ordinal))
            return RunId;
        Target ??= RunId;
        return [run.RunId];
    }

    private protected override ValueTask ProcessRunAsync(string given, CancellationToken cancellationToken)
    {
        var runId = Scope.Store.Describe(given).RunId;
        var history = Scope.Store.History(runId);
        var isUnderWay = Scope.Store.IsUnderWay(runId);
        var steps = Detailed ? StepRecords.Attempts(runId, history, isUnderWay).Select(attempt => attempt.Step) : StepRecords.From(runId, history, isUnderWay);
        return WriteObjectsAsync(steps.Where(step => IsWanted(step, history)));
    }

    private static bool Matches(string[]? patterns, string text)
        => patterns is null || patterns.Any(pattern => WildcardPattern.Get(pattern, WildcardOptions.IgnoreCase).IsMatch(text));

    private bool IsWanted(StepRecord step, RunHistory history)
        => Matches(Target, step.Target)
            && Matches(Step, step.Step)
            && Outcome?.Contains(step.Outcome) != false
            && (!Open || history.Target(step.Target).Find(new StepKey(step.Target, step.Phase, step.Step)) is { IsOpen: true });
}

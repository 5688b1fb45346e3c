using System.Management.Automation;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Runbooks;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Runs;

/// <summary>Gets the steps of a run from the ledger.</summary>
/// <remarks>
/// <para>Each step comes once, as it ended last. One that was begun and has no end is Running while a living process is at it, and Interrupted afterwards: Resume-OpsRun looks whether it happened. Unknown is one where looking does not tell, and a person has to decide by Resolve-OpsStep. -Open emits only what is Running, Interrupted or Unknown.</para>
/// </remarks>
/// <example>
/// <summary>What the newest run did</summary>
/// <code>
/// Connect-PlatformOps (Start-OpsLab).ConfigurationPath
/// Get-OpsRun | Select-Object -First 1 | Get-OpsStep
/// </code>
/// </example>
/// <example>
/// <summary>What is in doubt anywhere</summary>
/// <code>Get-OpsRun | Get-OpsStep -Open</code>
/// </example>
/// <seealso cref="ResolveOpsStepCommand"/>
[Cmdlet(VerbsCommon.Get, "OpsStep")]
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

    /// <summary>Only steps that were begun and have no end: running, interrupted, or in doubt.</summary>
    [Parameter]
    public SwitchParameter Open { get; set; }

    private protected override ValueTask ProcessRunAsync(string given, CancellationToken cancellationToken)
    {
        var runId = Scope.Store.Describe(given).RunId;
        var history = Scope.Store.History(runId);
        return WriteObjectsAsync(StepRecords.From(runId, history, Scope.Store.IsUnderWay(runId)).Where(step => IsWanted(step, history)));
    }

    private static bool Matches(string[]? patterns, string text)
        => patterns is null || patterns.Any(pattern => WildcardPattern.Get(pattern, WildcardOptions.IgnoreCase).IsMatch(text));

    private bool IsWanted(StepRecord step, RunHistory history)
        => Matches(Target, step.Target)
            && Matches(Step, step.Step)
            && Outcome?.Contains(step.Outcome) != false
            && (!Open || history.Target(step.Target).Find(new StepKey(step.Target, step.Phase, step.Step)) is { IsOpen: true });
}

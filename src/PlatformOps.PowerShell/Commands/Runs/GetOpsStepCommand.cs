using System.Management.Automation;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Runbooks;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Runs;

/// <summary>Gets the steps of a run from the ledger.</summary>
/// <remarks>
/// <para>Each step comes once, as it ended last. A step that was begun and of which nothing was written after it is Unknown: with -Open only those are emitted, which a resumed run looks at first and a person decides where looking does not tell.</para>
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

    /// <summary>Only steps in doubt: begun, and nobody knows whether they happened.</summary>
    [Parameter]
    public SwitchParameter Open { get; set; }

    private protected override ValueTask ProcessRunAsync(string given, CancellationToken cancellationToken)
    {
        var runId = Scope.Store.Describe(given).RunId;
        var history = Scope.Store.History(runId);
        return WriteObjectsAsync(StepRecords.From(runId, history).Where(step => IsWanted(step, history)));
    }

    private static bool Matches(string[]? patterns, string text)
        => patterns is null || patterns.Any(pattern => WildcardPattern.Get(pattern, WildcardOptions.IgnoreCase).IsMatch(text));

    private bool IsWanted(StepRecord step, RunHistory history)
        => Matches(Target, step.Target)
            && Matches(Step, step.Step)
            && Outcome?.Contains(step.Outcome) != false
            && (!Open || history.Target(step.Target).Find(new StepKey(step.Target, step.Phase, step.Step)) is { IsOpen: true });
}

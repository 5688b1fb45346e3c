using System.Management.Automation;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Sessions;
using PlatformOps.Errors;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Runs;

/// <summary>Decides a step of which nobody else knows whether it happened.</summary>
/// <remarks>
/// <para>Look at the system first: the decision is taken at its word, and written to the ledger with your name and reason. Happened goes on after the step; NotHappened runs it; Skipped goes on without it, and never satisfies the guard of something destructive; Abandon gives the target up.</para>
/// <para>The question shows what is known of the step. Resume-OpsRun goes on with the run.</para>
/// </remarks>
/// <example>
/// <summary>Decide every step in doubt of a run, one question each</summary>
/// <code>
/// Connect-PlatformOps (Start-OpsLab).ConfigurationPath
/// Get-OpsRun -State Failed, Interrupted | Get-OpsStep -Open | Resolve-OpsStep -As NotHappened -Reason 'looked at the hosts: nothing was written'
/// </code>
/// </example>
/// <example>
/// <summary>From a script</summary>
/// <code>Get-OpsRun | Get-OpsStep -Open | Resolve-OpsStep -As Happened -Reason 'the vendor says so' -Confirm:$false</code>
/// </example>
/// <seealso cref="GetOpsStepCommand"/>
[Cmdlet(VerbsDiagnostic.Resolve, "OpsStep", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = "Record")]
[OutputType(typeof(StepRecord))]
public sealed class ResolveOpsStepCommand : SessionCmdlet
{
    /// <summary>The step, from Get-OpsStep or from the run itself.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = "Record")]
    public StepRecord[] InputObject { get; set; } = [];

    /// <summary>The run, by its identifier or a part of it that only one has.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Name")]
    [RunIdTransformation]
    [ArgumentCompleter(typeof(RunCompleter))]
    [ValidateNotNullOrEmpty]
    public string RunId { get; set; } = "";

    /// <summary>The target.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = "Name")]
    [ArgumentCompleter(typeof(RunTargetCompleter))]
    [ValidateNotNullOrEmpty]
    public string Target { get; set; } = "";

    /// <summary>The step's name.</summary>
    [Parameter(Mandatory = true, Position = 2, ParameterSetName = "Name")]
    [ArgumentCompleter(typeof(RunStepCompleter))]
    [ValidateNotNullOrEmpty]
    public string Step { get; set; } = "";

    /// <summary>The phase, where several have a step of that name.</summary>
    [Parameter(ParameterSetName = "Name")]
    [ArgumentCompleter(typeof(RunPhaseCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Phase { get; set; }

    /// <summary>What happened.</summary>
    [Parameter(Mandatory = true)]
    public StepDecision As { get; set; }

    /// <summary>How you know; written to the ledger.</summary>
    [Parameter(Mandatory = true)]
    [ValidatePattern(@"\S")]
    public string Reason { get; set; } = "";

    private protected override string? CurrentTarget => ParameterSetName == "Name" ? Target : null;

    private protected override async ValueTask ProcessAsync(CancellationToken cancellationToken)
    {
        foreach (var key in ParameterSetName == "Name" ? [Named()] : InputObject.Select(step => (step.RunId, Key: new StepKey(step.Target, step.Phase, step.Step))))
        {
            try
            {
                await ResolveAsync(key.RunId, key.Key, cancellationToken);
            }
            catch (OpsException e) when (!EndsPipeline(e) || e is LedgerException)
            {
                await WriteErrorAsync(e, key.Key.Target);
            }
        }
    }

    private async ValueTask ResolveAsync(string given, StepKey key, CancellationToken cancellationToken)
    {
        var run = Scope.Store.Describe(given);
        var runId = run.RunId;
        var history = Scope.Store.History(runId);
        var name = $"{(key.Phase is null ? "" : key.Phase + ".")}{key.Step} on {key.Target}";
        if (history.Target(key.Target).Find(key) is not { IsOpen: true, Intent: { } intent } step)
            throw new RefusedException($"{name} is not in doubt in run {runId}: there is nothing to decide. Get-OpsStep {runId} -Open lists what is.") { TargetName = key.Target };
        var evidence = $"begun at {intent.At.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'} ({intent.BeforeText} → {intent.DesiredText}){(step.Result is null ? ", and interrupted" : ": " + step.Result.Message)}";
        if (!await ShouldProcessAsync($"[{OpenSession.Environment}] {name}, {evidence} (run {runId})", $"Decide that it {Meaning()}"))
            return;
        await TakeRunAsync(run);
        await Scope.Runner().ResolveAsync(runId, key, As, Reason, SessionScope.Person, cancellationToken);
        foreach (var record in StepRecords.From(runId, Scope.Store.History(runId), isUnderWay: false, key.Target).Where(record => record.Phase == key.Phase && record.Step == key.Step))
            await WriteObjectAsync(record);
    }

    private (string RunId, StepKey Key) Named()
    {
        var runId = Scope.Store.Describe(RunId).RunId;
        var steps = Scope.Store.History(runId).Targets.GetValueOrDefault(Target)?.Steps.Where(step => step.Key.Step == Step && (Phase is null || step.Key.Phase == Phase)).ToList() ?? [];
        return steps switch
        {
            [var one] => (runId, one.Key),
            [] => throw new ObjectNotFoundException($"Run {runId} has no step '{Step}' on '{Target}'. Get-OpsStep {runId} lists its steps.") { TargetName = Target },
            _ => throw new AmbiguousNameException($"Run {runId} has the step '{Step}' in {string.Join(", ", steps.Select(step => step.Key.Phase))}: say which with -Phase.") { TargetName = Target },
        };
    }

    private string Meaning() => As switch
    {
        StepDecision.Happened => "happened",
        StepDecision.NotHappened => "did not happen, and is to be run",
        StepDecision.Skipped => "is skipped",
        _ => "is abandoned with its target",
    };
}

using System.Management.Automation;
using PlatformOps.Errors;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Runs;

/// <summary>Asks the process that works on a run, or takes it back, to stop; Resume-OpsRun or Undo-OpsRun goes on with it.</summary>
/// <remarks>
/// <para>The process may be another one, on any machine that shares the state folder; it looks twice a second. AfterStep lets the steps that are under way end; AfterTarget the targets; Now gives up what is under way, which is looked at again when the run is resumed.</para>
/// </remarks>
/// <example>
/// <summary>Stop every run after its steps</summary>
/// <code>
/// Connect-PlatformOps (Start-OpsLab).ConfigurationPath
/// Get-OpsRun -State Running | Stop-OpsRun -Confirm:$false
/// </code>
/// </example>
/// <example>
/// <summary>Begin no further target, and wait until the run has stopped</summary>
/// <code>Get-OpsRun -State Running | Stop-OpsRun -Mode AfterTarget -Wait -PassThru</code>
/// </example>
/// <seealso cref="EnableOpsKillSwitchCommand"/>
[Cmdlet(VerbsLifecycle.Stop, "OpsRun", SupportsShouldProcess = true)]
[OutputType(typeof(OpsRun))]
public sealed class StopOpsRunCommand : RunIdCmdlet
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    private readonly List<string> _asked = [];

    /// <summary>When it stops.</summary>
    /// <value>AfterStep</value>
    [Parameter]
    public RunStopMode Mode { get; set; } = RunStopMode.AfterStep;

    /// <summary>Waits until it has stopped.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>Emits the run. Nothing is emitted without it.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override async ValueTask ProcessRunAsync(string given, CancellationToken cancellationToken)
    {
        var run = Scope.Store.Describe(given);
        if (!IsAlive(run))
            throw new RefusedException($"Run {run.RunId} is {run.State}: no process works on it, so there is nothing to stop.") { TargetName = run.RunId };
        if (!await ShouldProcessAsync($"[{run.Environment}] run {run.RunId} ({run.Name}), {run.Targets.Length} targets, on {run.Machine}", $"Stop {Mode}"))
            return;
        // This session's own run has nobody who would look for a request: it ends here.
        if (IsAlive(await TakeRunAsync(run)))
            Scope.Store.RequestStop(run.RunId, Mode);
        _asked.Add(run.RunId);
    }

    private static bool IsAlive(OpsRun run) => run.State is RunState.Running or RunState.Open;

    // All are asked before any is waited for.
    private protected override async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        foreach (var runId in _asked)
        {
            var run = Scope.Store.Describe(runId);
            while (Wait && IsAlive(run))
            {
                await Task.Delay(LookEvery, Time, cancellationToken);
                run = Scope.Store.Describe(runId);
            }

            if (PassThru)
                await WriteObjectAsync(run);
        }
    }
}

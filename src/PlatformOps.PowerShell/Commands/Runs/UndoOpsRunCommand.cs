using System.Management.Automation;
using PlatformOps.Core.Migration;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Sessions;
using PlatformOps.Errors;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Completion;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Commands.Runs;

/// <summary>Takes the changes of a run back, newest first.</summary>
/// <remarks>
/// <para>A change is taken back only where what it left is still there, and only up to the last one that destroyed something or armed what does, which itself is disarmed. Nothing is armed by taking back, and what a failure called for (on-failure) stays: what is left as it is, and why, is emitted too. -WhatIf emits what would be taken back.</para>
/// <para>Another person's run is taken back only with -TakeOver -Reason. Of a script's run, say which changes with -Target or -Step.</para>
/// </remarks>
/// <example>
/// <summary>What would be taken back?</summary>
/// <code>
/// Connect-PlatformOps (Start-OpsLab).ConfigurationPath
/// Get-OpsRun | Select-Object -First 1 | Undo-OpsRun -WhatIf
/// </code>
/// </example>
/// <example>
/// <summary>Take one step back, on one hypervisor</summary>
/// <code>Get-OpsRun -State Failed | Select-Object -First 1 | Undo-OpsRun -Target hv01.lab.example -Step openstack.compute-service.disable -Confirm:$false</code>
/// </example>
/// <seealso cref="GetOpsStepCommand"/>
[Cmdlet(VerbsCommon.Undo, "OpsRun", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(StepRecord))]
public sealed class UndoOpsRunCommand : RunWorkCmdlet
{
    /// <summary>Only the changes of this target.</summary>
    /// <value>Every target</value>
    [Parameter]
    [ArgumentCompleter(typeof(RunTargetCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Target { get; set; }

    /// <summary>Only this step.</summary>
    /// <value>Every step</value>
    [Parameter]
    [ArgumentCompleter(typeof(RunStepCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Step { get; set; }

    /// <summary>Takes over another person's run, which is written down; needs -Reason.</summary>
    [Parameter]
    public SwitchParameter TakeOver { get; set; }

    /// <summary>Why it is taken over.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Reason { get; set; }

    private protected override async ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        if (TakeOver != (Reason is not null))
            throw new RefusedException("-TakeOver and -Reason go together: why is it taken over?");
        await base.BeginAsync(cancellationToken);
    }

    private protected override async ValueTask ProcessRunAsync(string given, CancellationToken cancellationToken)
    {
        var run = Scope.Store.Describe(given);
        var options = new UndoOptions(SessionScope.Person) { Target = Target, Step = Step, TakeOverReason = TakeOver ? Reason : null, PlanOnly = true };
        var plan = new List<StepRecord>();
        await foreach (var record in Scope.Runner().UndoAsync(run.RunId, options, cancellationToken))
            plan.Add(record);
        if (IsWhatIf)
        {
            await WriteObjectsAsync(plan);
            return;
        }

        var planned = plan.Where(record => record.Outcome == StepOutcome.Planned).ToList();
        if (planned.Count == 0)
        {
            await WriteObjectsAsync(plan);
            await WriteVerboseAsync($"Run {run.RunId} has no change that can be taken back.");
            return;
        }

        var what = string.Join(", ", planned.Select(record => $"{record.Target}: {record.Step} ({record.Before} → {record.After})"));
        if (!await ShouldProcessAsync($"[{run.Environment}] run {run.RunId} ({run.Name})", $"Take back {what}"))
            return;
        await TakeRunAsync(run);
        await StreamAsync($"{run.Name} (taken back)", _ => Scope.Runner(MigrationRun.Ticket(Scope)).UndoAsync(run.RunId, options with { PlanOnly = false }, cancellationToken));
    }
}

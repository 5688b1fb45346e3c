using System.Globalization;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Formatting;

/// <summary>What the tables of runbooks and their steps show: called from PlatformOps.Format.ps1xml.</summary>
public static class RunbookView
{
    /// <summary>How many steps it has: "8 + 1 on failure".</summary>
    public static string Steps(RunbookInfo? runbook)
    {
        var onFailure = runbook?.Steps.Count(step => step.IsOnFailure) ?? 0;
        return string.Create(CultureInfo.InvariantCulture, $"{(runbook?.Steps.Length ?? 0) - onFailure}{(onFailure == 0 ? "" : $" + {onFailure} on failure")}");
    }

    /// <summary>What is special about a step, beside its impact.</summary>
    public static string Notes(RunbookStepInfo? step) => step is null
        ? ""
        : string.Join(", ", new[] { step.Summary, step.IsDestructive ? "destructive" : null, step.CanUndo ? "can be undone" : null, step.IsOptional ? "optional" : null, step.When is null ? null : $"when {step.When}" }.OfType<string>());

    /// <summary>The step's number; steps for the case of failure have a mark.</summary>
    public static string Number(RunbookStepInfo? step) => step is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{(step.IsOnFailure ? "!" : "")}{step.Number}");
}

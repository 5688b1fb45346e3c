using System.Management.Automation;
using PlatformOps.Core.Changes;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.PowerShell.Abstractions;

/// <summary>
/// PowerShell's confirmation, by the impact of the effect at hand: PowerShell itself knows only the cmdlet's class. Classes therefore
/// declare High, and ShouldProcess is asked just where -WhatIf or -Confirm is in force or the impact reaches <c>$ConfirmPreference</c>.
/// </summary>
internal sealed class ShouldProcessConfirmation : IConfirmation
{
    private readonly AsyncCmdlet _cmdlet;
    private readonly bool? _confirm;
    private readonly ConfirmImpact _preference;

    /// <summary>Reads the parameters and preference variables; on the pipeline thread.</summary>
    public ShouldProcessConfirmation(AsyncCmdlet cmdlet, bool isWhatIf)
    {
        _cmdlet = cmdlet;
        IsWhatIf = isWhatIf;
        if (cmdlet.MyInvocation.BoundParameters.TryGetValue("Confirm", out var confirm))
            _confirm = LanguagePrimitives.IsTrue(confirm);
        _preference = LanguagePrimitives.TryConvertTo<ConfirmImpact>(cmdlet.GetVariableValue("ConfirmPreference"), out var preference) ? preference : ConfirmImpact.High;
    }

    public bool IsWhatIf { get; }

    /// <summary>Whether an effect of that impact needs a question.</summary>
    public bool MustAsk(Impact impact) => _confirm ?? (_preference != ConfirmImpact.None && (ConfirmImpact)(int)impact >= _preference);

    public async ValueTask<bool> AskAsync(Impact impact, string target, string action, CancellationToken cancellationToken)
    {
        if (!IsWhatIf && !MustAsk(impact))
        {
            await _cmdlet.WriteVerboseFromAsync($"Performing the operation \"{action}\" on target \"{target}\".");
            return true;
        }
        cancellationToken.ThrowIfCancellationRequested();
        // The pipeline thread asks one question at a time.
        return await _cmdlet.ShouldProcessFromAsync(target, action);
    }

    /// <summary>As <see cref="AskAsync"/>, about a whole plan, in lines of its own instead of PowerShell's one sentence.</summary>
    /// <exception cref="RefusedException">The question would be needed, and nobody can be asked.</exception>
    public async ValueTask<bool> AskPlanAsync(Impact impact, string plan, CancellationToken cancellationToken)
    {
        if (!IsWhatIf && !MustAsk(impact))
        {
            await _cmdlet.WriteVerboseFromAsync(plan);
            return true;
        }
        cancellationToken.ThrowIfCancellationRequested();
        return await _cmdlet.AskPlanAsync(plan);
    }
}

using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Changes;

/// <summary>Asks whoever started us before an effect: PowerShell's ShouldProcess for cmdlets.</summary>
internal interface IConfirmation
{
    /// <summary>Nothing is to be changed: plan only, whatever <see cref="AskAsync"/> would answer.</summary>
    bool IsWhatIf { get; }

    /// <summary>Whether the effect may be. Questions are asked one at a time; without need for one the answer is yes at once.</summary>
    /// <param name="impact">The highest impact in what is asked for.</param>
    /// <param name="target">On what, such as <c>[prod] hv1</c>.</param>
    /// <param name="action">What, such as <c>disable the compute service</c>.</param>
    /// <param name="cancellationToken">Stops waiting for the turn to ask.</param>
    /// <exception cref="RefusedException">The question would be needed, and nobody can be asked.</exception>
    ValueTask<bool> AskAsync(Impact impact, string target, string action, CancellationToken cancellationToken);
}

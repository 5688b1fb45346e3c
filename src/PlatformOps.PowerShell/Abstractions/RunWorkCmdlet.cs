using System.Management.Automation;
using PlatformOps.Errors;

namespace PlatformOps.PowerShell.Abstractions;

/// <summary>The base of cmdlets that go on with runs or take them back.</summary>
public abstract class RunWorkCmdlet : RunIdCmdlet
{
    /// <inheritdoc cref="RunTargetsCmdlet.FailOnError"/>
    [Parameter]
    public SwitchParameter FailOnError { get; set; }

    private protected override bool EndsWithError => FailOnError;

    private protected override ValueTask FailAsync(OpsException exception, string given)
    {
        Hold(exception, given);
        return default;
    }

    private protected override ValueTask EndAsync(CancellationToken cancellationToken) => WriteHeldErrorsAsync();
}

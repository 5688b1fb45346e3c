using PlatformOps.Runs;

namespace PlatformOps.Core.Changes;

/// <summary>Reads, and answers Passed, Failed or Unknown with evidence. Never answered from the ledger: every run reads anew.</summary>
internal abstract class Check : OpsAction
{
    public sealed override StepKind Kind => StepKind.Check;

    /// <summary>The subjects of changes, and what else actions bring (<see cref="OpsAction.Brings"/>), that its answer hangs on.</summary>
    public virtual IReadOnlyList<string> LooksAt => [];

    internal abstract Task<CheckResult> RunAsync(ActionContext context, object parameters, CancellationToken cancellationToken);
}

/// <inheritdoc cref="Check"/>
internal abstract class Check<TParameters> : Check
    where TParameters : notnull
{
    public sealed override Type ParametersType => typeof(TParameters);

    internal sealed override Task<CheckResult> RunAsync(ActionContext context, object parameters, CancellationToken cancellationToken)
        => RunAsync(context, (TParameters)parameters, cancellationToken);

    protected abstract Task<CheckResult> RunAsync(ActionContext context, TParameters parameters, CancellationToken cancellationToken);
}

using PlatformOps.Runs;

namespace PlatformOps.Core.Changes;

/// <summary>Reads and tells, such as a disk listing for the ticket. Its failure is a warning.</summary>
internal abstract class Report : OpsAction
{
    public sealed override StepKind Kind => StepKind.Report;

    internal abstract Task<string> RunAsync(ActionContext context, object parameters, CancellationToken cancellationToken);
}

/// <inheritdoc cref="Report"/>
internal abstract class Report<TParameters> : Report
    where TParameters : notnull
{
    public sealed override Type ParametersType => typeof(TParameters);

    internal sealed override Task<string> RunAsync(ActionContext context, object parameters, CancellationToken cancellationToken)
        => RunAsync(context, (TParameters)parameters, cancellationToken);

    /// <summary>Answers the text to tell; several lines are a block.</summary>
    protected abstract Task<string> RunAsync(ActionContext context, TParameters parameters, CancellationToken cancellationToken);
}

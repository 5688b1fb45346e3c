using PlatformOps.Runs;

namespace PlatformOps.Core.Changes;

/// <summary>A condition with a deadline and a poll interval, or a person: where it does not come true in time the run stops as Waiting and says for what.</summary>
internal abstract class Wait : OpsAction
{
    public sealed override StepKind Kind => StepKind.Wait;

    /// <summary>The target is installed anew meanwhile: what was made on its system before is gone, and that is no drift.</summary>
    public virtual bool IsReinstall => false;

    /// <summary>How often to look.</summary>
    public virtual TimeSpan Every => TimeSpan.FromSeconds(10);

    /// <summary>How long the process stays to look; after that the run stops as Waiting and is resumed later.</summary>
    internal abstract TimeSpan StayFor(object parameters);

    internal abstract Task<WaitResult> LookAsync(ActionContext context, object parameters, CancellationToken cancellationToken);
}

/// <inheritdoc cref="Wait"/>
internal abstract class Wait<TParameters> : Wait
    where TParameters : notnull
{
    public sealed override Type ParametersType => typeof(TParameters);

    internal sealed override TimeSpan StayFor(object parameters) => StayFor((TParameters)parameters);

    internal sealed override Task<WaitResult> LookAsync(ActionContext context, object parameters, CancellationToken cancellationToken)
        => LookAsync(context, (TParameters)parameters, cancellationToken);

    protected abstract TimeSpan StayFor(TParameters parameters);

    protected abstract Task<WaitResult> LookAsync(ActionContext context, TParameters parameters, CancellationToken cancellationToken);
}

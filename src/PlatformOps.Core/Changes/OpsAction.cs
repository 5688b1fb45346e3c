using PlatformOps.Runs;

namespace PlatformOps.Core.Changes;

/// <summary>Something that a runbook step or a cmdlet can do: a Check, a Change, a Report or a Wait. Instances hold no state and are made once.</summary>
internal abstract class OpsAction
{
    /// <summary>The name runbooks use: <c>service.noun.verb</c> in lower case.</summary>
    public abstract string Name { get; }

    /// <summary>What it is about, as a noun in a few words: <c>compute service</c>. Messages go on with "on hv1: enabled → disabled".</summary>
    public abstract string Summary { get; }

    /// <summary>The record its <c>with:</c> is bound to.</summary>
    public abstract Type ParametersType { get; }

    /// <summary>Check, Change, Report or Wait.</summary>
    public abstract StepKind Kind { get; }

    /// <summary>Once for each target, or once for a whole batch (then <see cref="ActionContext.Batch"/> has all of them).</summary>
    public virtual ActionScope Scope => ActionScope.Target;

    /// <summary>What is another once it is over, beside the subject of a change: a plan cannot tell what checks behind it will find there.</summary>
    public virtual IReadOnlyList<string> Brings => [];

    /// <summary>The sections of the configuration that the action needs, so that a phase can be probed before it runs.</summary>
    public virtual IReadOnlyList<string> Needs => [];
}

using PlatformOps.Core.Changes;
using PlatformOps.Core.Configuration.Binding;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Yaml;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Runbooks;

/// <summary>One step of a runbook.</summary>
internal sealed record RunbookStep
{
    /// <summary>Unique in the runbook: given by <c>name:</c>, else the action's name, numbered where it comes again.</summary>
    public required string Name { get; init; }

    /// <summary>Counted from 1.</summary>
    public required int Number { get; init; }

    public required OpsAction Action { get; init; }

    /// <summary>The action's parameters, with <c>${…}</c> not yet replaced.</summary>
    public required YamlMapping With { get; init; }

    /// <summary>The step runs only where this holds; always where null.</summary>
    public Condition? When { get; init; }

    /// <summary>Checks of a change, made again immediately before its effect, with its locks held: what an earlier step proved may be so no more. Where one does not pass, nothing is sent.</summary>
    public IReadOnlyList<RunbookStep> Guards { get; init; } = [];

    /// <summary>A check that the phase's own changes make untrue: not repeated when the run is resumed after it passed.</summary>
    public bool Once { get; init; }

    /// <summary>Its failure is a warning; the target goes on.</summary>
    public bool IsOptional { get; init; }

    /// <summary>Part of <c>on-failure</c>.</summary>
    public bool IsOnFailure { get; init; }

    /// <summary>The facts that its parameters, its condition and its guards name.</summary>
    public IReadOnlyList<string> FactNames { get; init; } = [];

    /// <summary>The services that its action needs and that the runbook does without where the site has none.</summary>
    public IReadOnlyList<string> OptionalNeeds { get; init; } = [];

    /// <summary>Why the step is left out at a site: the section that its configuration does not have; null where it runs. What only a guard needs leaves nothing out.</summary>
    /// <param name="isConfigured">Whether the site's configuration has the service's section.</param>
    public string? LackAt(Func<string, bool> isConfigured)
        => OptionalNeeds.FirstOrDefault(service => !isConfigured(service)) is { } service ? $"the configuration has no section {service}" : null;

    /// <summary>Its effect is destructive with its parameters, or may be as long as they are not all known. For words and lists: before an effect, the change itself is asked.</summary>
    public bool IsDestructive
    {
        get
        {
            if (Action is not Change change)
                return false;
            try
            {
                return change.IsDestructive(YamlBinder.Bind(With, change.ParametersType));
            }
            catch (SourceException)
            {
                // A variable stands for what is no text.
                return change.Loss is not null;
            }
        }
    }

    /// <summary>Whether it is not repeated by who goes on: what was told, waited for, or needs proving only once.</summary>
    /// <param name="earlier">What became of it before; null where it was never begun.</param>
    /// <param name="undoneAt">When something of its phase was last taken back.</param>
    public bool IsOver(StepHistory? earlier, long undoneAt)
        => !IsOnFailure && earlier?.Result is { Outcome: StepOutcome.Passed or StepOutcome.Reported } result && result.Order > undoneAt && (Once || Action is Report or Wait);

    public object Bind(Variables variables) => YamlBinder.Bind((YamlMapping)With.Map(variables.Expand), Action.ParametersType);
}

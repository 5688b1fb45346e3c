using PlatformOps.Core.Changes;
using PlatformOps.Runs;

namespace PlatformOps.Core.Runbooks;

/// <summary>Makes the descriptions of runbooks that users see.</summary>
internal static class RunbookInfos
{
    public static RunbookInfo From(Runbook runbook)
    {
        var steps = runbook.Steps.Concat(runbook.OnFailure).Select(From).ToArray();
        return new RunbookInfo
        {
            Name = runbook.Name,
            Description = runbook.Description,
            TargetKind = runbook.TargetKind,
            Origin = runbook.Origin,
            IsBuiltIn = !Path.IsPathRooted(runbook.Origin),
            Impact = steps.Select(step => step.Impact).DefaultIfEmpty(Impact.None).Max(),
            Needs = [.. runbook.Needs.Order(StringComparer.Ordinal)],
            OptionalServices = [.. runbook.OptionalServices],
            Parameters =
            [
                .. runbook.Parameters.Select(parameter => new RunbookParameterInfo
                {
                    Name = parameter.Name,
                    Type = parameter.Type.ToString().ToLowerInvariant(),
                    Default = parameter.Default,
                    Description = parameter.Description,
                }),
            ],
            Steps = steps,
        };
    }

    public static RunbookStepInfo From(RunbookStep step) => new()
    {
        Number = step.Number,
        Step = step.Name,
        Kind = step.Action.Kind,
        Action = step.Action.Name,
        Summary = step.Action.Summary,
        Impact = (step.Action as Change)?.Impact ?? Impact.None,
        IsDestructive = step.IsDestructive,
        CanUndo = step is { IsOnFailure: false, Action: Change { CanUndo: true } },
        AlsoOn = (step.Action as Change)?.AlsoOn,
        When = step.When?.Text,
        IsOptional = step.IsOptional,
        IsOnFailure = step.IsOnFailure,
        Needs = [.. step.Guards.Append(step).SelectMany(part => part.Action.Needs).Distinct()],
        Guards = [.. step.Guards.Select(guard => guard.Name)],
    };
}

using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace PlatformOps.PowerShell.Completion;

/// <summary>The phases of a migration; behind what begins no phase, the hypervisors: with -Step given by its name, they come first.</summary>
public sealed class StepOrHypervisorCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        List<CompletionResult> steps = [.. new MigrationStepCompleter().CompleteArgument(commandName, parameterName, wordToComplete, commandAst, fakeBoundParameters)];
        return steps.Count > 0 ? steps : new HypervisorCompleter().CompleteArgument(commandName, parameterName, wordToComplete, commandAst, fakeBoundParameters);
    }
}

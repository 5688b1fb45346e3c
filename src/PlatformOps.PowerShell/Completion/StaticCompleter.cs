using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace PlatformOps.PowerShell.Completion;

/// <summary>The base of completers from definitions: phases, runbooks, templates, what is in memory.</summary>
public abstract class StaticCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        try
        {
            return [.. Completions.Of(Names(fakeBoundParameters), wordToComplete)];
        }
        catch (Exception)
        {
            // Completion never disturbs who is typing.
            return [];
        }
    }

    private protected abstract IEnumerable<CompletionName> Names();

    /// <summary>The names where they depend on other parameters.</summary>
    private protected virtual IEnumerable<CompletionName> Names(IDictionary? bound) => Names();
}

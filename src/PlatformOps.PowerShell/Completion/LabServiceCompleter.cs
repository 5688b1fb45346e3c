using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Commands.Lab;

namespace PlatformOps.PowerShell.Completion;

/// <summary>The services of the running labs of this runspace.</summary>
public sealed class LabServiceCompleter : StaticCompleter
{
    private protected override IEnumerable<CompletionName> Names()
        => RunspaceLabs.Running(OpsRunspace.Current).SelectMany(process => process.Lab.Services).Distinct().Select(name => new CompletionName(name)).Prepend(new CompletionName("*", "every service"));
}

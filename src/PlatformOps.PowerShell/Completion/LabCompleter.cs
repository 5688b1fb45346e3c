using System.Globalization;
using PlatformOps.PowerShell.Abstractions;
using PlatformOps.PowerShell.Commands.Lab;

namespace PlatformOps.PowerShell.Completion;

/// <summary>The running labs of this runspace.</summary>
public sealed class LabCompleter : StaticCompleter
{
    private protected override IEnumerable<CompletionName> Names() =>
        RunspaceLabs.Running(OpsRunspace.Current).Select(process => new CompletionName(process.Lab.ProcessId.ToString(CultureInfo.InvariantCulture), process.Lab.Address.ToString()));
}

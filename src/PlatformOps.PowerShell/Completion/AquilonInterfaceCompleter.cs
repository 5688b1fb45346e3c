using PlatformOps.Aquilon;

namespace PlatformOps.PowerShell.Completion;

/// <summary>The interfaces of the host that the command line names.</summary>
public sealed class AquilonInterfaceCompleter : AquilonPartCompleter
{
    private protected override IEnumerable<CompletionName> PartsOf(AquilonHost host)
        => host.Interfaces.Select(port => new CompletionName(port.Name, $"{port.Type} {port.Mac} {string.Join(", ", port.Addresses.Select(address => address.Ip))}".Trim()));
}

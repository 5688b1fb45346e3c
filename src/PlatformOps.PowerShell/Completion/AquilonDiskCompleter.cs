using System.Globalization;
using PlatformOps.Aquilon;

namespace PlatformOps.PowerShell.Completion;

/// <summary>The disks of the host that the command line names.</summary>
public sealed class AquilonDiskCompleter : AquilonPartCompleter
{
    private protected override IEnumerable<CompletionName> PartsOf(AquilonHost host)
        => host.Disks.Select(disk => new CompletionName(disk.Name, string.Create(CultureInfo.InvariantCulture, $"{disk.SizeGB} GB {disk.Controller}")));
}

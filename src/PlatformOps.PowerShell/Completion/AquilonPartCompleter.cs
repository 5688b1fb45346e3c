using System.Collections;
using System.Management.Automation;
using PlatformOps.Aquilon;
using PlatformOps.Core.Services.Aquilon;
using PlatformOps.Core.Sessions;

namespace PlatformOps.PowerShell.Completion;

/// <summary>The base of completers of parts of the host that the command line names.</summary>
public abstract class AquilonPartCompleter : LiveCompleter
{
    private protected override string? AboutOf(IDictionary bound)
    {
        var given = bound["HypervisorName"];
        if (given is IList { Count: > 0 } many)
            given = many[0];
        return (given is PSObject wrapped ? wrapped.BaseObject : given) switch
        {
            string name => name,
            AquilonHost host => host.HypervisorName ?? host.HostName,
            _ => null,
        };
    }

    private protected override async Task<IReadOnlyList<CompletionName>> NamesAsync(SessionScope session, CancellationToken cancellationToken)
        => About is { } name ? [.. PartsOf(await session.Get<AquilonClient>().HostAsync(name, cancellationToken))] : [];

    private protected abstract IEnumerable<CompletionName> PartsOf(AquilonHost host);
}

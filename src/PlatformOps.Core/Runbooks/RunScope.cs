using PlatformOps.Core.Changes;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Secrets;

namespace PlatformOps.Core.Runbooks;

/// <summary>What a session gives to a run.</summary>
internal sealed record RunScope
{
    public required IClients Clients { get; init; }

    public required TimeProvider Time { get; init; }

    public required RunStore Store { get; init; }

    public required ActionCatalog Catalog { get; init; }

    public required TargetPolicy Policy { get; init; }

    public required KillSwitch KillSwitch { get; init; }

    public required Redactor Redactor { get; init; }

    /// <summary>Values of the configuration that runbooks may name as <c>${setting.…}</c>.</summary>
    public Func<RunIdentity, IReadOnlyDictionary<string, string>> Settings { get; init; } = _ => new Dictionary<string, string>();

    /// <summary>Phases that come one after another, whatever runs they are done in.</summary>
    public IReadOnlyList<string> PhaseOrder { get; init; } = [];

    /// <summary>Whether the configuration has a service's section.</summary>
    public Func<string, bool> IsConfigured { get; init; } = _ => true;

    /// <summary>What the services that are named call a target, asked live: by identity key, and its ticket under <c>ticket</c>. Throws where one knows none or several of it, or where the ticket is another's.</summary>
    public Func<ActionTarget, IReadOnlyCollection<string>, CancellationToken, Task<IReadOnlyDictionary<string, string>>> Identify { get; init; }
        = (_, _, _) => Task.FromResult<IReadOnlyDictionary<string, string>>(new Dictionary<string, string>());

    public IReadOnlyList<IRunObserver> Observers { get; init; } = [];
}

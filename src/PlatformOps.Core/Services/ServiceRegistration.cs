using PlatformOps.Core.Changes;
using PlatformOps.Core.Configuration;

namespace PlatformOps.Core.Services;

/// <summary>All that the rest of the house knows of a service: its section, how its clients are made, its actions, its probe. One per folder, listed once in Sessions.</summary>
internal abstract class ServiceRegistration
{
    /// <summary>The service's name: its section in the configuration and its name in errors.</summary>
    public abstract string Name { get; }

    /// <summary>The record its section is bound to; null where it needs none.</summary>
    public virtual Type? ConfigurationType => null;

    /// <summary>How each client is made, by its type. Made once a session, when first asked for.</summary>
    public virtual IReadOnlyDictionary<Type, Func<IServiceScope, object>> Clients { get; } = new Dictionary<Type, Func<IServiceScope, object>>();

    /// <summary>The actions that runbooks and cmdlets may name.</summary>
    public virtual IReadOnlyList<OpsAction> Actions => [];

    /// <summary>The facts that runbooks may name.</summary>
    public virtual IReadOnlyList<FactSource> Facts => [];

    /// <summary>Whether the service is asked who a target is, before anything is done to it.</summary>
    /// <param name="target">The target.</param>
    /// <param name="needs">The services that it will be worked on with.</param>
    public virtual bool Identifies(ActionTarget target, IReadOnlyCollection<string> needs) => target.IsHost && needs.Contains(Name);

    /// <summary>Whether it lists machines: one that it does not know may not be there at all.</summary>
    public virtual bool ListsMachines => false;

    /// <summary>What the service calls a target, asked live, by the keys of <see cref="Configuration.HostIdentity"/>; nothing where it keeps no names of machines.</summary>
    /// <exception cref="Errors.ObjectNotFoundException">It knows none of that name.</exception>
    /// <exception cref="Errors.AmbiguousNameException">It knows several.</exception>
    public virtual Task<IReadOnlyDictionary<string, string>> IdentifyAsync(IServiceScope scope, ActionTarget target, CancellationToken cancellationToken)
        => Task.FromResult<IReadOnlyDictionary<string, string>>(new Dictionary<string, string>());

    /// <summary>The machines that the service itself is worked on from, by their configured names: never targets.</summary>
    public virtual IReadOnlyList<string> HostsOf(OpsConfiguration configuration) => [];

    /// <summary>Whether there is something to connect to.</summary>
    public virtual bool CanProbe => true;

    /// <summary>Connects and authenticates, changes nothing, and tells version, identity and rights that are missing.</summary>
    public virtual Task<ServiceProbe> ProbeAsync(IServiceScope scope, CancellationToken cancellationToken) => Task.FromResult(new ServiceProbe());
}

using PlatformOps.Core.Changes;
using PlatformOps.Core.Services;
using PlatformOps.Core.Services.Jira;
using PlatformOps.Errors;
using PlatformOps.Sessions;

namespace PlatformOps.Core.Sessions;

/// <summary>Connects and authenticates to services, side by side, and changes nothing. They are told in the order of the configuration.</summary>
internal sealed class ServiceProbes(SessionScope session)
{
    /// <summary>The services that the configuration has a section for and that can be probed.</summary>
    public IReadOnlyList<string> Configured => [.. Probed().Select(registration => registration.Name)];

    /// <param name="services">Only these; all configured ones where null. One that is named and not configured is an error row.</param>
    public async IAsyncEnumerable<ServiceHealth> ProbeAsync(IReadOnlyCollection<string>? services, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var probes = services is null
            ? Probed().ToList()
            : [.. session.Services.Where(registration => registration.CanProbe && services.Contains(registration.Name)).OrderBy(PlaceOf)];
        // A section that has no client yet, or a name that means nothing here, must not look healthy by being absent.
        foreach (var name in (services ?? []).Where(name => probes.TrueForAll(registration => registration.Name != name)))
            yield return new ServiceHealth { Service = name, Error = new ObjectNotFoundException($"There is no service '{name}' that can be probed. There are: {string.Join(", ", session.Services.Where(registration => registration.CanProbe).Select(registration => registration.Name))}.") { TargetName = name }, Duration = TimeSpan.Zero };
        foreach (var running in probes.Select(registration => ProbeAsync(registration, cancellationToken)).ToList())
            yield return await running;
    }

    /// <summary>The configured services of which nothing can be asked, because their sections lack something, such as an address; with what they lack. Nobody is contacted.</summary>
    public IEnumerable<(string Service, ConfigurationException Lack)> Unready()
        => Probed().Select(registration => (registration.Name, Lack: session.Prepare(registration)!)).Where(service => service.Lack is not null);

    /// <summary>The sections that a phase of a migration needs in this session: those of its actions, without what the site may do without and does, every configured one where it looks at all services, and the tickets that every phase tells.</summary>
    public IReadOnlyCollection<string> NeedsOfPhase(Runbooks.Runbook runbook)
    {
        var needs = runbook.NeedsAt(session.IsConfigured).ToHashSet(StringComparer.Ordinal);
        if (runbook.Steps.Concat(runbook.OnFailure).Any(step => step.Action is CheckServices))
            needs.UnionWith(Configured);
        if (session.Configuration.Has<JiraConfiguration>())
            needs.Add("jira");
        return needs;
    }

    private IEnumerable<ServiceRegistration> Probed()
        => session.Services.Where(registration => registration.CanProbe && session.IsConfigured(registration)).OrderBy(PlaceOf);

    // As the file has it: its writer finds them again so.
    private int PlaceOf(ServiceRegistration registration)
        => session.Configuration.Sections.Keys.TakeWhile(type => type != registration.ConfigurationType).Count();

    private async Task<ServiceHealth> ProbeAsync(ServiceRegistration registration, CancellationToken cancellationToken)
    {
        var began = session.Time.GetTimestamp();
        try
        {
            var probe = await Task.Run(() => registration.ProbeAsync(session, cancellationToken), cancellationToken);
            return new ServiceHealth
            {
                Service = registration.Name,
                Version = probe.Version,
                Identity = probe.Identity,
                Address = probe.Address,
                MissingRights = [.. probe.MissingRights],
                IsUnasked = probe.IsUnasked,
                Duration = session.Time.GetElapsedTime(began),
            };
        }
        catch (Exception e) when (!e.IsCancelledBy(cancellationToken))
        {
            // One that fails, be it by a fault of ours, hides no other.
            return new ServiceHealth { Service = registration.Name, Error = e, Duration = session.Time.GetElapsedTime(began) };
        }
    }
}

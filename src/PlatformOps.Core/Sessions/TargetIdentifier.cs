using PlatformOps.Core.Changes;
using PlatformOps.Errors;

namespace PlatformOps.Core.Sessions;

/// <summary>Asks the services who a target is: what each calls it, and whether its ticket is its own.</summary>
internal sealed class TargetIdentifier(SessionScope session)
{
    /// <summary>What the services call it, by identity key; its ticket under <c>ticket</c>.</summary>
    /// <param name="target">The target.</param>
    /// <param name="needs">The services that it will be worked on with: each of those must know exactly one of that name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="Errors.OpsException">One knows none or several, cannot be asked, the ticket is another's, or what one calls it is protected or not allowed.</exception>
    public async Task<IReadOnlyDictionary<string, string>> IdentifyAsync(ActionTarget target, IReadOnlyCollection<string> needs, CancellationToken cancellationToken)
    {
        var asked = session.Services.Where(registration => registration.Identifies(target, needs) && (needs.Contains(registration.Name) || session.IsConfigured(registration)));
        var answers = await Task.WhenAll(asked.Select(registration => registration.IdentifyAsync(session, target, cancellationToken)));
        var known = answers.SelectMany(names => names).ToDictionary(StringComparer.Ordinal);
        session.Policy.ThrowIfRefused(target, known.Where(name => name.Key != ActionTarget.Ticket).Select(name => name.Value));
        return known;
    }

    /// <summary>The services that list machines, where every one of them was asked and none lists this one; empty where one does, or cannot tell.</summary>
    public async Task<IReadOnlyList<string>> UnknownToAsync(ActionTarget target, CancellationToken cancellationToken)
    {
        List<string> without = [];
        foreach (var registration in session.Services.Where(registration => registration.ListsMachines && session.IsConfigured(registration)))
        {
            try
            {
                await registration.IdentifyAsync(session, target, cancellationToken);
                return [];
            }
            catch (ObjectNotFoundException)
            {
                without.Add(registration.Name);
            }
            catch (OpsException)
            {
                return [];
            }
        }

        return without;
    }
}

using PlatformOps.Core.Changes;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Sessions;
using PlatformOps.Migration;

namespace PlatformOps.Core.Migration;

/// <summary>Makes a run's request out of phases and targets.</summary>
internal static class MigrationRun
{
    /// <summary>What the targets of a migration are to runbooks.</summary>
    public const string TargetKind = ActionTarget.Hypervisor;

    public static ActionTarget TargetOf(MigrationTarget target) => new(TargetKind, target.HypervisorName, target.TicketId);

    /// <exception cref="Errors.ObjectNotFoundException">There is no such phase.</exception>
    public static RunRequest Request(SessionScope session, IReadOnlyList<string> phases, IEnumerable<MigrationTarget> targets, RunIdentity identity) => new()
    {
        Phases = [.. phases.Select(phase => MigrationPhases.Get(session.Runbooks, phase))],
        Targets = [.. targets.Select(TargetOf)],
        Identity = identity,
    };

    /// <summary>Who is told beside the log: the ticket.</summary>
    public static TicketObserver Ticket(SessionScope session) => new(session.Configuration, session.Get<DossierStore>());
}

using System.Globalization;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Services;
using PlatformOps.Migration;

namespace PlatformOps.Core.Migration;

/// <summary>Makes a run's request out of phases and targets.</summary>
internal static class MigrationRun
{
    /// <summary>What the targets of a migration are to runbooks.</summary>
    public const string TargetKind = ActionTarget.Hypervisor;

    public static ActionTarget TargetOf(MigrationTarget target) => new(TargetKind, target.HypervisorName, target.TicketId) { Place = PlaceOf(target.ListName, target.ListLine) };

    /// <summary>A line of a list, as errors name it; null where there is none.</summary>
    public static string? PlaceOf(string? list, int line) => string.IsNullOrEmpty(list) || line == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{list}:{line}");

    /// <inheritdoc cref="MigrationPhases.Get(RunbookLibrary, IReadOnlyList{string})"/>
    public static RunRequest Request(IServiceScope scope, IReadOnlyList<string> phases, IEnumerable<MigrationTarget> targets, RunIdentity identity) => new()
    {
        Phases = MigrationPhases.Get(scope.Get<RunbookLibrary>(), phases),
        Targets = [.. targets.Select(TargetOf)],
        Identity = identity,
    };

    /// <summary>What the copy of a run's log is called.</summary>
    /// <param name="list">The list that its targets came from; null where they came from none.</param>
    /// <param name="at">When it begins.</param>
    public static string LogNameOf(string? list, DateTimeOffset at)
        => $"{(string.IsNullOrEmpty(list) ? "migration" : Path.GetFileName(list))}.{at.UtcDateTime.ToString("yyyy_MM_dd_HH_mm", CultureInfo.InvariantCulture)}";

    /// <summary>Who is told beside the log: the ticket.</summary>
    public static TicketObserver Ticket(IServiceScope scope) => new(scope.Configuration, scope.Get<DossierStore>());
}

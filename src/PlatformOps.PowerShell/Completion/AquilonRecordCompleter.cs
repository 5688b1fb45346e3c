using PlatformOps.Core.Services.Aquilon;
using PlatformOps.Core.Sessions;

namespace PlatformOps.PowerShell.Completion;

/// <summary>The records of how hosts were in Aquilon, each with whose it is.</summary>
public sealed class AquilonRecordCompleter : LiveCompleter
{
    private protected override Task<IReadOnlyList<CompletionName>> NamesAsync(SessionScope session, CancellationToken cancellationToken)
    {
        var store = session.Get<AquilonRecordStore>();
        return Task.FromResult<IReadOnlyList<CompletionName>>([.. store.Targets().SelectMany(store.All).OrderByDescending(record => record.TakenAt)
            .Select(record => new CompletionName(record.RunId, $"{record.HypervisorName}: {record.TakenAt:yyyy-MM-dd HH:mm} UTC, machine {record.Host.MachineName}"))]);
    }
}

using PlatformOps.Core.Services.Alertmanager;
using PlatformOps.Core.Sessions;

namespace PlatformOps.PowerShell.Completion;

/// <summary>The names of the alerts that fire.</summary>
public sealed class AlertNameCompleter : LiveCompleter
{
    private protected override async Task<IReadOnlyList<CompletionName>> NamesAsync(SessionScope session, CancellationToken cancellationToken)
        => [.. (await session.Get<AlertmanagerClient>().AlertsAsync([], cancellationToken)).GroupBy(alert => alert.AlertName, StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => new CompletionName(group.Key, $"{group.Count()} firing, {group.First().Severity}"))];
}

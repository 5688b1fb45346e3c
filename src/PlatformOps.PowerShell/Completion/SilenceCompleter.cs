using PlatformOps.Alerts;
using PlatformOps.Core.Services.Alertmanager;
using PlatformOps.Core.Sessions;

namespace PlatformOps.PowerShell.Completion;

/// <summary>The silences in force or to come.</summary>
public sealed class SilenceCompleter : LiveCompleter
{
    private protected override async Task<IReadOnlyList<CompletionName>> NamesAsync(SessionScope session, CancellationToken cancellationToken)
        => [.. (await session.Get<AlertmanagerClient>().SilencesAsync(cancellationToken)).Where(silence => silence.State != AlertSilenceState.Expired)
            .Select(silence => new CompletionName(silence.SilenceId, $"{MatcherText.Of(silence.Matchers)} until {silence.EndsAt.UtcDateTime:u}, {silence.CreatedBy}"))];
}

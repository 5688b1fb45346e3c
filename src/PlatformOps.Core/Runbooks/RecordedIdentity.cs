using PlatformOps.Core.Changes;
using PlatformOps.Core.Ledger;

namespace PlatformOps.Core.Runbooks;

/// <summary>Who runs a run that was begun in another process, as its journal tells.</summary>
internal static class RecordedIdentity
{
    /// <param name="runId">The run.</param>
    /// <param name="started">Its first entry.</param>
    /// <param name="person">Who works on it now.</param>
    /// <param name="takeOverReason">Why it was taken over, if it was.</param>
    public static RunIdentity Of(string runId, RunStarted started, string person, string? takeOverReason) => new()
    {
        RunId = runId,
        Name = started.Identity.Name,
        MarkerScope = started.Identity.MarkerScope,
        Person = person,
        Initials = started.Identity.Initials,
        Environment = started.Identity.Environment,
        Machine = Environment.MachineName,
        RequestedBy = started.Identity.RequestedBy,
        WindowStart = started.Identity.WindowStart,
        WindowEnd = started.Identity.WindowEnd,
        TakeOverReason = takeOverReason ?? started.Identity.TakeOverReason,
    };
}

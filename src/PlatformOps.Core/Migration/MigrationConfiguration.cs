using PlatformOps.Core.Configuration;

namespace PlatformOps.Core.Migration;

/// <summary>What a migration moves hypervisors from and to, and how it is told.</summary>
[Section("migration")]
internal sealed record MigrationConfiguration : ICheckedRecord
{
    private static readonly string[] Placeholders = ["new-os", "old-os", "window.start", "window.end", "initials"];

    /// <summary>What a hypervisor must run before.</summary>
    public DistributionVersion OldOs { get; init; } = new() { Version = "8" };

    /// <summary>What it must run afterwards.</summary>
    public DistributionVersion NewOs { get; init; } = new() { Version = "9" };

    /// <summary>The reason that nova-compute is disabled with, before our claim: of <c>${new-os}</c>, <c>${old-os}</c>, <c>${window.start}</c>, <c>${window.end}</c>, <c>${initials}</c>. Of the run: the ticket is its target's, and stands in the claim.</summary>
    public string ReasonTemplate { get; init; } = "${new-os} reinstall ${window.start}..${window.end} - ${initials}";

    public MigrationStatuses Statuses { get; init; } = new();

    /// <summary>Where the log of each run goes too, as <c>&lt;list&gt;.&lt;yyyy_MM_dd_HH_mm&gt;</c> (UTC); a relative one starts at the caller's folder, an empty one means none.</summary>
    public string LogFolder { get; init; } = "logs";

    /// <summary>Whether the phase's log is attached to the ticket.</summary>
    public bool TicketLog { get; init; } = true;

    /// <summary>Whether the ticket gets a comment for each operation too, as it ends.</summary>
    public TicketComments TicketComments { get; init; } = TicketComments.Phase;

    public IEnumerable<string> Problems()
    {
        for (var at = ReasonTemplate.IndexOf("${", StringComparison.Ordinal); at >= 0; at = ReasonTemplate.IndexOf("${", at + 2, StringComparison.Ordinal))
        {
            var end = ReasonTemplate.IndexOf('}', at);
            var name = end < 0 ? ReasonTemplate[(at + 2)..] : ReasonTemplate[(at + 2)..end];
            if (name == "ticket")
                yield return "reason-template cannot have '${ticket}': it is filled in once for a run, and tickets are its targets'. The claim behind the reason names the ticket.";
            else if (end < 0 || !Placeholders.Contains(name))
                yield return $"reason-template has the unknown placeholder '${{{name}'. Known: {string.Join(", ", Placeholders)}.";
        }
    }
}

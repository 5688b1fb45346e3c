using System.Security.Cryptography;
using System.Text;
using PlatformOps.Core.Ledger;

namespace PlatformOps.Core.Changes;

/// <summary>What an action works on.</summary>
/// <param name="Kind">What it is: <c>hypervisor</c>, <c>host</c>, <c>vm</c>, <c>ticket</c> …</param>
/// <param name="Name">The name the user gave.</param>
/// <param name="TicketId">Its ticket, if it has one.</param>
internal sealed record ActionTarget(string Kind, string Name, string? TicketId = null)
{
    public const string Hypervisor = "hypervisor";

    /// <summary>Where it and its ticket were written, such as <c>hypervisors.txt:3</c>, for errors; null where in no file.</summary>
    public string? Place { get; init; }

    /// <summary>Nobody named its ticket, and nobody could look at it when it was taken from what is written elsewhere: one that is closed is another migration's, and is not told.</summary>
    public bool MustBeOpen { get; init; }

    /// <summary>A machine that is worked on over SSH, whatever runs on it.</summary>
    public const string Host = "host";

    /// <summary>A ticket by itself; no machine, so the rules for machines' names do not hold for it.</summary>
    public const string Ticket = "ticket";

    /// <summary>A silence, or alerts that match something; no machine either.</summary>
    public const string Alerts = "alerts";

    /// <summary>Several machines that one effect is for; the rules hold for each of them.</summary>
    public const string Batch = "batch";

    /// <summary>Whether the rules for machines' names hold for it.</summary>
    public bool IsMachine => Kind is not (Ticket or Alerts or Batch);

    /// <summary>Whether it is a machine that services know by names of their own.</summary>
    public bool IsHost => Kind is Hypervisor or Host;

    /// <summary>As a run has it that was begun with it.</summary>
    public static ActionTarget Of(JournalTarget known) => new(known.Kind, known.Name, known.TicketId) { MustBeOpen = known.MustBeOpen };

    public static ActionTarget OfTicket(string key) => new(Ticket, key, key);

    /// <summary>What machines are called together: the same for the same ones, in whatever order they come.</summary>
    public static ActionTarget OfBatch(IReadOnlyCollection<ActionTarget> members)
    {
        var names = members.Select(member => member.Name).Order(StringComparer.OrdinalIgnoreCase).ToList();
        var all = string.Join(", ", names);
        return names.Count <= 3
            ? new(Batch, all)
            : new(Batch, $"{names[0]} and {names.Count - 1} more ({Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(all.ToLowerInvariant())), 0, 4).ToLowerInvariant()})");
    }
}

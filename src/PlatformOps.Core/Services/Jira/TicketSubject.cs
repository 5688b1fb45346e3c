using PlatformOps.Tickets;

namespace PlatformOps.Core.Services.Jira;

/// <summary>Which machine a ticket is about: the one its label or its summary names.</summary>
internal static class TicketSubject
{
    /// <summary>Whether the ticket names a machine: by the label <c>ops-&lt;host&gt;</c>, or by its name in the summary, whole or without its domain.</summary>
    public static bool Names(Ticket ticket, string host)
    {
        var dot = host.IndexOf('.', StringComparison.Ordinal);
        var name = dot > 0 ? host[..dot] : host;
        return ticket.Labels.Any(label => Same(label, CreateTicket.LabelOf(host)) || Same(label, CreateTicket.LabelOf(name)))
            || Words(ticket.Summary).Any(word => Same(word, host) || Same(word, name) || (dot < 0 && word.StartsWith(name + ".", StringComparison.OrdinalIgnoreCase)));
    }

    // Names of hosts and what stands between them; a full stop at the end is the sentence's.
    private static IEnumerable<string> Words(string text)
        => new string([.. text.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : ' ')])
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(word => word.Trim('.', '-'));

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}

using PlatformOps.Core.Changes;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;
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

    /// <summary>The one host that a ticket is of: by its label, or by a title that is a host's full name and nothing else; null where there is none, or several.</summary>
    public static string? HostOf(IEnumerable<string> labels, string? summary)
    {
        var start = CreateTicket.LabelOf("");
        List<string> hosts = [.. labels.Where(label => label.StartsWith(start, StringComparison.OrdinalIgnoreCase)).Select(label => label[start.Length..]).Append(summary?.Trim() ?? "")
            .Where(name => name.Contains('.', StringComparison.Ordinal) && HostNameRule.IsValid(name)).Distinct(StringComparer.OrdinalIgnoreCase)];
        return hosts is [var host] ? host : null;
    }

    /// <summary>The target's ticket, which must name it. Asked before a run works on it, and again by what is told, where nobody could answer then: a key that is mistyped is another machine's.</summary>
    /// <returns>Its key.</returns>
    /// <exception cref="RefusedException">It names another; or it is closed, and nobody had named it.</exception>
    public static async Task<string> RequireAsync(JiraClient jira, ActionTarget target, CancellationToken cancellationToken)
    {
        if (jira.Named.TryGetValue((target.TicketId!, target.Name, target.MustBeOpen), out var known))
            return known;
        var ticket = await jira.GetAsync(target.TicketId!, cancellationToken);
        if (!Names(ticket, target.Name))
            throw new RefusedException($"{(target.Place is { } line ? line + ": " : "")}{ticket.TicketId} is '{ticket.Summary}', which does not name {target.Name}: it may be another hypervisor's. Correct the key, or give the ticket the label {CreateTicket.LabelOf(target.Name)}.") { TargetName = target.Name };
        if (target.MustBeOpen && ticket.IsDone)
            throw new RefusedException($"{ticket.TicketId} is closed ({ticket.Status}): it was taken for {target.Name} from a claim or dossier while Jira was away, and is not told now. Run it with the ticket that this work has (-TicketId, or New-MigrationTicket), or with {ticket.TicketId} itself, where that is right.") { TargetName = target.Name };
        return jira.Named[(target.TicketId!, target.Name, target.MustBeOpen)] = ticket.TicketId;
    }

    /// <inheritdoc cref="RequireAsync(JiraClient, ActionTarget, CancellationToken)"/>
    public static async Task<string> RequireAsync(ActionContext context, CancellationToken cancellationToken)
    {
        var key = context.RequireTicket();
        return context.Target.IsHost ? await RequireAsync(context.Client<JiraClient>(), context.Target, cancellationToken) : key;
    }

    // Names of hosts and what stands between them; a full stop at the end is the sentence's.
    private static IEnumerable<string> Words(string text)
        => new string([.. text.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : ' ')])
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(word => word.Trim('.', '-'));

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}

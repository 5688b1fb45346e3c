using System.Text.RegularExpressions;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Services.Jira;

/// <summary>The part of JQL in daily use: comparisons, AND, OR, NOT, parentheses, ORDER BY.</summary>
internal sealed partial class Jql
{
    private static readonly string[] Fields =
    [
        "project", "issuetype", "type", "summary", "description", "text", "comment", "labels", "key", "issuekey", "id", "issue", "status", "statuscategory",
        "assignee", "reporter", "creator", "component", "created", "updated", "priority", "resolution",
    ];

    private readonly TicketData _data;
    private readonly List<string> _tokens;
    private int _next;

    private Jql(TicketData data, string text)
    {
        _data = data;
        _tokens = [.. Token().Matches(text).Select(match => match.Value)];
        if (Token().Replace(text, "").Trim() is { Length: > 0 } rest)
            throw JiraErrors.Bad($"Error in the JQL Query: The character '{rest[0]}' is a reserved JQL character. You must enclose it in a string or use the escape '\\u{(int)rest[0]:x4}' instead.");
    }

    /// <summary>Whether the query says nothing about which issues: Cloud refuses those.</summary>
    public static bool IsUnbounded(string text) => OrderBy().Replace(text, "").Trim().Length == 0;

    public static List<Ticket> Search(TicketData data, string text, IEnumerable<Ticket> among)
    {
        var query = new Jql(data, text);
        Func<Ticket, bool> matches = _ => true;
        if (query.Peek() is { } first && !first.Equals("order", OrdinalIgnoreCase))
            matches = query.Any();
        var found = among.Where(matches);
        if (query.Peek()?.Equals("order", OrdinalIgnoreCase) == true)
            return [.. query.Ordered(found)];
        if (query.Peek() is { } left)
            throw JiraErrors.Bad($"Error in the JQL Query: Expecting either 'OR' or 'AND' but got '{Unquote(left)}'.");
        return [.. found.OrderByDescending(ticket => ticket.Number)];
    }

    /// <summary>Words as the text index has them: hyphens and slashes part them, dots between letters or digits do not.</summary>
    public static string[] Words(string text) => [.. Word().Matches(text.ToLowerInvariant()).Select(match => match.Value.Trim('.'))];

    [GeneratedRegex("""
        \s*("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|!=|!~|<=|>=|[=~<>(),]|[^\s=~<>!(),"'&|*/%^$\[\]{};?]+)
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Token();

    [GeneratedRegex(@"order\s+by\s+.*$", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex OrderBy();

    [GeneratedRegex(@"[\p{L}\p{N}_.]+\*?")]
    private static partial Regex Word();

    private static string Unquote(string token)
    {
        token = token.Trim();
        return token.Length > 1 && token[0] is '"' or '\'' ? Regex.Unescape(token[1..^1]) : token;
    }

    private string? Peek() => _next < _tokens.Count ? _tokens[_next].Trim() : null;

    private string Take(string expected)
    {
        var token = Peek() ?? throw JiraErrors.Bad($"Error in the JQL Query: Expecting {expected} before the end of the query.");
        _next++;
        return token;
    }

    private bool TryTake(string word)
    {
        if (Peek()?.Equals(word, OrdinalIgnoreCase) != true)
            return false;
        _next++;
        return true;
    }

    private Func<Ticket, bool> Any()
    {
        var left = All();
        while (TryTake("or"))
        {
            var (a, b) = (left, All());
            left = ticket => a(ticket) || b(ticket);
        }

        return left;
    }

    private Func<Ticket, bool> All()
    {
        var left = One();
        while (TryTake("and"))
        {
            var (a, b) = (left, One());
            left = ticket => a(ticket) && b(ticket);
        }

        return left;
    }

    private Func<Ticket, bool> One()
    {
        if (TryTake("not"))
        {
            var inner = One();
            return ticket => !inner(ticket);
        }

        if (TryTake("("))
        {
            var inner = Any();
            if (!TryTake(")"))
                throw JiraErrors.Bad("Error in the JQL Query: Expecting ')' before the end of the query.");
            return inner;
        }

        return Clause();
    }

    private Func<Ticket, bool> Clause()
    {
        var given = Unquote(Take("a field name"));
        var field = given.ToLowerInvariant();
        if (!Fields.Contains(field))
            throw JiraErrors.Bad($"Field '{given}' does not exist or you do not have permission to view it.");
        var sign = Take("an operator").ToLowerInvariant();
        switch (sign)
        {
            case "=" or "!=":
            {
                var matches = Equal(field, given, Unquote(Take("a value")));
                return sign == "=" ? matches : ticket => !matches(ticket);
            }

            case "in":
                return In();
            case "not":
            {
                if (!TryTake("in"))
                    throw JiraErrors.Bad("Error in the JQL Query: Expecting operator 'IN' after 'NOT'.");
                var matches = In();
                return ticket => !matches(ticket);
            }

            case "is":
            {
                var negated = TryTake("not");
                if (!TryTake("empty") && !TryTake("null"))
                    throw JiraErrors.Bad("Error in the JQL Query: Expecting 'EMPTY' or 'NULL' after 'is'.");
                return ticket => !Values(field, ticket).Any() != negated;
            }

            case "~" or "!~":
            {
                if (field is not ("summary" or "description" or "text" or "comment"))
                    throw JiraErrors.Bad($"The operator '{sign}' is not supported by the '{given}' field.");
                var words = Words(Unquote(Take("a value")));
                Func<Ticket, bool> matches = ticket => Contains(Values(field, ticket), words);
                return sign == "~" ? matches : ticket => !matches(ticket);
            }

            case "<" or ">" or "<=" or ">=":
            {
                var text = Unquote(Take("a value"));
                if (field is not ("created" or "updated")
                    || !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
                {
                    throw JiraErrors.Bad($"Date value '{text}' for field '{given}' is invalid.");
                }

                return ticket =>
                {
                    var order = (field == "created" ? ticket.Created : ticket.Updated).CompareTo(time);
                    return sign switch { "<" => order < 0, ">" => order > 0, "<=" => order <= 0, _ => order >= 0 };
                };
            }

            default:
                throw JiraErrors.Bad($"Error in the JQL Query: Expecting operator but got '{sign}'. The valid operators are '=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'.");
        }

        Func<Ticket, bool> In()
        {
            if (!TryTake("("))
                throw JiraErrors.Bad("Error in the JQL Query: Expecting '(' after 'in'.");
            List<Func<Ticket, bool>> any = [];
            do
            {
                any.Add(Equal(field, given, Unquote(Take("a value"))));
            }
            while (TryTake(","));
            if (!TryTake(")"))
                throw JiraErrors.Bad("Error in the JQL Query: Expecting ')' before the end of the query.");
            return ticket => any.Exists(matches => matches(ticket));
        }
    }

    private static bool Contains(IEnumerable<string> texts, string[] words)
    {
        var known = texts.SelectMany(Words).ToList();
        return words.Length > 0 && words.All(word => word.EndsWith('*')
            ? known.Exists(one => one.StartsWith(word[..^1], Ordinal))
            : known.Contains(word));
    }

    private Func<Ticket, bool> Equal(string field, string given, string value)
    {
        if (value == "currentUser" && TryTake("(") && TryTake(")"))
            value = _data.Me.Name;
        if (field is "summary" or "description" or "text" or "comment")
            throw JiraErrors.Bad($"The operator '=' is not supported by the '{given}' field.");

        // A value that nobody has is an error for most fields, not an empty answer.
        var known = field switch
        {
            "project" => value.Equals(TicketData.ProjectKey, OrdinalIgnoreCase) || value == "10100" || value.Equals("Hypervisor migration", OrdinalIgnoreCase),
            "issuetype" or "type" => TicketData.IssueTypes.Contains(value, StringComparer.OrdinalIgnoreCase),
            "status" => TicketStatus.Workflow.Any(status => status.Name.Equals(value, OrdinalIgnoreCase)),
            "component" => TicketData.Components.Contains(value, StringComparer.OrdinalIgnoreCase),
            _ => true,
        };
        if (!known)
            throw JiraErrors.Bad($"The value '{value}' does not exist for the field '{given}'.");
        if (field is "key" or "issuekey" or "id" or "issue")
        {
            if (!_data.Tickets.Exists(ticket => Is(ticket, value)))
                throw JiraErrors.Bad($"An issue with key '{value}' does not exist for field '{given}'.");
            return ticket => Is(ticket, value);
        }

        if (field == "project")
            return ticket => ticket.ProjectKey == TicketData.ProjectKey;
        return ticket => Values(field, ticket).Contains(value, StringComparer.OrdinalIgnoreCase);

        static bool Is(Ticket ticket, string value) =>
            ticket.Key.Equals(value, OrdinalIgnoreCase) || ticket.Id.ToString(CultureInfo.InvariantCulture) == value;
    }

    private static IEnumerable<string> Values(string field, Ticket ticket) => field switch
    {
        "issuetype" or "type" => [ticket.IssueType],
        "summary" => [ticket.Summary],
        "description" => ticket.Description is { } description ? [description.Wiki] : [],
        "text" => [ticket.Summary, ticket.Description?.Wiki ?? "", .. ticket.Comments.Select(comment => comment.Body.Wiki)],
        "comment" => ticket.Comments.Select(comment => comment.Body.Wiki),
        "labels" => ticket.Labels,
        "status" => [ticket.Status.Name],
        "statuscategory" => [ticket.Status.CategoryKey, JiraRows.CategoryName(ticket.Status)],
        "assignee" => People(ticket.Assignee),
        "reporter" or "creator" => People(ticket.Reporter),
        "component" => ticket.Components,
        "priority" => [ticket.Priority],
        "resolution" => [],
        _ => [ticket.Key],
    };

    private static IEnumerable<string> People(TicketUser? user) => user is null ? [] : [user.Name, user.AccountId, user.Email];

    private IEnumerable<Ticket> Ordered(IEnumerable<Ticket> found)
    {
        Take("ORDER");
        if (!TryTake("by"))
            throw JiraErrors.Bad("Error in the JQL Query: Expecting 'BY' after 'ORDER'.");
        IOrderedEnumerable<Ticket>? ordered = null;
        do
        {
            var given = Unquote(Take("a field name"));
            if (!Fields.Contains(given.ToLowerInvariant()))
                throw JiraErrors.Bad($"Field '{given}' does not exist or you do not have permission to view it.");
            var descending = TryTake("desc");
            _ = !descending && TryTake("asc");
            Func<Ticket, IComparable> by = given.ToLowerInvariant() switch
            {
                "created" => ticket => ticket.Created,
                "updated" => ticket => ticket.Updated,
                "key" or "issuekey" or "id" or "issue" => ticket => ticket.Number,
                var field => ticket => Values(field, ticket).FirstOrDefault() ?? "",
            };
            ordered = (ordered, descending) switch
            {
                (null, false) => found.OrderBy(by),
                (null, true) => found.OrderByDescending(by),
                (_, false) => ordered.ThenBy(by),
                (_, true) => ordered.ThenByDescending(by),
            };
        }
        while (TryTake(","));
        if (Peek() is { } left)
            throw JiraErrors.Bad($"Error in the JQL Query: Expecting ',' but got '{Unquote(left)}'.");
        return ordered.ThenBy(ticket => ticket.Number);
    }
}

using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using PlatformOps.Core.Http;
using PlatformOps.Errors;
using PlatformOps.Tickets;

namespace PlatformOps.Core.Services.Jira;

/// <summary>Jira, Data Center (REST v2) and Cloud (REST v3). Writes to one issue go one after the other.</summary>
/// <param name="open">Makes the pipeline once the kind is known: login depends on it.</param>
/// <param name="anonymous">The site without credentials, to ask for its kind.</param>
/// <param name="configuration">The section.</param>
/// <remarks>Jira Data Center REST API reference; Jira Cloud REST API v3 reference.</remarks>
#pragma warning disable CA1001 // The pipelines live as long as the session; semaphores without a wait handle hold nothing.
internal sealed class JiraClient(Func<JiraKind, HttpService> open, HttpService anonymous, JiraConfiguration configuration)
#pragma warning restore CA1001
{
    /// <summary>The key of the comment property that holds our marker.</summary>
    public const string MarkerProperty = "platformops.marker";

    private const string ServiceName = "jira";
    private const string TransitionProperty = "platformops.transition";
    private const string TicketFields = "summary,status,issuetype,assignee,labels,created,updated";
    private const int MaxBulk = 50;

    /// <summary>The tickets that were seen to name a machine, by key and machine, and what each is called.</summary>
    public ConcurrentDictionary<(string Key, string Machine, bool WasOpen), string> Named { get; } = new();

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _writers = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, string> _made = new(StringComparer.OrdinalIgnoreCase);
    private Site? _site;
    private JiraUser? _me;

    public JiraConfiguration Configuration => configuration;

    public async Task<JiraKind> KindAsync(CancellationToken cancellationToken) => (await SiteAsync(cancellationToken)).Kind;

    /// <exception cref="ObjectNotFoundException">There is no such ticket, or we may not see it.</exception>
    public async Task<Ticket> GetAsync(string key, CancellationToken cancellationToken) => Show(await IssueAsync(key, TicketFields, cancellationToken));

    /// <summary>All tickets that a JQL query finds. On Cloud the index lags behind by seconds.</summary>
    public IAsyncEnumerable<Ticket> SearchAsync(string jql, CancellationToken cancellationToken) => SearchAsync(jql, $"search Jira for {ServerText.Clean(jql, 300)}", cancellationToken);

    private async IAsyncEnumerable<Ticket> SearchAsync(string jql, string what, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (http, kind, _) = await SiteAsync(cancellationToken);
        var guard = new PageGuard(ServiceName, what, 1000);
        var startAt = 0;
        string? token = null;
        while (true)
        {
            HttpAnswer answer;
            if (kind == JiraKind.Cloud)
            {
                var body = new JsonObject { ["jql"] = jql, ["maxResults"] = 100, ["fields"] = new JsonArray([.. TicketFields.Split(',').Select(field => (JsonNode)field)]) };
                if (token is not null)
                    body["nextPageToken"] = token;
                answer = await http.SendAsync(HttpCall.Post("rest/api/3/search/jql", what, body) with { Reads = true }, cancellationToken);
            }
            else
            {
                answer = await http.SendAsync(HttpCall.Get("rest/api/2/search", what, ("jql", jql), ("fields", TicketFields), ("maxResults", "100"), ("startAt", Text(startAt))), cancellationToken);
            }

            var page = answer.Read<JiraSearchPage>(HttpServiceJson.Camel);
            var issues = page.Issues ?? throw answer.Unexpected("no list of issues");
            foreach (var issue in issues)
                yield return Show(issue);
            if (kind == JiraKind.Cloud)
            {
                if (page.NextPageToken is null || page.IsLast == true)
                    yield break;
                token = guard.Next(page.NextPageToken);
                continue;
            }

            startAt += issues.Count;
            if (issues.Count == 0 || startAt >= (page.Total ?? 0))
                yield break;
            guard.Next(Text(startAt));
        }
    }

    /// <summary>Open tickets of a project and type whose summary is exactly this. <c>summary ~</c> splits words and is fuzzy: what is exact is decided here.</summary>
    public async Task<IReadOnlyList<Ticket>> FindOpenAsync(string summary, string? project, string? type, CancellationToken cancellationToken)
    {
        var jql = $"project = {Quote(project ?? configuration.Project)} AND issuetype = {Quote(type ?? configuration.IssueType)} AND statusCategory != Done AND summary ~ {Quote($"\"{summary.Replace("\"", " ", StringComparison.Ordinal).Replace("\\", " ", StringComparison.Ordinal)}\"")} ORDER BY created ASC";
        List<Ticket> found = [];
        await foreach (var ticket in SearchAsync(jql, $"find the open ticket of {ServerText.Clean(summary, 100)}", cancellationToken))
        {
            if (string.Equals(ticket.Summary.Trim(), summary.Trim(), StringComparison.OrdinalIgnoreCase))
                found.Add(ticket);
        }

        // The search on Cloud knows of a new ticket only after a while; what this session made is read by its key.
        if (_made.TryGetValue(MadeKey(summary, project, type), out var key) && !found.Exists(ticket => ticket.TicketId == key))
        {
            var issue = await IssueAsync(key, TicketFields, cancellationToken);
            if (issue.Fields?.Status?.StatusCategory?.Key != "done" && Same(issue.Fields?.Summary, summary))
                found.Add(Show(issue));
        }

        return found;
    }

    /// <summary>The key of the one open ticket of a title; null where there is none.</summary>
    /// <param name="summary">The title.</param>
    /// <param name="project">By default the configuration's.</param>
    /// <param name="type">By default the configuration's.</param>
    /// <param name="target">What it is for, for the error.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="AmbiguousNameException">Several open tickets have exactly this title.</exception>
    public async Task<string?> FindOneOpenAsync(string summary, string? project, string? type, string target, CancellationToken cancellationToken)
    {
        var found = await FindOpenAsync(summary, project, type, cancellationToken);
        return found.Count switch
        {
            0 => null,
            1 => found[0].TicketId,
            _ => throw new AmbiguousNameException($"{found.Count} open tickets are called '{summary}': {string.Join(", ", found.Select(ticket => $"{ticket.TicketId} ({ticket.Status})"))}. Close all but one, or write the right key into the list file.") { TargetName = target },
        };
    }

    /// <summary>Makes one ticket and answers its key.</summary>
    public async Task<string> CreateAsync(NewTicket ticket, CancellationToken cancellationToken)
    {
        var (http, kind, api) = await ApiAsync(cancellationToken);
        var body = await FieldsAsync(ticket, kind, cancellationToken);
        var answer = await http.SendAsync(HttpCall.Post($"{api}/issue", $"make a ticket for {ticket.Summary}", body), cancellationToken);
        var key = answer.Read<JiraIssue>(HttpServiceJson.Camel).Key is { Length: > 0 } made ? made : throw answer.Unexpected("no key");
        _made[MadeKey(ticket.Summary, ticket.Project, ticket.Type)] = key;
        return key;
    }

    /// <summary>Makes many, 50 in a call. What was made is told even where others failed.</summary>
    public async Task<IReadOnlyList<NewTicketResult>> CreateAsync(IReadOnlyList<NewTicket> tickets, CancellationToken cancellationToken)
    {
        var (http, kind, api) = await ApiAsync(cancellationToken);
        List<NewTicketResult> results = [];
        foreach (var chunk in tickets.Chunk(MaxBulk))
        {
            var updates = new JsonArray();
            foreach (var ticket in chunk)
                updates.Add(await FieldsAsync(ticket, kind, cancellationToken));
            try
            {
                var answer = await http.SendAsync(HttpCall.Post($"{api}/issue/bulk", $"make {chunk.Length} tickets", new JsonObject { ["issueUpdates"] = updates }) with { Accept = [400] }, cancellationToken);
                results.AddRange(BulkResults(chunk, answer));
                foreach (var result in results.Where(result => result.TicketId is not null))
                    _made[MadeKey(result.Ticket.Summary, result.Ticket.Project, result.Ticket.Type)] = result.TicketId!;
            }
            catch (Exception e) when (e is ServiceException or OutcomeUnknownException && results.Count > 0)
            {
                // Keys of earlier calls must not be lost with this one.
                results.AddRange(chunk.Select(ticket => new NewTicketResult(ticket, null, e.Message)));
            }
        }

        return results;
    }

    /// <summary>The transitions that the ticket offers us now.</summary>
    public async Task<IReadOnlyList<JiraTransition>> TransitionsAsync(string key, CancellationToken cancellationToken)
    {
        var (http, _, api) = await ApiAsync(cancellationToken);
        var answer = await http.SendAsync(HttpCall.Get($"{api}/issue/{Key(key)}/transitions", $"list the transitions of {key}", ("expand", "transitions.fields")) with { Accept = [404] }, cancellationToken);
        return answer.Status == 404 ? throw NoIssue(key, answer) : answer.Read<JiraTransitions>(HttpServiceJson.Camel).Transitions ?? throw answer.Unexpected("no list of transitions");
    }

    /// <summary>Moves a ticket to a status: by the transition that leads there, else by the one of that name. Reads it again afterwards.</summary>
    /// <param name="key">The ticket.</param>
    /// <param name="status">The status wanted, or a transition's name.</param>
    /// <param name="marker">Kept at the ticket where a transition was named, so that the step is known to be done.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ObjectNotFoundException">No transition leads there; the message lists what is offered.</exception>
    /// <exception cref="AmbiguousNameException">Several do.</exception>
    public Task TransitionAsync(string key, string status, string marker, CancellationToken cancellationToken) => WriteAsync(key, async post =>
    {
        var (http, _, api) = await ApiAsync(cancellationToken);
        var chosen = Choose(key, status, await TransitionsAsync(key, cancellationToken));
        var what = $"move {key} to {chosen.To?.Name ?? status}";
        await post(http, HttpCall.Post($"{api}/issue/{Key(key)}/transitions", what, new JsonObject { ["transition"] = new JsonObject { ["id"] = chosen.Id } }));
        var now = (await GetAsync(key, cancellationToken)).Status;
        if (chosen.To?.Name is { } wanted && !Same(now, wanted))
            throw new ServiceException(ServiceName, $"Could not {what}: Jira took the transition '{chosen.Name}' and the ticket is still '{now}'. A condition or automation of the workflow may have stopped or reverted it; look at the ticket's history.") { TargetName = key, FaultCode = "transitionWithoutEffect" };
        if (!Same(now, status))
            await http.SendAsync(HttpCall.Put($"{api}/issue/{Key(key)}/properties/{TransitionProperty}", $"note the transition at {key}", new JsonObject { ["marker"] = marker, ["asked"] = status, ["status"] = now }), cancellationToken);
        return true;
    }, cancellationToken);

    /// <summary>Whether our step moved the ticket to where it is, by the transition's name that it asked for.</summary>
    public async Task<bool> WasMovedByAsync(string key, string marker, string asked, string status, CancellationToken cancellationToken)
    {
        var (http, _, api) = await ApiAsync(cancellationToken);
        var answer = await http.SendAsync(HttpCall.Get($"{api}/issue/{Key(key)}/properties/{TransitionProperty}", $"read the last transition of {key}") with { Accept = [404] }, cancellationToken);
        return answer.Status != 404 && answer.Json.ValueKind == JsonValueKind.Object && answer.Json.TryGetProperty("value", out var value)
            && StringOf(value, "marker") == marker && Same(StringOf(value, "asked"), asked) && Same(StringOf(value, "status"), status);
    }

    /// <summary>The ticket's comments, the oldest first.</summary>
    public async Task<IReadOnlyList<TicketComment>> CommentsAsync(string key, CancellationToken cancellationToken)
    {
        var (http, _, api) = await ApiAsync(cancellationToken);
        var what = $"read the comments of {key}";
        var guard = new PageGuard(ServiceName, what, 1000);
        List<TicketComment> comments = [];
        while (true)
        {
            var answer = await http.SendAsync(HttpCall.Get($"{api}/issue/{Key(key)}/comment", what, ("expand", "properties"), ("maxResults", "100"), ("startAt", Text(comments.Count))) with { Accept = [404] }, cancellationToken);
            if (answer.Status == 404)
                throw NoIssue(key, answer);
            var page = answer.Read<JiraComments>(HttpServiceJson.Camel);
            var rows = page.Comments ?? throw answer.Unexpected("no list of comments");
            comments.AddRange(rows.Select(row => Show(key, row)));
            if (rows.Count == 0 || comments.Count >= (page.Total ?? 0))
                return comments;
            guard.Next(Text(comments.Count));
        }
    }

    /// <summary>The comment with this marker, in its property or its text; null where there is none.</summary>
    public async Task<TicketComment?> FindCommentAsync(string key, string marker, CancellationToken cancellationToken)
        => (await CommentsAsync(key, cancellationToken)).FirstOrDefault(comment => comment.Marker == marker || comment.Text.Contains(marker, StringComparison.Ordinal));

    /// <summary>Writes a comment, once: a look for its marker comes before, and before every repeat.</summary>
    public Task<string> CommentAsync(string key, TicketText text, string marker, bool isInternal, CancellationToken cancellationToken) => WriteAsync(key, async post =>
    {
        if (await FindCommentAsync(key, marker, cancellationToken) is { } written)
            return written.CommentId;
        var (http, kind, api) = await ApiAsync(cancellationToken);
        var properties = new JsonArray(new JsonObject { ["key"] = MarkerProperty, ["value"] = new JsonObject { ["marker"] = marker } });
        if (isInternal)
            properties.Add(new JsonObject { ["key"] = "sd.public.comment", ["value"] = new JsonObject { ["internal"] = true } });
        var answer = await post(
            http,
            HttpCall.Post($"{api}/issue/{Key(key)}/comment?expand=properties", $"comment on {key}", new JsonObject { ["body"] = Body(text, kind), ["properties"] = properties }) with { Accept = [404] });
        if (answer.Status == 404)
            throw NoIssue(key, answer);
        var comment = answer.Read<JiraComment>(HttpServiceJson.Camel);
        // A Jira that does not keep properties gets the marker in the text, where the next look finds it.
        if (comment.Properties is not null && !comment.Properties.Any(property => property.Key == MarkerProperty))
            await http.SendAsync(HttpCall.Put($"{api}/issue/{Key(key)}/comment/{Uri.EscapeDataString(comment.Id)}", $"mark the comment on {key}", new JsonObject { ["body"] = Body(text.Paragraph(marker), kind) }), cancellationToken);
        return comment.Id;
    }, cancellationToken);

    public async Task<IReadOnlyList<JiraAttachment>> AttachmentsAsync(string key, CancellationToken cancellationToken)
        => (await IssueAsync(key, "attachment", cancellationToken)).Fields?.Attachment ?? [];

    /// <summary>The content of an attachment.</summary>
    /// <remarks>Cloud REST v3, "Get attachment content"; Data Center has it at the site's own <c>/secure/attachment</c>.</remarks>
    public async Task<ReadOnlyMemory<byte>> DownloadAsync(JiraAttachment attachment, CancellationToken cancellationToken)
    {
        var (http, kind, _) = await SiteAsync(cancellationToken);
        var what = $"download the attachment '{ServerText.Clean(attachment.Filename, 200)}'";
        var id = Uri.EscapeDataString(attachment.Id);
        var call = kind == JiraKind.Cloud
            ? HttpCall.Get($"rest/api/3/attachment/content/{id}", what, ("redirect", "false"))
            : HttpCall.Get($"secure/attachment/{id}/{Uri.EscapeDataString(attachment.Filename)}", what);
        return (await http.SendAsync(call with { ExpectsJson = false }, cancellationToken)).Body;
    }

    /// <summary>Attaches a file; the caller has looked for one of that name.</summary>
    public Task AttachAsync(string key, string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => WriteAsync(key, async post =>
    {
        var (http, _, api) = await ApiAsync(cancellationToken);
        var answer = await post(
            http,
            new HttpCall(HttpMethod.Post, $"{api}/issue/{Key(key)}/attachments")
            {
                What = $"attach '{name}' to {key}",
                // Without it Jira takes the upload for a forged form.
                Headers = new Dictionary<string, string> { ["X-Atlassian-Token"] = "no-check" },
                Content = () =>
                {
                    var file = new ReadOnlyMemoryContent(content);
                    file.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
                    return new MultipartFormDataContent { { file, "file", name } };
                },
                Accept = [404, 413],
            });
        return answer.Status switch
        {
            404 => throw NoIssue(key, answer),
            413 => throw new ServiceException(ServiceName, $"Could not attach '{name}' ({content.Length / 1024} KiB) to {key}: Jira takes no file of that size. Raise its limit, or keep the file elsewhere and link it.", 413) { TargetName = key },
            _ => true,
        };
    }, cancellationToken);

    /// <summary>Jira's version, who we are to it, and which of the project's rights we lack.</summary>
    public async Task<ServiceProbe> ProbeAsync(CancellationToken cancellationToken)
    {
        var (http, kind, version) = await SiteAsync(cancellationToken);
        var me = await MeAsync(cancellationToken);
        (string Right, string Words)[] rights =
        [
            ("BROWSE_PROJECTS", "see"), ("CREATE_ISSUES", "make"), ("ADD_COMMENTS", "comment on"), ("TRANSITION_ISSUES", "move"), ("CREATE_ATTACHMENTS", "attach files to"), ("ASSIGN_ISSUES", "assign"),
        ];
        var (_, _, api) = await ApiAsync(cancellationToken);
        var answer = await http.SendAsync(HttpCall.Get($"{api}/mypermissions", "ask Jira for our rights", ("projectKey", configuration.Project), ("permissions", string.Join(',', rights.Select(right => right.Right)))) with { Accept = [404] }, cancellationToken);
        List<string> missing = [];
        if (answer.Status == 404 || answer.Json.ValueKind != JsonValueKind.Object || !answer.Json.TryGetProperty("permissions", out var permissions) || permissions.ValueKind != JsonValueKind.Object)
            missing.Add($"see the project {configuration.Project}");
        else
            missing.AddRange(rights.Where(right => !(permissions.TryGetProperty(right.Right, out var one) && one.ValueKind == JsonValueKind.Object && one.TryGetProperty("havePermission", out var have) && have.ValueKind == JsonValueKind.True)).Select(right => $"{right.Words} tickets of {configuration.Project}"));
        return new ServiceProbe($"Jira {(kind == JiraKind.Cloud ? "Cloud" : "Data Center")} {ServerText.Clean(version, 40)}".TrimEnd(), ServerText.Clean(me.DisplayName ?? me.Name ?? me.AccountId, 80), http.BaseAddress.AbsoluteUri) { MissingRights = missing };
    }

    internal static JiraTransition Choose(string key, string status, IReadOnlyList<JiraTransition> offered)
    {
        var leading = offered.Where(transition => Same(transition.To?.Name, status)).ToList();
        if (leading.Count > 1 && leading.Where(transition => Same(transition.Name, status)).ToList() is [var named])
            leading = [named];
        var chosen = leading.Count > 0 ? leading : offered.Where(transition => Same(transition.Name, status)).ToList();
        var list = offered.Count == 0 ? "none" : string.Join(", ", offered.Select(transition => $"'{ServerText.Clean(transition.Name, 80)}' (to {ServerText.Clean(transition.To?.Name ?? "?", 80)})"));
        if (chosen.Count == 0)
            throw new ObjectNotFoundException($"{key} offers no transition to '{status}'. Offered are: {list}. Correct the status name in the configuration, or move the ticket by hand.") { TargetName = key };
        if (chosen.Count > 1)
            throw new AmbiguousNameException($"{key} offers {chosen.Count} transitions to '{status}': {list}. Name one of the transitions instead of the status.") { TargetName = key };
        var needed = chosen[0].Fields?.Where(field => field.Value is { Required: true, HasDefaultValue: false }).Select(field => $"'{ServerText.Clean(field.Value.Name ?? field.Key, 80)}'").ToList() ?? [];
        return needed.Count == 0 ? chosen[0] : throw new RefusedException($"The transition '{chosen[0].Name}' of {key} asks for {string.Join(" and ", needed)}, which only a person can fill in. Move the ticket by hand, or take the field off the transition's screen.") { TargetName = key };
    }

    private static bool Same(string? a, string? b) => string.Equals(a?.Trim(), b?.Trim(), StringComparison.OrdinalIgnoreCase);

    private static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private string MadeKey(string summary, string? project, string? type) => $"{project ?? configuration.Project}\n{type ?? configuration.IssueType}\n{summary.Trim()}";

    private static string? StringOf(JsonElement json, string name)
        => json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A JQL string.</summary>
    internal static string Quote(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static string Key(string key) => Uri.EscapeDataString(key);

    private static JsonNode Body(TicketText text, JiraKind kind) => kind == JiraKind.Cloud ? AdfWriter.Write(text) : WikiWriter.Write(text);

    private static ObjectNotFoundException NoIssue(string key, HttpAnswer answer)
        => new($"Jira has no ticket {key} that we may see (it says '{answer.Fault.Text.TrimEnd('.')}'). Correct the key, in the list or where it was given, or ask for the right to browse its project.") { TargetName = key };

    private static IEnumerable<NewTicketResult> BulkResults(NewTicket[] chunk, HttpAnswer answer)
    {
        // {issues, errors}: the issues are those that were made, in order; an error names the place of one that was not.
        if (answer.Json.ValueKind != JsonValueKind.Object || !(answer.Json.TryGetProperty("issues", out _) || answer.Json.TryGetProperty("errors", out var list) && list.ValueKind == JsonValueKind.Array))
            throw answer.Unexpected(answer.Fault.Text.TrimEnd('.'));
        var bulk = answer.Read<JiraBulkAnswer>(HttpServiceJson.Camel);
        var errors = (bulk.Errors ?? []).Where(error => error.FailedElementNumber is not null).GroupBy(error => error.FailedElementNumber!.Value).ToDictionary(group => group.Key, group => group.First());
        var keys = new Queue<string>((bulk.Issues ?? []).Select(issue => issue.Key));
        for (var i = 0; i < chunk.Length; i++)
        {
            if (errors.TryGetValue(i, out var error))
                yield return new NewTicketResult(chunk[i], null, ServerText.Clean(error.ElementErrors.ValueKind == JsonValueKind.Undefined ? "refused" : error.ElementErrors.GetRawText()));
            else
                yield return keys.TryDequeue(out var key) ? new NewTicketResult(chunk[i], key, null) : new NewTicketResult(chunk[i], null, "Jira's answer does not tell what became of it.");
        }
    }

    private async Task<JsonObject> FieldsAsync(NewTicket ticket, JiraKind kind, CancellationToken cancellationToken)
    {
        var fields = new JsonObject
        {
            ["project"] = new JsonObject { ["key"] = ticket.Project ?? configuration.Project },
            ["issuetype"] = new JsonObject { ["name"] = ticket.Type ?? configuration.IssueType },
            ["summary"] = ServerText.Clean(ticket.Summary, 254),
        };
        if (ticket.Description is { } description)
            fields["description"] = Body(description, kind);
        if (ticket.Labels.Count > 0)
            fields["labels"] = new JsonArray([.. ticket.Labels.Select(label => (JsonNode)label)]);
        if (ticket.AssignToMe || ticket.Assignee is not null)
        {
            var me = ticket.AssignToMe ? await MeAsync(cancellationToken) : null;
            fields["assignee"] = kind == JiraKind.Cloud ? new JsonObject { ["accountId"] = me?.AccountId ?? ticket.Assignee } : new JsonObject { ["name"] = me?.Name ?? ticket.Assignee };
        }

        return new JsonObject { ["fields"] = fields };
    }

    private async Task<JiraUser> MeAsync(CancellationToken cancellationToken)
    {
        if (_me is { } known)
            return known;
        var (http, _, api) = await ApiAsync(cancellationToken);
        return _me = await http.ReadAsync<JiraUser>(HttpCall.Get($"{api}/myself", "ask Jira who we are"), HttpServiceJson.Camel, cancellationToken);
    }

    private async Task<JiraIssue> IssueAsync(string key, string fields, CancellationToken cancellationToken)
    {
        var (http, _, api) = await ApiAsync(cancellationToken);
        var answer = await http.SendAsync(HttpCall.Get($"{api}/issue/{Key(key)}", $"read the ticket {key}", ("fields", fields)) with { Accept = [404] }, cancellationToken);
        return answer.Status == 404 ? throw NoIssue(key, answer) : answer.Read<JiraIssue>(HttpServiceJson.Camel);
    }

    private Ticket Show(JiraIssue issue) => new()
    {
        TicketId = issue.Key,
        HypervisorName = TicketSubject.HostOf(issue.Fields?.Labels ?? [], issue.Fields?.Summary),
        Summary = ServerText.Clean(issue.Fields?.Summary, 300),
        Status = issue.Fields?.Status?.Name ?? "unknown",
        IsDone = issue.Fields?.Status?.StatusCategory?.Key == "done",
        Type = issue.Fields?.Issuetype?.Name,
        Assignee = issue.Fields?.Assignee is { } user ? ServerText.Clean(user.DisplayName ?? user.Name ?? user.AccountId, 100) : null,
        Labels = [.. issue.Fields?.Labels ?? []],
        Url = new Uri(anonymous.BaseAddress, $"browse/{Key(issue.Key)}").AbsoluteUri,
        Created = JiraTime.Parse(issue.Fields?.Created),
        Updated = JiraTime.Parse(issue.Fields?.Updated),
    };

    private static TicketComment Show(string key, JiraComment comment)
    {
        JsonElement? Property(string name) => comment.Properties?.FirstOrDefault(property => property.Key == name)?.Value;
        var marker = Property(MarkerProperty);
        return new TicketComment
        {
            TicketId = key,
            CommentId = comment.Id,
            Author = comment.Author is { } user ? ServerText.Clean(user.DisplayName ?? user.Name ?? user.AccountId, 100) : null,
            Text = TicketText.Lines(comment.Body.ValueKind == JsonValueKind.String ? WikiWriter.Unescape(comment.Body.GetString()!) : AdfWriter.Read(comment.Body)),
            Marker = marker is { ValueKind: JsonValueKind.String } text ? text.GetString() : marker is { } value ? StringOf(value, "marker") : null,
            IsInternal = Property("sd.public.comment") is { ValueKind: JsonValueKind.Object } visibility && visibility.TryGetProperty("internal", out var isInternal) && isInternal.ValueKind == JsonValueKind.True,
            Created = JiraTime.Parse(comment.Created),
        };
    }

    /// <summary>One write at a time for an issue: Jira limits them per issue. Where it asks to wait instead of writing, the write is begun anew, looks included; what comes after it never begins it anew.</summary>
    /// <param name="key">The ticket.</param>
    /// <param name="write">Looks, sends the write by what it is given, and sees to the rest.</param>
    /// <param name="cancellationToken">Gives up.</param>
    private async Task<T> WriteAsync<T>(string key, Func<Func<HttpService, HttpCall, Task<HttpAnswer>>, Task<T>> write, CancellationToken cancellationToken)
    {
        var writer = _writers.GetOrAdd(key, _ => new SemaphoreSlim(1, 1));
        await writer.WaitAsync(cancellationToken);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                var isAtWrite = false;
                try
                {
                    return await write(async (http, call) =>
                    {
                        isAtWrite = true;
                        var answer = await http.SendAsync(call, cancellationToken);
                        isAtWrite = false;
                        return answer;
                    });
                }
                catch (ServiceException e) when (isAtWrite && e is { StatusCode: 429 or 503, RetryAfter: { } wait } && wait <= TimeSpan.FromSeconds(60) && attempt < 4)
                {
                    await Task.Delay(wait, anonymous.Time, cancellationToken);
                }
            }
        }
        finally
        {
            writer.Release();
        }
    }

    private async Task<(HttpService Http, JiraKind Kind, string Api)> ApiAsync(CancellationToken cancellationToken)
    {
        var (http, kind, _) = await SiteAsync(cancellationToken);
        return (http, kind, kind == JiraKind.Cloud ? "rest/api/3" : "rest/api/2");
    }

    private async Task<Site> SiteAsync(CancellationToken cancellationToken)
    {
        if (_site is { } site)
            return site;
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_site is { } known)
                return known;
            // Anybody may ask; a site that is closed even for this tells its kind by its address.
            var answer = await anonymous.SendAsync(HttpCall.Get("rest/api/2/serverInfo", "ask Jira for its version") with { Accept = [401, 403] }, cancellationToken);
            var info = answer.IsSuccess ? answer.Read<JiraServerInfo>(HttpServiceJson.Camel) : null;
            var host = anonymous.BaseAddress.Host;
            var kind = info?.DeploymentType is { } type ? (Same(type, "Cloud") ? JiraKind.Cloud : JiraKind.DataCenter)
                : host.EndsWith(".atlassian.net", StringComparison.OrdinalIgnoreCase) || host == "api.atlassian.com" ? JiraKind.Cloud
                : JiraKind.DataCenter;
            return _site = new Site(open(kind), kind, info?.Version);
        }
        finally
        {
            _gate.Release();
        }
    }

    // One reference: targets that read it while another writes it see all of it, or nothing.
    private sealed record Site(HttpService Http, JiraKind Kind, string? Version);
}

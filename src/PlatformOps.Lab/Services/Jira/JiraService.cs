using System.Net.Http.Headers;
using PlatformOps.Lab.Wire;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Services.Jira;

/// <summary>
/// Jira, as Data Center (REST api/2, <c>developer.atlassian.com/server/jira</c>) or as Cloud (api/3 with documents, and api/2);
/// both show the same tickets.
/// </summary>
internal sealed class JiraService : ILabService
{
    private const int MaxReconciled = 50;

    private const int UploadLimit = 10 * 1024 * 1024;
    private readonly LabContext _lab;
    private readonly JiraRows _rows;
    private readonly IssueFields _fields;

    public JiraService(LabContext lab, LabJiraKind kind)
    {
        _lab = lab;
        _rows = new JiraRows(lab, kind);
        _fields = new IssueFields(lab, _rows);
        Prefix = kind == LabJiraKind.Cloud ? "/jira-cloud" : "/jira";
    }

    public string Name => "jira";

    public string Prefix { get; }

    public IReadOnlyList<string> ApiRoots { get; } = ["/rest/api/2", "/rest/api/3", "/rest/api/latest", "/rest/api/{v}"];

    private TicketData Data => _lab.World.Jira;

    private bool IsCloud => _rows.IsCloud;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.On("GET", "/browse/{key}", call => Answer.Html(200, $"<html><title>{Find(call).Key}</title></html>"));
        On("GET", "/serverInfo", ServerInfo, anonymous: true);
        On("GET", "/myself", call => Answer.Ok(_rows.User(call, Data.Me)));
        On("GET", "/user", call => Answer.Ok(_rows.User(call, Data.Users.Find(user => (call.Query("accountId") ?? call.Query("username") ?? call.Query("key")) is { } id && (user.AccountId == id || user.Name == id))
            ?? throw JiraErrors.NotFound("The user does not exist"))));
        On("GET", "/user/search", SearchUsers);
        On("GET", "/user/assignable/search", SearchUsers);
        On("GET", "/field", _ => Answer.Ok(JsonText.Array(new[] { "summary", "description", "status", "issuetype", "project", "labels", "components", "assignee", "reporter", "comment", "attachment" }
            .Select(name => (JsonNode)new JsonObject { ["id"] = name, ["key"] = name, ["name"] = name, ["custom"] = false, ["orderable"] = true, ["navigable"] = true, ["searchable"] = true, ["clauseNames"] = new JsonArray(name) }))));
        On("GET", "/status", call => Answer.Ok(JsonText.Array(TicketStatus.Workflow.Select(status => _rows.Status(call, status)))));
        On("GET", "/issuetype", call => Answer.Ok(JsonText.Array(TicketData.IssueTypes.Select(type => _rows.IssueType(call, type)))));
        On("GET", "/project", call => Answer.Ok(new JsonArray(_rows.Project(call))));
        On("GET", "/project/{key}", ShowProject);
        On("GET", "/project/{key}/statuses", call => Answer.Ok(JsonText.Array(TicketData.IssueTypes.Select(type =>
        {
            var row = _rows.IssueType(call, type);
            row["statuses"] = JsonText.Array(TicketStatus.Workflow.Select(status => _rows.Status(call, status)));
            return row;
        }))));
        On("GET", "/mypermissions", _ => Answer.Ok(new JsonObject
        {
            ["permissions"] = new JsonObject(new[] { "BROWSE_PROJECTS", "CREATE_ISSUES", "EDIT_ISSUES", "TRANSITION_ISSUES", "ADD_COMMENTS", "CREATE_ATTACHMENTS", "ASSIGN_ISSUES" }
                .Select((name, i) => KeyValuePair.Create(name, (JsonNode?)new JsonObject { ["id"] = $"{10 + i}", ["key"] = name, ["name"] = name, ["type"] = "PROJECT", ["havePermission"] = true }))),
        }));

        On("POST", "/issue", Create);
        On("POST", "/issue/bulk", CreateMany);
        On("GET", "/issue/{key}", call => Answer.Ok(_rows.Issue(call, Find(call), FieldList(call.Query("fields")))));
        On("PUT", "/issue/{key}", Edit);
        On("PUT", "/issue/{key}/assignee", Assign);
        On("GET", "/issue/{key}/transitions", Transitions);
        On("POST", "/issue/{key}/transitions", Transition);

        On("GET", "/issue/{key}/comment", ListComments);
        On("POST", "/issue/{key}/comment", AddComment);
        On("GET", "/issue/{key}/comment/{id}", call => Answer.Ok(_rows.Comment(call, Find(call), FindComment(call), Expands(call, "properties"))));
        On("PUT", "/issue/{key}/comment/{id}", EditComment);
        On("DELETE", "/issue/{key}/comment/{id}", DeleteComment);
        Properties("/comment/{id}", call => FindComment(call).Properties);
        Properties("/issue/{key}", call => Find(call).Properties);

        On("POST", "/issue/{key}/attachments", Attach);
        On("GET", "/attachment/meta", _ => Answer.Ok(new JsonObject { ["enabled"] = true, ["uploadLimit"] = UploadLimit }));
        On("GET", "/attachment/{id}", call => Answer.Ok(_rows.Attachment(call, FindAttachment(call).Attachment)));
        On("DELETE", "/attachment/{id}", DeleteAttachment);
        if (IsCloud)
            On("GET", "/attachment/content/{id}", Download);
        else
            routes.On("GET", "/secure/attachment/{id}/{name}", call => Answered(call, Download, anonymous: false));

        On("GET", "/search", IsCloud ? Gone : Search);
        On("POST", "/search", IsCloud ? Gone : Search);
        if (IsCloud)
        {
            On("GET", "/search/jql", SearchPages);
            On("POST", "/search/jql", SearchPages);
            On("POST", "/search/approximate-count", call => Answer.Ok(new JsonObject { ["count"] = Found(call, call.Json.Text("jql") ?? "", []).Count }));
        }

        void On(string method, string pattern, Func<LabCall, Answer> handler, bool anonymous = false) =>
            routes.On(method, "/rest/api/{v}" + pattern, call => Answered(call, handler, anonymous));

        void Properties(string owner, Func<LabCall, SortedDictionary<string, JsonNode?>> of)
        {
            On("GET", owner + "/properties", call => Answer.Ok(new JsonObject
            {
                ["keys"] = JsonText.Array(of(call).Keys.Select(key => (JsonNode)new JsonObject { ["self"] = $"{_lab.Address.GetLeftPart(UriPartial.Authority)}{call.Path}/{key}", ["key"] = key })),
            }));
            On("GET", owner + "/properties/{property}", call => of(call).TryGetValue(call.Route("property"), out var value)
                ? Answer.Ok(new JsonObject { ["key"] = call.Route("property"), ["value"] = value?.DeepClone() })
                : throw JiraErrors.NotFound($"The property with key '{call.Route("property")}' does not exist."));
            On("PUT", owner + "/properties/{property}", call =>
            {
                if (call.Body.Length == 0 || (call.Json is null && Encoding.UTF8.GetString(call.Body).Trim() != "null"))
                    throw JiraErrors.Bad("The property value must be a valid, non-empty JSON.");
                var properties = of(call);
                var isNew = !properties.ContainsKey(call.Route("property"));
                properties[call.Route("property")] = call.Json?.DeepClone();
                call.Wrote(call.Route("key") is { Length: > 0 } key ? key : call.Route("id"), $"property {call.Route("property")}");
                return Answer.Json(isNew ? 201 : 200, new JsonObject());
            });
            On("DELETE", owner + "/properties/{property}", call =>
            {
                if (!of(call).Remove(call.Route("property")))
                    throw JiraErrors.NotFound($"The property with key '{call.Route("property")}' does not exist.");
                call.Wrote(call.Route("key") is { Length: > 0 } key ? key : call.Route("id"), $"removed property {call.Route("property")}");
                return Answer.Empty(204);
            });
        }
    }

    public IEnumerable<string> TargetsOf(LabCall call)
    {
        var key = call.Route("key");
        var ticket = Data.Tickets.Find(known => known.Key.Equals(key, OrdinalIgnoreCase) || known.Comments.Exists(comment => $"{comment.Id}" == call.Route("id")));
        if (ticket is not null)
            return [ticket.Key, ticket.Summary];
        return [key, call.Json.Part("fields").Text("summary") ?? "", .. (call.Json.Part("issueUpdates") as JsonArray ?? []).Select(item => item.Part("fields").Text("summary") ?? "")];
    }

    public Answer Unrouted(LabCall call, bool pathKnown) => pathKnown
        ? JiraErrors.Of(405, "Method Not Allowed")
        : Answer.Html(404, "<html><head><title>Oops, you&#39;ve found a dead link. - JIRA</title></head><body></body></html>");

    public Answer Failure(int status, string message) => JiraErrors.Of(status, message);

    /// <summary>The token cannot be renewed by the client: it is good again when the fault is gone.</summary>
    public Answer TokenExpired(LabCall call) => Unauthorized();

    private static Answer Gone(LabCall call) => JiraErrors.Of(410,
        "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046");

    private static bool Expands(LabCall call, string what) => call.Queries("expand").SelectMany(list => list.Split(',')).Any(part => part.Trim() == what || part.Trim().EndsWith("." + what, Ordinal));

    private static string[]? FieldList(string? text) => string.IsNullOrEmpty(text) ? null : text.Split(',', StringSplitOptions.TrimEntries);

    private Answer Answered(LabCall call, Func<LabCall, Answer> handler, bool anonymous)
    {
        // api/3 exists in Cloud only. A download of Data Center has no version in its path.
        if (call.Route("v") is not ("2" or "latest" or "") && (!IsCloud || call.Route("v") != "3"))
            return Unrouted(call, pathKnown: false);
        Answer answer;
        try
        {
            if (!anonymous)
                Authorize(call);
            answer = handler(call);
        }
        catch (Refusal refusal)
        {
            answer = refusal.Answer;
        }

        return answer.With("X-AREQUESTID", Guid.NewGuid().ToString("N")[..12]);
    }

    private void Authorize(LabCall call)
    {
        var given = AuthenticationHeaderValue.TryParse(call.Header("Authorization"), out var header) ? header : null;
        var good = given?.Scheme.ToLowerInvariant() switch
        {
            "basic" => IsBasic(given.Parameter),
            "bearer" => !IsCloud && given.Parameter == Data.Token,
            _ => false,
        };
        if (!good)
            throw new Refusal(Unauthorized());
    }

    private bool IsBasic(string? parameter)
    {
        string[] parts;
        try
        {
            parts = Encoding.UTF8.GetString(Convert.FromBase64String(parameter ?? "")).Split(':', 2);
        }
        catch (FormatException)
        {
            return false;
        }

        return parts.Length == 2 && parts[1] == Data.Token && (parts[0] == Data.Me.Email || (!IsCloud && parts[0] == Data.Me.Name));
    }

    private Answer Unauthorized() => IsCloud
        ? new Answer(401) { Body = "Client must be authenticated to access this resource."u8.ToArray(), ContentType = "text/html;charset=UTF-8" }
            .With("WWW-Authenticate", "OAuth realm=\"" + Uri.EscapeDataString(_rows.Site) + "\"")
        : JiraErrors.Of(401, "You are not authenticated. Authentication required to perform this operation.")
            .With("WWW-Authenticate", "OAuth realm=\"" + Uri.EscapeDataString(_rows.Site) + "\"")
            .With("X-Seraph-LoginReason", "AUTHENTICATED_FAILED");

    private Answer ServerInfo(LabCall call) => Answer.Ok(new JsonObject
    {
        ["baseUrl"] = _rows.Site,
        ["version"] = IsCloud ? "1001.0.0-SNAPSHOT" : "9.12.5",
        ["versionNumbers"] = IsCloud ? new JsonArray(1001, 0, 0) : new JsonArray(9, 12, 5),
        ["deploymentType"] = IsCloud ? "Cloud" : "Server",
        ["buildNumber"] = IsCloud ? 100_270 : 9_120_005,
        ["buildDate"] = "2024-03-01T00:00:00.000+0000",
        ["serverTime"] = JiraRows.Stamp(_lab.Clock.Now),
        ["scmInfo"] = "f3b2c1d0e9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4",
        ["serverTitle"] = "Lab Jira",
    });

    private Answer SearchUsers(LabCall call)
    {
        var text = call.Query("query") ?? call.Query("username") ?? "";
        return Answer.Ok(JsonText.Array(Data.Users.Where(user => user.Name.Contains(text, OrdinalIgnoreCase) || user.Email.Contains(text, OrdinalIgnoreCase)
            || user.DisplayName.Contains(text, OrdinalIgnoreCase) || user.AccountId == text).Select(user => _rows.User(call, user))));
    }

    private Answer ShowProject(LabCall call)
    {
        if (!call.Route("key").Equals(TicketData.ProjectKey, OrdinalIgnoreCase) && call.Route("key") != "10100")
            throw JiraErrors.NotFound($"No project could be found with key '{call.Route("key")}'.");
        var row = _rows.Project(call);
        row["issueTypes"] = JsonText.Array(TicketData.IssueTypes.Select(type => _rows.IssueType(call, type)));
        row["components"] = JsonText.Array(TicketData.Components.Select(name => _rows.Component(call, name)));
        row["lead"] = _rows.User(call, Data.Users[1]);
        return Answer.Ok(row);
    }

    private Refusal NoIssue() => JiraErrors.NotFound(IsCloud ? "Issue does not exist or you do not have permission to see it." : "Issue Does Not Exist");

    private Ticket Find(LabCall call) => Data.Tickets.Find(ticket => ticket.Key.Equals(call.Route("key"), OrdinalIgnoreCase)
        || ticket.Id.ToString(CultureInfo.InvariantCulture) == call.Route("key")) ?? throw NoIssue();

    private Answer Create(LabCall call)
    {
        var (ticket, errors) = _fields.Create(call, call.Json);
        return ticket is null ? Answer.Json(400, errors) : Answer.Json(201, Created(call, ticket));
    }

    private JsonObject Created(LabCall call, Ticket ticket) => new()
    {
        ["id"] = $"{ticket.Id}", ["key"] = ticket.Key, ["self"] = $"{_rows.Api(call)}/issue/{ticket.Id}",
    };

    private Answer CreateMany(LabCall call)
    {
        var wanted = call.Json.Part("issueUpdates") as JsonArray ?? throw JiraErrors.Bad("issueUpdates is required.");
        if (wanted.Count > 50)
            throw JiraErrors.Bad("Cannot create more than 50 issues in one request.");
        JsonArray issues = [];
        JsonArray failures = [];
        for (var i = 0; i < wanted.Count; i++)
        {
            var (ticket, errors) = _fields.Create(call, wanted[i]);
            if (ticket is not null)
                issues.Add(Created(call, ticket));
            else
                failures.Add(new JsonObject { ["status"] = 400, ["elementErrors"] = errors, ["failedElementNumber"] = i });
        }

        return Answer.Json(issues.Count > 0 ? 201 : 400, new JsonObject { ["issues"] = issues, ["errors"] = failures });
    }

    private Answer Edit(LabCall call)
    {
        var ticket = Find(call);
        _fields.Edit(call, ticket, call.Json);
        call.Wrote(ticket.Key, call.Json?.ToJsonString(JsonText.Options) ?? "");
        return Answer.Empty(204);
    }

    private Answer Assign(LabCall call)
    {
        var ticket = Find(call);
        var nobody = call.Json is JsonObject body && body.All(pair => pair.Value is null);
        var user = nobody ? null : _fields.FindUser(call.Json)
            ?? throw JiraErrors.Field("assignee", IsCloud ? "The user does not exist or cannot be assigned issues." : $"User '{call.Json.Text("name")}' does not exist.");
        ticket.Assignee = user;
        _fields.Touch(ticket);
        call.Wrote(ticket.Key, $"assignee {user?.Name ?? "nobody"}");
        return Answer.Empty(204);
    }

    private Answer Transitions(LabCall call)
    {
        Find(call);
        var wanted = call.Query("transitionId");
        return Answer.Ok(new JsonObject
        {
            ["expand"] = "transitions",
            ["transitions"] = JsonText.Array(TicketStatus.Workflow.Where(status => wanted is null || $"{status.TransitionId}" == wanted)
                .Select(status => _rows.Transition(call, status, Expands(call, "fields")))),
        });
    }

    private Answer Transition(LabCall call)
    {
        var ticket = Find(call);
        var id = call.Json.Part("transition").Text("id") ?? throw JiraErrors.Bad("Missing 'transition' identifier");
        if (!int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            throw JiraErrors.Bad("Transition id must be an integer.");
        var status = TicketStatus.Workflow.FirstOrDefault(known => known.TransitionId == number)
            ?? throw JiraErrors.Bad(IsCloud
                ? $"Transition id '{id}' is not valid for this issue."
                : $"It seems that you have tried to perform a workflow operation ({id}) that is not valid for the current state of this issue ({ticket.Key}). The likely cause is that somebody has changed the issue recently, please look at the issue history for details.");
        _fields.Edit(call, ticket, call.Json);
        var from = ticket.Status.Name;
        ticket.Status = status;
        _fields.Touch(ticket);
        call.Wrote(ticket.Key, $"{from} -> {status.Name}");
        return Answer.Empty(204);
    }

    private Answer ListComments(LabCall call)
    {
        var ticket = Find(call);
        var start = Number(call.Query("startAt"), 0);
        var limit = Number(call.Query("maxResults"), IsCloud ? 100 : 1_048_576);
        var sorted = call.Query("orderBy") == "-created" ? ticket.Comments.AsEnumerable().Reverse() : ticket.Comments;
        return Answer.Ok(new JsonObject
        {
            ["startAt"] = start,
            ["maxResults"] = limit,
            ["total"] = ticket.Comments.Count,
            ["comments"] = JsonText.Array(sorted.Skip(start).Take(limit).Select(comment => _rows.Comment(call, ticket, comment, Expands(call, "properties")))),
        });
    }

    private TicketText CommentText(LabCall call)
    {
        var given = call.Json.Part("body");
        if (given is JsonValue value && value.TryGetValue(out string? text) && text.Trim().Length == 0)
            throw JiraErrors.Field("comment", "Comment body can not be empty!");
        return _fields.ReadText(call, given) ?? throw JiraErrors.Field("comment", "Comment body is not valid!");
    }

    private Answer AddComment(LabCall call)
    {
        var ticket = Find(call);
        var comment = _fields.AddComment(ticket, CommentText(call), call.Json);
        call.Wrote(ticket.Key, $"comment {comment.Id}: {comment.Body.Wiki}");
        return Answer.Json(201, _rows.Comment(call, ticket, comment, Expands(call, "properties")));
    }

    private TicketComment FindComment(LabCall call)
    {
        var comments = call.Route("key").Length > 0 ? Find(call).Comments : Data.Tickets.SelectMany(ticket => ticket.Comments);
        return comments.FirstOrDefault(comment => $"{comment.Id}" == call.Route("id")) ?? throw JiraErrors.NotFound($"Can not find a comment for the id: {call.Route("id")}.");
    }

    private Answer EditComment(LabCall call)
    {
        var ticket = Find(call);
        var comment = FindComment(call);
        comment.Body = CommentText(call);
        IssueFields.SetProperties(comment, call.Json);
        comment.Updated = _lab.Clock.Now;
        _fields.Touch(ticket);
        call.Wrote(ticket.Key, $"comment {comment.Id} changed: {comment.Body.Wiki}");
        return Answer.Ok(_rows.Comment(call, ticket, comment, Expands(call, "properties")));
    }

    private Answer DeleteComment(LabCall call)
    {
        var ticket = Find(call);
        ticket.Comments.Remove(FindComment(call));
        _fields.Touch(ticket);
        call.Wrote(ticket.Key, $"comment {call.Route("id")} deleted");
        return Answer.Empty(204);
    }

    private Answer Attach(LabCall call)
    {
        var ticket = Find(call);
        if (call.Header("X-Atlassian-Token") is not ("no-check" or "nocheck"))
            return new Answer(403) { Body = "XSRF check failed"u8.ToArray(), ContentType = "text/plain" };
        if (call.Parts is not { } parts)
            return Answer.Empty(415);
        var files = parts.Where(part => part.Name == "file").ToList();
        if (files.Exists(file => file.Content.Length > UploadLimit))
            return JiraErrors.Of(413, "The attachment is too large.");
        List<TicketAttachment> added = [.. files.Select(file => new TicketAttachment(Data.NextPartId++, file.FileName ?? "file", file.ContentType ?? "application/octet-stream", file.Content, Data.Me, _lab.Clock.Now))];
        if (added.Count == 0)
            throw JiraErrors.Bad("No file was sent in a part named 'file'.");
        ticket.Attachments.AddRange(added);
        _fields.Touch(ticket);
        call.Wrote(ticket.Key, $"attached {string.Join(", ", added.Select(file => file.FileName))}");
        return Answer.Ok(JsonText.Array(added.Select(file => _rows.Attachment(call, file))));
    }

    private (Ticket Ticket, TicketAttachment Attachment) FindAttachment(LabCall call)
    {
        foreach (var ticket in Data.Tickets)
        {
            if (ticket.Attachments.Find(file => $"{file.Id}" == call.Route("id")) is { } found)
                return (ticket, found);
        }

        throw JiraErrors.NotFound($"The attachment with id '{call.Route("id")}' does not exist");
    }

    private Answer Download(LabCall call)
    {
        var (_, file) = FindAttachment(call);
        return new Answer(200) { Body = file.Content, ContentType = file.ContentType }
            .With("Content-Disposition", $"attachment; filename*=UTF-8''{Uri.EscapeDataString(file.FileName)}");
    }

    private Answer DeleteAttachment(LabCall call)
    {
        var (ticket, file) = FindAttachment(call);
        ticket.Attachments.Remove(file);
        call.Wrote(ticket.Key, $"attachment {file.FileName} deleted");
        return Answer.Empty(204);
    }

    private static int Number(string? text, int otherwise) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    /// <summary>
    /// What the index finds. Cloud's learns of a change after a while, and until then has the issue as it was, or not yet at all; except for the
    /// issues, at most 50, that the caller asks to reconcile (developer.atlassian.com: Search and reconcile). Read by key, an issue is always as it is.
    /// </summary>
    private List<Ticket> Found(LabCall call, string jql, string[] reconciled)
    {
        if (IsCloud && Jql.IsUnbounded(jql))
            throw JiraErrors.Bad("Unbounded JQL queries are not allowed here. Please add a search restriction to your query.");
        if (reconciled.Length > MaxReconciled)
            throw JiraErrors.Bad($"At most {MaxReconciled} issues can be reconciled.");
        var heard = _lab.Clock.Now - _lab.Options.JiraSearchLag;
        return Jql.Search(Data, jql, Data.Tickets.Select(ticket => !IsCloud || reconciled.Contains($"{ticket.Id}") ? ticket : ticket.AsOf(heard)).OfType<Ticket>());
    }

    private Answer Search(LabCall call)
    {
        var post = call.Method == "POST";
        if (post && call.Json is not JsonObject)
            throw JiraErrors.Bad("The request body is not valid JSON.");
        var jql = (post ? call.Json.Text("jql") : call.Query("jql")) ?? "";
        var start = Number(post ? call.Json.Text("startAt") : call.Query("startAt"), 0);
        var limit = Math.Min(Number(post ? call.Json.Text("maxResults") : call.Query("maxResults"), 50), 1000);
        var fields = post ? (call.Json.Part("fields") as JsonArray)?.Select(field => field!.ToString()).ToArray() : FieldList(call.Query("fields"));
        var found = Found(call, jql, []);
        return Answer.Ok(new JsonObject
        {
            ["expand"] = "schema,names",
            ["startAt"] = start,
            ["maxResults"] = limit,
            ["total"] = found.Count,
            ["issues"] = JsonText.Array(found.Skip(start).Take(limit).Select(ticket => _rows.Issue(call, ticket, fields ?? ["*navigable"]))),
        });
    }

    private Answer SearchPages(LabCall call)
    {
        var post = call.Method == "POST";
        if (post && call.Json is not JsonObject)
            throw JiraErrors.Bad("Invalid request payload. Refer to the REST API documentation and try again.");
        var jql = (post ? call.Json.Text("jql") : call.Query("jql")) ?? "";
        var limit = Math.Clamp(Number(post ? call.Json.Text("maxResults") : call.Query("maxResults"), 50), 1, 100);
        var fields = post ? (call.Json.Part("fields") as JsonArray)?.Select(field => field!.ToString()).ToArray() : FieldList(call.Query("fields"));
        var reconciled = post
            ? (call.Json.Part("reconcileIssues") as JsonArray ?? []).Select(id => id!.ToString()).ToArray()
            : [.. call.Queries("reconcileIssues").SelectMany(list => list.Split(','))];
        var start = 0;
        if ((post ? call.Json.Text("nextPageToken") : call.Query("nextPageToken")) is { Length: > 0 } token
            && !(TryDecode(token, out start) && start > 0))
        {
            throw JiraErrors.Bad("The provided next page token is invalid.");
        }

        var found = Found(call, jql, reconciled);
        var body = new JsonObject
        {
            ["issues"] = JsonText.Array(found.Skip(start).Take(limit).Select(ticket =>
            {
                // Nothing but the id unless fields were asked for.
                if (fields is null)
                    return new JsonObject { ["id"] = $"{ticket.Id}" };
                return _rows.Issue(call, ticket, fields);
            })),
            ["isLast"] = start + limit >= found.Count,
        };
        if (start + limit < found.Count)
            body["nextPageToken"] = Convert.ToBase64String(Encoding.UTF8.GetBytes($"page:{start + limit}"));
        return Answer.Ok(body);
    }

    private static bool TryDecode(string token, out int start)
    {
        start = 0;
        var bytes = new byte[token.Length];
        return Convert.TryFromBase64String(token, bytes, out var length)
            && Encoding.UTF8.GetString(bytes, 0, length).Split(':') is ["page", var number]
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out start);
    }
}

using PlatformOps.Lab.Wire;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Services.Jira;

/// <summary>Reads the <c>fields</c> and <c>update</c> of a request; every field that is wrong gets its message.</summary>
internal sealed class IssueFields(LabContext lab, JiraRows rows)
{
    private TicketData Data => lab.World.Jira;

    /// <summary>Makes a ticket, or says what is wrong with the fields.</summary>
    public (Ticket? Ticket, JsonObject? Errors) Create(LabCall call, JsonNode? request)
    {
        var fields = request.Part("fields") as JsonObject ?? [];
        List<(string, string)> errors = [];
        var project = fields["project"];
        if (project.Text("key") != TicketData.ProjectKey && project.Text("id") != "10100")
            return (null, JiraErrors.Fields([("project", rows.IsCloud ? "Specify a valid project ID or key" : project is null ? "project is required" : "valid project is required")]));
        var type = fields["issuetype"];
        var typeName = TicketData.IssueTypes.FirstOrDefault(name => name == type.Text("name") || rows.IssueType(call, name).Text("id") == type.Text("id"));
        if (typeName is null)
            return (null, JiraErrors.Fields([("issuetype", rows.IsCloud ? "Specify a valid issue type" : type is null ? "issue type is required" : "valid issue type is required")]));
        if (fields.Text("summary") is not { Length: > 0 })
            errors.Add(("summary", "You must specify a summary of the issue."));

        var now = lab.Clock.Now;
        var ticket = new Ticket
        {
            Id = Data.NextIssueId,
            ProjectKey = TicketData.ProjectKey,
            Number = Data.NextNumber,
            IssueType = typeName,
            Summary = "",
            Reporter = Data.Me,
            Created = now,
            Updated = now,
        };
        var changes = Read(call, ticket, fields, request.Part("update") as JsonObject, errors, creating: true);
        if (errors.Count > 0)
            return (null, JiraErrors.Fields(errors));
        changes.ForEach(change => change());
        Touch(ticket);
        Data.NextIssueId++;
        Data.NextNumber++;
        Data.Tickets.Add(ticket);
        call.Wrote(ticket.Key, $"created: {ticket.Summary}");
        return (ticket, null);
    }

    /// <summary>Changes a ticket; a refused request leaves everything as it was.</summary>
    public void Edit(LabCall call, Ticket ticket, JsonNode? request)
    {
        List<(string, string)> errors = [];
        var changes = Read(call, ticket, request.Part("fields") as JsonObject ?? [], request.Part("update") as JsonObject, errors, creating: false);
        if (errors.Count > 0)
            throw new Refusal(Answer.Json(400, JiraErrors.Fields(errors)));
        changes.ForEach(change => change());
        Touch(ticket);
    }

    public void Touch(Ticket ticket)
    {
        ticket.Updated = lab.Clock.Now;
        ticket.Remember(ticket.Updated, ticket.Updated - lab.Options.JiraSearchLag);
    }

    /// <summary>The text of a request: a document in api/3 of Cloud, wiki markup elsewhere. Null when it is neither.</summary>
    public TicketText? ReadText(LabCall call, JsonNode? given)
    {
        if (rows.IsDocumented(call))
            return AtlassianDocument.IsValid(given) ? new TicketText(AtlassianDocument.ToWiki(given), (JsonObject)given!.DeepClone()) : null;
        return given is JsonValue value && value.TryGetValue(out string? text) ? new TicketText(text, null) : null;
    }

    public TicketUser? FindUser(JsonNode? given) => Data.Users.Find(user => rows.IsCloud
        ? user.AccountId == (given.Text("accountId") ?? given.Text("id"))
        : user.Name == given.Text("name"));

    private List<Action> Read(LabCall call, Ticket ticket, JsonObject fields, JsonObject? update, List<(string, string)> errors, bool creating)
    {
        List<Action> changes = [];
        foreach (var (field, value) in fields)
        {
            switch (field)
            {
                case "project" or "issuetype" when creating:
                    break;
                case "summary":
                    var summary = value?.ToString() ?? "";
                    if (summary.Length == 0)
                        errors.Add((field, "You must specify a summary of the issue."));
                    else if (summary.Contains('\n', Ordinal))
                        errors.Add((field, "The summary is invalid because it contains newline characters."));
                    else if (summary.Length > 255)
                        errors.Add((field, "Summary can't exceed 255 characters."));
                    changes.Add(() => ticket.Summary = summary);
                    break;
                case "description":
                    var description = value is null ? null : ReadText(call, value);
                    if (value is not null && description is null)
                        errors.Add((field, rows.IsDocumented(call) ? "Operation value must be an Atlassian Document (see the Atlassian Document Format)" : "Operation value must be a string"));
                    changes.Add(() => ticket.Description = description);
                    break;
                case "labels":
                    var labels = (value as JsonArray ?? []).Select(label => label?.ToString() ?? "").ToList();
                    CheckLabels(labels, errors);
                    changes.Add(() => ticket.Labels = [.. labels.Distinct()]);
                    break;
                case "components":
                    var components = (value as JsonArray ?? []).Select(component => component.Text("name") ?? "").ToList();
                    if (components.Find(name => !TicketData.Components.Contains(name)) is { } odd)
                        errors.Add((field, $"Component name '{odd}' is not valid"));
                    changes.Add(() => ticket.Components = components);
                    break;
                case "assignee":
                    var assignee = FindUser(value);
                    if (value is not null && assignee is null)
                        errors.Add((field, rows.IsCloud ? "The user does not exist or cannot be assigned issues." : $"User '{value.Text("name")}' does not exist."));
                    changes.Add(() => ticket.Assignee = assignee);
                    break;
                case "priority":
                    var priority = value.Text("name") ?? "Medium";
                    changes.Add(() => ticket.Priority = priority);
                    break;
                case "reporter":
                    break;
                default:
                    errors.Add((field, $"Field '{field}' cannot be set. It is not on the appropriate screen, or unknown."));
                    break;
            }
        }

        foreach (var (field, operations) in update ?? [])
        {
            foreach (var operation in (operations as JsonArray ?? []).OfType<JsonObject>())
                ReadOperation(call, ticket, field, operation, changes, errors);
        }

        return changes;
    }

    private static void CheckLabels(IEnumerable<string> labels, List<(string, string)> errors)
    {
        if (labels.FirstOrDefault(label => label.Any(char.IsWhiteSpace)) is { } spaced)
            errors.Add(("labels", $"The label '{spaced}' contains spaces which is invalid."));
    }

    private void ReadOperation(LabCall call, Ticket ticket, string field, JsonObject operation, List<Action> changes, List<(string, string)> errors)
    {
        var (verb, value) = operation.FirstOrDefault();
        switch (field, verb)
        {
            case ("labels", "add"):
                CheckLabels([value!.ToString()], errors);
                changes.Add(() =>
                {
                    if (!ticket.Labels.Contains(value!.ToString()))
                        ticket.Labels.Add(value.ToString());
                });
                break;
            case ("labels", "remove"):
                changes.Add(() => ticket.Labels.Remove(value!.ToString()));
                break;
            case ("labels", "set"):
                changes.Add(() => ticket.Labels = [.. (value as JsonArray ?? []).Select(label => label!.ToString()).Distinct()]);
                break;
            case ("summary", "set"):
                changes.Add(() => ticket.Summary = value!.ToString());
                break;
            case ("assignee", "set"):
                changes.Add(() => ticket.Assignee = FindUser(value));
                break;
            case ("comment", "add"):
                if (ReadText(call, value.Part("body")) is { } body)
                    changes.Add(() => AddComment(ticket, body, value));
                else
                    errors.Add(("comment", "Comment body is not valid!"));
                break;
            default:
                errors.Add((field, $"Field '{field}' cannot be set. It is not on the appropriate screen, or unknown."));
                break;
        }
    }

    public TicketComment AddComment(Ticket ticket, TicketText body, JsonNode? request)
    {
        var now = lab.Clock.Now;
        var comment = new TicketComment
        {
            Id = Data.NextPartId++, Author = Data.Me, Body = body, Created = now, Updated = now, Visibility = request.Part("visibility")?.DeepClone(),
        };
        SetProperties(comment, request);
        ticket.Comments.Add(comment);
        Touch(ticket);
        return comment;
    }

    public static void SetProperties(TicketComment comment, JsonNode? request)
    {
        foreach (var property in request.Part("properties") as JsonArray ?? [])
        {
            if (property.Text("key") is { Length: > 0 and <= 255 } key)
                comment.Properties[key] = property.Part("value")?.DeepClone();
            else
                throw JiraErrors.Bad("The property key cannot be longer than 255 characters or empty.");
        }
    }
}

using PlatformOps.Lab.Wire;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Services.Jira;

/// <summary>Tickets as the API shows them: Cloud and Data Center differ in how they name people and write text.</summary>
internal sealed class JiraRows(LabContext lab, LabJiraKind kind)
{
    public bool IsCloud => kind == LabJiraKind.Cloud;

    public string Site => $"{lab.Address}{(IsCloud ? "jira-cloud" : "jira")}";

    public static string CategoryName(TicketStatus status) => status.CategoryKey switch { "new" => "To Do", "done" => "Done", _ => "In Progress" };

    public static string Stamp(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fff+0000", CultureInfo.InvariantCulture);

    public string Api(LabCall call) => $"{Site}/rest/api/{call.Route("v")}";

    /// <summary>The version of the API in which texts are documents.</summary>
    public bool IsDocumented(LabCall call) => IsCloud && call.Route("v") == "3";

    public JsonNode? Text(LabCall call, TicketText? text) => text is null ? null : IsDocumented(call) ? AtlassianDocument.FromText(text) : text.Wiki;

    public JsonObject? User(LabCall call, TicketUser? user)
    {
        if (user is null)
            return null;
        var row = new JsonObject
        {
            ["self"] = IsCloud ? $"{Api(call)}/user?accountId={user.AccountId}" : $"{Api(call)}/user?username={user.Name}",
        };
        if (IsCloud)
        {
            row["accountId"] = user.AccountId;
            row["accountType"] = "atlassian";
        }
        else
        {
            row["name"] = user.Name;
            row["key"] = user.Name;
        }

        row["emailAddress"] = user.Email;
        row["avatarUrls"] = new JsonObject { ["48x48"] = $"{Site}/secure/useravatar?size=large" };
        row["displayName"] = user.DisplayName;
        row["active"] = true;
        row["timeZone"] = "UTC";
        return row;
    }

    public JsonObject Status(LabCall call, TicketStatus status) => new()
    {
        ["self"] = $"{Api(call)}/status/{status.Id}",
        ["description"] = "",
        ["iconUrl"] = $"{Site}/images/icons/statuses/generic.png",
        ["name"] = status.Name,
        ["id"] = $"{status.Id}",
        ["statusCategory"] = new JsonObject
        {
            ["self"] = $"{Api(call)}/statuscategory/{status.CategoryKey}",
            ["id"] = status.CategoryKey switch { "new" => 2, "done" => 3, _ => 4 },
            ["key"] = status.CategoryKey,
            ["colorName"] = status.CategoryKey switch { "new" => "blue-gray", "done" => "green", _ => "yellow" },
            ["name"] = CategoryName(status),
        },
    };

    public JsonObject Project(LabCall call) => new()
    {
        ["self"] = $"{Api(call)}/project/10100",
        ["id"] = "10100",
        ["key"] = TicketData.ProjectKey,
        ["name"] = "Hypervisor migration",
        ["projectTypeKey"] = "software",
    };

    public JsonObject IssueType(LabCall call, string name) => new()
    {
        ["self"] = $"{Api(call)}/issuetype/{TypeId(name)}",
        ["id"] = TypeId(name),
        ["description"] = "",
        ["name"] = name,
        ["subtask"] = false,
    };

    public JsonObject Component(LabCall call, string name) => new()
    {
        ["self"] = $"{Api(call)}/component/{10200 + Array.IndexOf(TicketData.Components, name)}",
        ["id"] = $"{10200 + Array.IndexOf(TicketData.Components, name)}",
        ["name"] = name,
    };

    public JsonObject Issue(LabCall call, Ticket ticket, IReadOnlyCollection<string>? fields)
    {
        var row = new JsonObject
        {
            ["expand"] = "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations",
            ["id"] = $"{ticket.Id}",
            ["self"] = $"{Api(call)}/issue/{ticket.Id}",
            ["key"] = ticket.Key,
        };
        var all = new JsonObject();
        Add("summary", () => ticket.Summary);
        Add("description", () => Text(call, ticket.Description));
        Add("status", () => Status(call, ticket.Status));
        Add("issuetype", () => IssueType(call, ticket.IssueType));
        Add("project", () => Project(call));
        Add("labels", () => JsonText.Strings(ticket.Labels));
        Add("components", () => JsonText.Array(ticket.Components.Select(name => Component(call, name))));
        Add("assignee", () => User(call, ticket.Assignee));
        Add("reporter", () => User(call, ticket.Reporter));
        Add("creator", () => User(call, ticket.Reporter));
        Add("priority", () => new JsonObject { ["self"] = $"{Api(call)}/priority/3", ["id"] = "3", ["name"] = ticket.Priority });
        Add("resolution", () => null);
        Add("created", () => Stamp(ticket.Created));
        Add("updated", () => Stamp(ticket.Updated));
        Add("comment", () => new JsonObject
        {
            ["comments"] = JsonText.Array(ticket.Comments.Select(comment => Comment(call, ticket, comment, withProperties: false))),
            ["self"] = $"{Api(call)}/issue/{ticket.Id}/comment",
            ["maxResults"] = ticket.Comments.Count,
            ["total"] = ticket.Comments.Count,
            ["startAt"] = 0,
        }, navigable: false);
        Add("attachment", () => JsonText.Array(ticket.Attachments.Select(attachment => Attachment(call, attachment))), navigable: false);
        row["fields"] = all;
        return row;

        void Add(string name, Func<JsonNode?> value, bool navigable = true)
        {
            var wanted = fields is null || fields.Contains("*all") || fields.Contains(name) || (fields.Contains("*navigable") && navigable);
            if (wanted && fields?.Contains("-" + name) != true)
                all[name] = value();
        }
    }

    public JsonObject Comment(LabCall call, Ticket ticket, TicketComment comment, bool withProperties)
    {
        var row = new JsonObject
        {
            ["self"] = $"{Api(call)}/issue/{ticket.Id}/comment/{comment.Id}",
            ["id"] = $"{comment.Id}",
            ["author"] = User(call, comment.Author),
            ["body"] = Text(call, comment.Body),
            ["updateAuthor"] = User(call, comment.Author),
            ["created"] = Stamp(comment.Created),
            ["updated"] = Stamp(comment.Updated),
        };
        if (comment.Visibility is { } visibility)
            row["visibility"] = visibility.DeepClone();
        if (IsCloud)
            row["jsdPublic"] = comment.Properties.GetValueOrDefault("sd.public.comment").Text("internal") != "true";
        if (withProperties)
        {
            row["properties"] = JsonText.Array(comment.Properties.Select(pair => (JsonNode)new JsonObject
            {
                ["key"] = pair.Key, ["value"] = pair.Value?.DeepClone(),
            }));
        }

        return row;
    }

    public JsonObject Attachment(LabCall call, TicketAttachment attachment) => new()
    {
        ["self"] = $"{Api(call)}/attachment/{attachment.Id}",
        ["id"] = $"{attachment.Id}",
        ["filename"] = attachment.FileName,
        ["author"] = User(call, attachment.Author),
        ["created"] = Stamp(attachment.Created),
        ["size"] = attachment.Content.Length,
        ["mimeType"] = attachment.ContentType,
        ["content"] = IsCloud
            ? $"{Api(call)}/attachment/content/{attachment.Id}"
            : $"{Site}/secure/attachment/{attachment.Id}/{Uri.EscapeDataString(attachment.FileName)}",
    };

    public JsonObject Transition(LabCall call, TicketStatus status, bool withFields)
    {
        var row = new JsonObject
        {
            ["id"] = $"{status.TransitionId}",
            ["name"] = status.TransitionName,
            ["to"] = Status(call, status),
        };
        if (IsCloud)
        {
            row["hasScreen"] = false;
            row["isGlobal"] = true;
            row["isInitial"] = false;
            row["isAvailable"] = true;
            row["isConditional"] = false;
            row["isLooped"] = false;
        }

        if (withFields)
            row["fields"] = new JsonObject();
        return row;
    }

    private static string TypeId(string name) => $"{10300 + Array.IndexOf(TicketData.IssueTypes, name)}";
}

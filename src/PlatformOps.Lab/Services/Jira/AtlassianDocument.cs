using PlatformOps.Lab.Wire;
using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Services.Jira;

/// <summary>The Atlassian Document Format of Cloud's api/3: checked when it comes in, made from wiki markup when it goes out.</summary>
internal static class AtlassianDocument
{
    private static readonly string[] Nodes =
    [
        "doc", "paragraph", "text", "hardBreak", "codeBlock", "heading", "bulletList", "orderedList", "listItem", "panel", "blockquote", "rule", "mention", "emoji",
        "table", "tableRow", "tableCell", "tableHeader", "inlineCard", "status", "date", "expand", "mediaSingle", "mediaGroup", "media",
    ];

    private static readonly string[] Inline = ["text", "hardBreak", "mention", "emoji", "inlineCard", "status", "date"];

    /// <summary>Whether this is a document as the editor would take it: version 1, known nodes, text that is not empty.</summary>
    public static bool IsValid(JsonNode? node) =>
        node is JsonObject document && document.Text("type") == "doc" && document.Text("version") == "1"
        && document["content"] is JsonArray content && content.All(child => IsNode(child) && !Inline.Contains(child.Text("type")));

    public static string ToWiki(JsonNode? node)
    {
        var text = new StringBuilder();
        Append(node, text);
        return text.ToString().TrimEnd('\n');
    }

    public static JsonObject FromText(TicketText text) => (JsonObject?)text.Document?.DeepClone() ?? FromWiki(text.Wiki);

    private static bool IsNode(JsonNode? node)
    {
        var type = node.Text("type");
        if (type is null || !Nodes.Contains(type))
            return false;
        if (type == "text")
            return node.Text("text") is { Length: > 0 };
        return node.Part("content") switch
        {
            null => true,
            JsonArray children => children.All(child => IsNode(child)
                // A paragraph has no blocks in it, a code block has text only.
                && (type is not ("paragraph" or "heading") || Inline.Contains(child.Text("type")))
                && (type != "codeBlock" || child.Text("type") == "text")),
            _ => false,
        };
    }

    private static void Append(JsonNode? node, StringBuilder text)
    {
        switch (node.Text("type"))
        {
            case "text":
                text.Append(node.Text("text"));
                return;
            case "hardBreak":
                text.Append('\n');
                return;
            case "rule":
                text.Append("----\n");
                return;
            case "mention":
                text.Append(node.Part("attrs").Text("text"));
                return;
            case "codeBlock":
                text.Append("{code}\n");
                Children();
                text.Append("\n{code}\n");
                return;
            case "heading":
                text.Append('h').Append(node.Part("attrs").Text("level") ?? "1").Append(". ");
                Children();
                text.Append('\n');
                return;
            case "listItem":
                text.Append("* ");
                Children();
                return;
            case "paragraph":
                Children();
                text.Append('\n');
                return;
            default:
                Children();
                return;
        }

        void Children()
        {
            foreach (var child in node.Part("content") as JsonArray ?? [])
                Append(child, text);
        }
    }

    private static JsonObject FromWiki(string wiki)
    {
        var content = new JsonArray();
        StringBuilder? code = null;
        foreach (var line in wiki.Replace("\r", "", Ordinal).Split('\n'))
        {
            if (line.StartsWith("{code", Ordinal) || line.StartsWith("{noformat", Ordinal))
            {
                if (code is null)
                {
                    code = new StringBuilder();
                    continue;
                }

                content.Add(Block("codeBlock", code.ToString().TrimEnd('\n')));
                code = null;
            }
            else if (code is not null)
            {
                code.Append(line).Append('\n');
            }
            else if (line.Length > 0)
            {
                content.Add(Block("paragraph", line));
            }
        }

        if (code is not null)
            content.Add(Block("codeBlock", code.ToString().TrimEnd('\n')));
        return new JsonObject { ["type"] = "doc", ["version"] = 1, ["content"] = content };
    }

    private static JsonObject Block(string type, string text) => new()
    {
        ["type"] = type,
        ["content"] = text.Length == 0 ? new JsonArray() : new JsonArray(new JsonObject { ["type"] = "text", ["text"] = text }),
    };
}

using System.Text.Json;
using System.Text.Json.Nodes;

namespace PlatformOps.Core.Services.Jira;

/// <summary>Writes a text as an Atlassian Document Format document (Jira Cloud, REST v3), and reads the plain text of one.</summary>
internal static class AdfWriter
{
    public static JsonObject Write(TicketText text) => new()
    {
        ["type"] = "doc",
        ["version"] = 1,
        ["content"] = new JsonArray([.. text.Blocks.Select(Block)]),
    };

    /// <summary>The text in a document, or a string as it is.</summary>
    public static string Read(JsonElement body)
    {
        if (body.ValueKind == JsonValueKind.String)
            return body.GetString()!;
        var text = new System.Text.StringBuilder();
        Collect(body, text, 0);
        return text.ToString().Trim('\n');
    }

    private static void Collect(JsonElement node, System.Text.StringBuilder text, int depth)
    {
        if (node.ValueKind != JsonValueKind.Object || depth > 60)
            return;
        var type = node.TryGetProperty("type", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString() : null;
        if (type == "text" && node.TryGetProperty("text", out var value) && value.ValueKind == JsonValueKind.String)
            text.Append(value.GetString());
        if (type == "hardBreak")
            text.Append('\n');
        if (node.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.Array)
        {
            foreach (var child in content.EnumerateArray())
                Collect(child, text, depth + 1);
        }

        if (type is "paragraph" or "heading" or "codeBlock")
            text.Append('\n');
    }

    private static JsonNode Block(TicketBlock block) => block switch
    {
        TicketBlock.Heading heading => Node("heading", Inline(heading.Text), new JsonObject { ["level"] = heading.Level }),
        TicketBlock.Paragraph paragraph => Node("paragraph", paragraph.Spans.SelectMany(Inline)),
        TicketBlock.Code code => Node("codeBlock", Text(code.Text)),
        TicketBlock.Bullets { Items.Count: 0 } => Node("paragraph", []),
        TicketBlock.Bullets bullets => Node("bulletList", bullets.Items.Select(item => Node("listItem", [Node("paragraph", Inline(item))]))),
        TicketBlock.Table table => Node("table", table.Rows.Select(row => Row(row, "tableCell")).Prepend(Row(table.Header, "tableHeader"))),
        _ => throw new NotSupportedException($"No ADF for {block.GetType().Name}."),
    };

    private static JsonObject Row(IReadOnlyList<string> cells, string type)
        => Node("tableRow", cells.Select(cell => Node(type, [Node("paragraph", Inline(cell))])));

    private static IEnumerable<JsonNode> Inline(TicketSpan span)
    {
        var lines = TicketText.Lines(span.Text).Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (i > 0)
                yield return new JsonObject { ["type"] = "hardBreak" };
            foreach (var node in Text(lines[i]))
            {
                if (span.Link is not null)
                    node["marks"] = new JsonArray(new JsonObject { ["type"] = "link", ["attrs"] = new JsonObject { ["href"] = span.Link.AbsoluteUri } });
                yield return node;
            }
        }
    }

    // An empty text node is refused by Jira.
    private static IEnumerable<JsonObject> Text(string text) => text.Length == 0 ? [] : [new JsonObject { ["type"] = "text", ["text"] = text }];

    private static JsonObject Node(string type, IEnumerable<JsonNode> content, JsonObject? attributes = null)
    {
        var node = new JsonObject { ["type"] = type };
        if (attributes is not null)
            node["attrs"] = attributes;
        node["content"] = new JsonArray([.. content]);
        return node;
    }
}

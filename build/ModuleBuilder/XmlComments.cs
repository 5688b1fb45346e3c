using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace PlatformOps.ModuleBuilder;

/// <summary>The compiler's XML documentation file as plain text.</summary>
internal sealed partial class XmlComments
{
    private readonly Dictionary<string, XElement> _members;

    public XmlComments(string file)
    {
        if (!File.Exists(file))
            throw new ModuleBuildException($"No XML documentation at {file}.");
        _members = XDocument.Load(file, LoadOptions.PreserveWhitespace).Descendants("member")
            .ToDictionary(member => member.Attribute("name")!.Value, StringComparer.Ordinal);
    }

    public XmlComment? OfType(Type type) => Find("T:" + Name(type));

    public XmlComment? OfProperty(PropertyInfo property)
    {
        for (var type = property.DeclaringType; type is not null; type = type.BaseType)
        {
            var open = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
            if (Find($"P:{Name(open)}.{property.Name}") is { Summary.Length: > 0 } comment)
                return comment;
        }
        return null;
    }

    private static string Name(Type type) => type.FullName!.Replace('+', '.');

    private XmlComment? Find(string id)
    {
        if (!_members.TryGetValue(id, out var member))
            return null;
        if (member.Element("inheritdoc")?.Attribute("cref") is { } cref)
            return Find(cref.Value);
        return new XmlComment(
            Text(member.Element("summary")),
            Paragraphs(member.Element("remarks")),
            [.. member.Elements("example").Select(Example)],
            [.. member.Elements("seealso").Select(link => link.Attribute("href") is { } href
                ? new LinkInfo(link.Value.Length > 0 ? Text(link) : href.Value, href.Value)
                : new LinkInfo(Reference(link.Attribute("cref")!.Value), null))],
            member.Element("value") is { } value ? Text(value) : null);
    }

    private static ExampleInfo Example(XElement example) => new(
        Text(example.Element("summary")),
        string.Join("\n\n", example.Elements("code").Select(Code)),
        [.. example.Elements("para").Select(Text)]);

    private static List<string> Paragraphs(XElement? element)
    {
        if (element is null)
            return [];
        var result = new List<string>();
        var loose = new XElement("para");
        foreach (var node in element.Nodes())
        {
            if (node is XElement { Name.LocalName: "para" } para)
            {
                Flush();
                result.Add(Text(para));
            }
            else if (node is XElement { Name.LocalName: "list" } list)
            {
                Flush();
                result.AddRange(list.Elements("item").Select(item => "- " + Text(item)));
            }
            else if (node is XElement { Name.LocalName: "code" } code)
            {
                Flush();
                result.Add(Code(code));
            }
            else
            {
                loose.Add(node);
            }
        }
        Flush();
        return result;

        void Flush()
        {
            if (Text(loose) is { Length: > 0 } text)
                result.Add(text);
            loose.RemoveNodes();
        }
    }

    private static string Code(XElement code)
    {
        var lines = code.Value.ReplaceLineEndings("\n").Trim('\n').Split('\n').Select(line => line.TrimEnd()).ToList();
        while (lines.Count > 0 && lines[^1].Length == 0)
            lines.RemoveAt(lines.Count - 1);
        var indent = lines.Where(line => line.Length > 0).Select(line => line.Length - line.TrimStart().Length).DefaultIfEmpty(0).Min();
        return string.Join('\n', lines.Select(line => line.Length >= indent ? line[indent..] : line));
    }

    private static string Text(XElement? element)
    {
        if (element is null)
            return "";
        var text = new StringBuilder();
        Append(element, text);
        return White().Replace(text.ToString(), " ").Trim();
    }

    private static void Append(XElement element, StringBuilder text)
    {
        foreach (var node in element.Nodes())
        {
            if (node is XText value)
            {
                text.Append(value.Value);
            }
            else if (node is XElement child)
            {
                switch (child.Name.LocalName)
                {
                    case "see" or "seealso" when child.Attribute("cref") is { } cref:
                        text.Append(Reference(cref.Value));
                        break;
                    case "see" when child.Attribute("langword") is { } word:
                        text.Append(word.Value is "null" or "true" or "false" ? "$" + word.Value : word.Value);
                        break;
                    case "paramref" or "typeparamref":
                        text.Append(child.Attribute("name")!.Value);
                        break;
                    case "br":
                        text.Append(' ');
                        break;
                    default:
                        Append(child, text);
                        break;
                }
            }
        }
    }

    /// <summary>A reference as a PowerShell user reads it: a cmdlet by its name, a parameter with its dash, anything else by its last part.</summary>
    private static string Reference(string cref)
    {
        var name = cref[(cref.IndexOf(':', StringComparison.Ordinal) + 1)..];
        var last = name[(name.LastIndexOf('.') + 1)..];
        if (cref.StartsWith("T:", StringComparison.Ordinal) && CmdletClass().Match(last) is { Success: true } cmdlet)
            return cmdlet.Groups["verb"].Value + "-" + cmdlet.Groups["noun"].Value;
        var parts = name.Split('.');
        return cref.StartsWith("P:", StringComparison.Ordinal) && parts.Length > 1 && CmdletClass().IsMatch(parts[^2]) ? "-" + last : last;
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex White();

    [GeneratedRegex("^(?<verb>[A-Z][a-z]+)(?<noun>[A-Z].*)Command$")]
    private static partial Regex CmdletClass();
}

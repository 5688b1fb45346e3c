using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace PlatformOps.ModuleBuilder;

/// <summary>The help file that Get-Help reads.</summary>
internal static class MamlWriter
{
    private static readonly XNamespace Maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace Dev = "http://schemas.microsoft.com/maml/dev/2004/10";
    private static readonly XNamespace Msh = "http://msh";

    public static string Write(IReadOnlyList<CmdletInfo> cmdlets)
    {
        var root = new XElement(Msh + "helpItems", new XAttribute("schema", "maml"), cmdlets.Select(Cmdlet));
        var text = new StringBuilder();
        using (var writer = XmlWriter.Create(text, new XmlWriterSettings { Indent = true, NewLineChars = "\n", OmitXmlDeclaration = true }))
            root.Save(writer);
        return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" + text + "\n";
    }

    private static XElement Cmdlet(CmdletInfo cmdlet) => new(
        Command + "command",
        new XAttribute(XNamespace.Xmlns + "maml", Maml.NamespaceName),
        new XAttribute(XNamespace.Xmlns + "command", Command.NamespaceName),
        new XAttribute(XNamespace.Xmlns + "dev", Dev.NamespaceName),
        new XElement(Command + "details",
            new XElement(Command + "name", cmdlet.Name),
            new XElement(Command + "verb", cmdlet.Verb),
            new XElement(Command + "noun", cmdlet.Noun),
            new XElement(Maml + "description", Para(cmdlet.Synopsis))),
        new XElement(Maml + "description", cmdlet.Description.Select(Para)),
        new XElement(Command + "syntax", cmdlet.ParameterSets().Select(set => Syntax(cmdlet, set))),
        new XElement(Command + "parameters", cmdlet.Parameters.Where(p => !p.Hidden).OrderBy(p => p.Name is "WhatIf" or "Confirm" ? 1 : 0).ThenBy(p => p.Name, StringComparer.Ordinal)
            .Select(p => Parameter(p, Widest(p), syntax: false))),
        new XElement(Command + "inputTypes", Inputs(cmdlet)),
        new XElement(Command + "returnValues", cmdlet.OutputTypes.Select(type => new XElement(Command + "returnValue", TypeOf(type), new XElement(Maml + "description", Para(""))))),
        new XElement(Command + "examples", cmdlet.Examples.Select(Example)),
        new XElement(Command + "relatedLinks", cmdlet.Links.Select(link => new XElement(Maml + "navigationLink",
            new XElement(Maml + "linkText", link.Text), new XElement(Maml + "uri", link.Uri ?? "")))));

    private static XElement Syntax(CmdletInfo cmdlet, string set) => new(
        Command + "syntaxItem",
        new XElement(Maml + "name", cmdlet.Name),
        from parameter in cmdlet.Parameters
        let place = parameter.In(set)
        where place is not null && !parameter.Hidden
        orderby place.Position ?? int.MaxValue, place.Mandatory ? 0 : 1, parameter.Name is "WhatIf" or "Confirm" ? 1 : 0, parameter.IsSwitch ? 1 : 0, parameter.Name
        select Parameter(parameter, place, syntax: true));

    private static XElement Parameter(ParameterInfo parameter, ParameterInSet place, bool syntax)
    {
        var element = new XElement(
            Command + "parameter",
            new XAttribute("required", Lower(place.Mandatory)),
            new XAttribute("variableLength", Lower(parameter.IsArray)),
            new XAttribute("globbing", Lower(parameter.Wildcards)),
            new XAttribute("pipelineInput", Pipeline(place)),
            new XAttribute("position", place.Position?.ToString(CultureInfo.InvariantCulture) ?? "named"),
            new XAttribute("aliases", parameter.Aliases.Count > 0 ? string.Join(", ", parameter.Aliases) : "none"),
            new XElement(Maml + "name", parameter.Name),
            new XElement(Maml + "description", parameter.Description.Select(Para)));
        if (parameter.Values.Count > 0 && syntax)
        {
            element.Add(new XElement(Command + "parameterValueGroup", parameter.Values.Select(value =>
                new XElement(Command + "parameterValue", new XAttribute("required", "false"), new XAttribute("variableLength", "false"), value))));
        }
        if (!parameter.IsSwitch || !syntax)
            element.Add(new XElement(Command + "parameterValue", new XAttribute("required", Lower(!parameter.IsSwitch)), new XAttribute("variableLength", Lower(parameter.IsArray)), parameter.TypeName));
        element.Add(TypeOf(parameter.TypeName));
        element.Add(new XElement(Dev + "defaultValue", parameter.Default ?? (parameter.IsSwitch ? "False" : "None")));
        if (parameter.Values.Count > 0 && !syntax)
            element.Element(Maml + "description")!.Add(Para("Possible values: " + string.Join(", ", parameter.Values) + "."));
        return element;
    }

    private static IEnumerable<XElement> Inputs(CmdletInfo cmdlet) =>
        from parameter in cmdlet.Parameters
        where parameter.Sets.Values.Any(set => set.ByValue)
        select new XElement(Command + "inputType", TypeOf(parameter.FullTypeName), new XElement(Maml + "description", parameter.Description.Take(1).Select(Para)));

    private static XElement Example(ExampleInfo example, int index) => new(
        Command + "example",
        new XElement(Maml + "title", $"-------- Example {index + 1}: {example.Title.TrimEnd('.')} --------"),
        new XElement(Dev + "code", example.Code),
        new XElement(Dev + "remarks", example.Remarks.Select(Para)));

    /// <summary>The parameter as it stands in the set where it takes most, for the list of parameters.</summary>
    private static ParameterInSet Widest(ParameterInfo parameter) => parameter.Sets.Values
        .OrderByDescending(set => (set.ByValue ? 2 : 0) + (set.ByPropertyName ? 1 : 0)).First();

    private static string Pipeline(ParameterInSet place) => (place.ByValue, place.ByPropertyName) switch
    {
        (true, true) => "True (ByPropertyName, ByValue)",
        (true, false) => "True (ByValue)",
        (false, true) => "True (ByPropertyName)",
        _ => "False",
    };

    private static XElement TypeOf(string name) => new(Dev + "type", new XElement(Maml + "name", name), new XElement(Maml + "uri"));

    private static XElement Para(string text) => new(Maml + "para", text);

    private static string Lower(bool value) => value ? "true" : "false";
}

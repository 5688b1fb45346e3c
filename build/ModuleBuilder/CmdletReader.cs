using System.Reflection;
using System.Runtime.InteropServices;

namespace PlatformOps.ModuleBuilder;

/// <summary>Reads cmdlets from the metadata of an assembly: custom attribute data only, nothing of it runs.</summary>
internal sealed class CmdletReader : IDisposable
{
    private const string Automation = "System.Management.Automation.";

    private readonly MetadataLoadContext _context;
    private readonly Assembly _assembly;
    private readonly XmlComments _comments;

    public CmdletReader(string assembly, string powershell)
    {
        var files = Directory.GetFiles(RuntimeEnvironment.GetRuntimeDirectory(), "*.dll")
            .Concat(Directory.GetFiles(Path.GetDirectoryName(assembly)!, "*.dll"))
            .Append(powershell);
        _context = new MetadataLoadContext(new PathAssemblyResolver(files));
        _assembly = _context.LoadFromAssemblyPath(assembly);
        _comments = new XmlComments(Path.ChangeExtension(assembly, ".xml"));
    }

    public void Dispose() => _context.Dispose();

    public IReadOnlyList<CmdletInfo> Read() => [.. _assembly.GetExportedTypes()
        .Where(type => !type.IsAbstract && Attribute(type, "CmdletAttribute") is not null)
        .Select(Cmdlet)
        .OrderBy(cmdlet => cmdlet.Noun, StringComparer.Ordinal)
        .ThenBy(cmdlet => cmdlet.Verb, StringComparer.Ordinal)];

    private CmdletInfo Cmdlet(Type type)
    {
        var attribute = Attribute(type, "CmdletAttribute")!;
        var comment = _comments.OfType(type) ?? throw new ModuleBuildException($"{type.FullName} has no XML comment, and the help comes from it.");
        var parameters = Parameters(type).ToList();
        if (Named(attribute, "SupportsShouldProcess") is true)
        {
            parameters.Add(Common("WhatIf", "wi", "Shows what would be done, and changes nothing."));
            parameters.Add(Common("Confirm", "cf", "Asks before each change; -Confirm:$false never asks."));
        }
        return new CmdletInfo
        {
            Verb = (string)attribute.ConstructorArguments[0].Value!,
            Noun = (string)attribute.ConstructorArguments[1].Value!,
            Synopsis = comment.Summary,
            Description = comment.Remarks.Count > 0 ? comment.Remarks : [comment.Summary],
            Examples = comment.Examples,
            Links = [.. comment.Links],
            Parameters = parameters,
            OutputTypes = [.. type.GetCustomAttributesData().Where(a => a.AttributeType.FullName == Automation + "OutputTypeAttribute").SelectMany(Outputs).Distinct()],
            DefaultParameterSet = Named(attribute, "DefaultParameterSetName") as string ?? "",
        };
    }

    private static IEnumerable<string> Outputs(CustomAttributeData attribute) => attribute.ConstructorArguments
        .SelectMany(argument => argument.Value is IReadOnlyCollection<CustomAttributeTypedArgument> many ? many.Select(one => one.Value) : [argument.Value])
        .Select(value => value is Type type ? type.FullName! : (string)value!);

    private IEnumerable<ParameterInfo> Parameters(Type type) =>
        from property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        let attributes = property.GetCustomAttributesData().Where(a => a.AttributeType.FullName == Automation + "ParameterAttribute").ToList()
        where attributes.Count > 0
        select Parameter(property, attributes);

    private ParameterInfo Parameter(PropertyInfo property, List<CustomAttributeData> attributes)
    {
        var comment = _comments.OfProperty(property);
        var type = property.PropertyType;
        var element = type.IsArray ? type.GetElementType()! : type;
        if (element.IsGenericType && element.GetGenericTypeDefinition().FullName == "System.Nullable`1")
            element = element.GetGenericArguments()[0];
        var validateSet = property.GetCustomAttributesData().FirstOrDefault(a => a.AttributeType.FullName == Automation + "ValidateSetAttribute");
        return new ParameterInfo
        {
            Name = property.Name,
            TypeName = ShortName(element) + (type.IsArray ? "[]" : ""),
            FullTypeName = element.FullName + (type.IsArray ? "[]" : ""),
            IsSwitch = type.FullName == Automation + "SwitchParameter",
            IsArray = type.IsArray,
            Wildcards = property.GetCustomAttributesData().Any(a => a.AttributeType.FullName == Automation + "SupportsWildcardsAttribute"),
            Hidden = attributes.Any(a => Named(a, "DontShow") is true),
            Values = validateSet is not null
                ? [.. ((IReadOnlyCollection<CustomAttributeTypedArgument>)validateSet.ConstructorArguments[0].Value!).Select(v => (string)v.Value!)]
                : element.IsEnum ? [.. element.GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => field.Name)] : [],
            Aliases = [.. property.GetCustomAttributesData().Where(a => a.AttributeType.FullName == Automation + "AliasAttribute")
                .SelectMany(a => (IReadOnlyCollection<CustomAttributeTypedArgument>)a.ConstructorArguments[0].Value!).Select(v => (string)v.Value!)],
            Description = comment is null ? [] : [comment.Summary, .. comment.Remarks],
            Default = comment?.Value,
            Sets = attributes.ToDictionary(a => Named(a, "ParameterSetName") as string ?? ParameterInfo.AllSets, a => new ParameterInSet(
                Named(a, "Mandatory") is true,
                Named(a, "Position") is int and not int.MinValue and var position ? position : null,
                Named(a, "ValueFromPipeline") is true,
                Named(a, "ValueFromPipelineByPropertyName") is true,
                Named(a, "ValueFromRemainingArguments") is true)),
        };
    }

    private static ParameterInfo Common(string name, string alias, string description) => new()
    {
        Name = name,
        TypeName = "SwitchParameter",
        FullTypeName = Automation + "SwitchParameter",
        IsSwitch = true,
        IsArray = false,
        Wildcards = false,
        Hidden = false,
        Values = [],
        Aliases = [alias],
        Description = [description],
        Default = null,
        Sets = new Dictionary<string, ParameterInSet> { [ParameterInfo.AllSets] = new(false, null, false, false, false) },
    };

    private static string ShortName(Type type) => type.FullName switch
    {
        "System.Int32" => "Int32",
        { } full when full.StartsWith("System.Management.Automation.", StringComparison.Ordinal) => type.Name,
        _ => type.Name,
    };

    private static CustomAttributeData? Attribute(Type type, string name) =>
        type.GetCustomAttributesData().FirstOrDefault(a => a.AttributeType.FullName == Automation + name);

    private static object? Named(CustomAttributeData attribute, string name) =>
        attribute.NamedArguments.Where(argument => argument.MemberName == name).Select(argument => argument.TypedValue.Value).FirstOrDefault();
}

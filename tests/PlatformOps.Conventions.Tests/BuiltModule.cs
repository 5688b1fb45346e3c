using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace PlatformOps.Conventions.Tests;

/// <summary>The module as it was built. Its assemblies are read as metadata: attribute instances of a reference assembly return nothing.</summary>
internal static partial class BuiltModule
{
    private const string Automation = "System.Management.Automation.";

    public static string Folder { get; } = Metadata("ModuleFolder");

    public static string Repository { get; } = Metadata("Repository");

    public static string Version { get; } = Metadata("ModuleVersion");

    public static string PowerShellReference { get; } = Metadata("PowerShellReference");

    public static MetadataLoadContext Context { get; } = new(new PathAssemblyResolver(
        Directory.GetFiles(RuntimeEnvironment.GetRuntimeDirectory(), "*.dll")
            .Concat(Directory.GetFiles(Path.Combine(Folder, "bin"), "*.dll"))
            .Append(PowerShellReference)));

    public static Assembly Cmdlets { get; } = Load("PlatformOps.PowerShell");

    public static IReadOnlyList<BuiltCmdlet> All { get; } = [.. Cmdlets.GetExportedTypes()
        .Where(type => !type.IsAbstract)
        .Select(type => (type, attribute: Attribute(type, "CmdletAttribute")))
        .Where(pair => pair.attribute is not null)
        .Select(pair => new BuiltCmdlet(pair.type, pair.attribute!))
        .OrderBy(cmdlet => cmdlet.Name, StringComparer.Ordinal)];

    public static XDocument Help { get; } = XDocument.Load(Path.Combine(Folder, "en-US", "PlatformOps.PowerShell.dll-Help.xml"));

    public static XDocument Format { get; } = XDocument.Load(Path.Combine(Folder, "PlatformOps.Format.ps1xml"));

    public static string Manifest { get; } = File.ReadAllText(Path.Combine(Folder, "PlatformOps.psd1"));

    public static TheoryData<string> Names { get; } = [.. All.Select(cmdlet => cmdlet.Name)];

    public static Assembly Load(string name) => Context.LoadFromAssemblyPath(Path.Combine(Folder, "bin", name + ".dll"));

    public static BuiltCmdlet Find(string name) => All.Single(cmdlet => cmdlet.Name == name);

    public static CustomAttributeData? Attribute(MemberInfo member, string name) =>
        member.GetCustomAttributesData().FirstOrDefault(a => a.AttributeType.FullName == Automation + name);

    public static IEnumerable<CustomAttributeData> Attributes(MemberInfo member, string name) =>
        member.GetCustomAttributesData().Where(a => a.AttributeType.FullName == Automation + name);

    public static object? Named(CustomAttributeData attribute, string name) =>
        attribute.NamedArguments.Where(a => a.MemberName == name).Select(a => a.TypedValue.Value).FirstOrDefault();

    public static string[] ManifestExports() => [.. Quoted().Matches(Exports().Match(Manifest).Value).Select(match => match.Groups[1].Value)];

    /// <summary>The files of our code that ships.</summary>
    public static IEnumerable<string> Sources() => Directory.GetFiles(Path.Combine(Repository, "src"), "*.cs", SearchOption.AllDirectories);

    public static string Metadata(string key) => typeof(BuiltModule).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;

    [GeneratedRegex(@"CmdletsToExport\s*=\s*@\(([^)]*)\)")]
    private static partial Regex Exports();

    [GeneratedRegex("'([^']+)'")]
    private static partial Regex Quoted();
}

internal sealed record BuiltCmdlet(Type Type, CustomAttributeData Attribute)
{
    public string Verb => (string)Attribute.ConstructorArguments[0].Value!;

    public string Noun => (string)Attribute.ConstructorArguments[1].Value!;

    public string Name => Verb + "-" + Noun;

    public bool SupportsShouldProcess => BuiltModule.Named(Attribute, "SupportsShouldProcess") is true;

    public IEnumerable<PropertyInfo> Parameters => Type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property => BuiltModule.Attribute(property, "ParameterAttribute") is not null);

    public IEnumerable<Type> OutputTypes => BuiltModule.Attributes(Type, "OutputTypeAttribute")
        .SelectMany(a => a.ConstructorArguments)
        .SelectMany(a => a.Value is IReadOnlyCollection<CustomAttributeTypedArgument> many ? many.Select(one => one.Value) : [a.Value])
        .OfType<Type>();
}

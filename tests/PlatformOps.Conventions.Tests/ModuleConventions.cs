using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace PlatformOps.Conventions.Tests;

public sealed partial class ModuleConventions
{
    // What may lie in bin/. Those behind the line come with optional parts.
    private static readonly string[] Expected = ["PlatformOps.Model", "PlatformOps.Core", "PlatformOps.PowerShell", "PlatformOps.PostgreSql", "Npgsql", "Microsoft.Extensions.Logging.Abstractions", "Microsoft.Extensions.DependencyInjection.Abstractions", "System.Diagnostics.DiagnosticSource", "Polly.Core", "YamlDotNet"];
    private static readonly string[] Optional = ["PlatformOps.SshNet", "Renci.SshNet", "BouncyCastle.Cryptography"];

    [Fact]
    public void The_manifest_exports_every_cmdlet_and_nothing_else() => Assert.Equal(
        BuiltModule.All.Select(cmdlet => cmdlet.Name).Order(StringComparer.Ordinal),
        BuiltModule.ManifestExports().Order(StringComparer.Ordinal));

    [Fact]
    public void The_manifest_exports_nothing_by_wildcard() => Assert.DoesNotContain("'*'", BuiltModule.Manifest, StringComparison.Ordinal);

    [Fact]
    public void One_version_is_in_folder_manifest_and_assemblies()
    {
        Assert.Equal(BuiltModule.Version, Path.GetFileName(Path.TrimEndingDirectorySeparator(BuiltModule.Folder)));
        Assert.Contains($"ModuleVersion          = '{BuiltModule.Version}'", BuiltModule.Manifest, StringComparison.Ordinal);
        Assert.All(Bin().Where(name => name.StartsWith("PlatformOps.", StringComparison.Ordinal)), name => Assert.Equal(BuiltModule.Version, BuiltModule.Load(name).GetName().Version!.ToString(3)));
    }

    [Fact]
    public void No_assembly_of_PowerShell_is_in_the_module() => Assert.DoesNotContain(
        Directory.GetFiles(BuiltModule.Folder, "*", SearchOption.AllDirectories).Select(Path.GetFileName),
        name => name!.StartsWith("System.Management.Automation", StringComparison.OrdinalIgnoreCase) || name.StartsWith("Microsoft.PowerShell", StringComparison.OrdinalIgnoreCase));

    [Fact]
    public void Only_expected_assemblies_are_beside_the_cmdlets()
    {
        Assert.Empty(Expected.Except(Bin()));
        Assert.Empty(Bin().Except(Expected).Except(Optional));
    }

    [Fact]
    public void The_load_context_knows_every_assembly_but_Model() => Assert.Equal(
        Bin().Where(name => name != "PlatformOps.Model").Order(StringComparer.Ordinal),
        File.ReadAllLines(Path.Combine(BuiltModule.Folder, "bin", "PlatformOps.deps.txt")).Order(StringComparer.Ordinal));

    [Fact]
    public void The_lab_can_be_started_from_the_module()
    {
        foreach (var name in new[] { "PlatformOps.Runner.dll", "PlatformOps.Runner.runtimeconfig.json", "PlatformOps.Runner.deps.json", "PlatformOps.Lab.dll", "PlatformOps.Core.dll" })
            Assert.True(File.Exists(Path.Combine(BuiltModule.Folder, "lab", name)), name);
    }

    [Fact]
    public void Core_and_Model_know_nothing_of_PowerShell()
    {
        foreach (var name in new[] { "PlatformOps.Core", "PlatformOps.Model" })
            Assert.DoesNotContain("System.Management.Automation", References(BuiltModule.Load(name)));
    }

    [Fact]
    public void Model_needs_nothing_but_the_runtime() => Assert.All(References(BuiltModule.Load("PlatformOps.Model")), name => Assert.StartsWith("System.", name, StringComparison.Ordinal));

    [Fact]
    public void The_lab_shares_no_code_with_Core() => Assert.DoesNotContain(
        References(BuiltModule.Context.LoadFromAssemblyPath(BuiltModule.Metadata("Lab"))),
        name => name.StartsWith("PlatformOps.", StringComparison.Ordinal));

    [Fact]
    public void Error_ids_are_unique()
    {
        var context = new AssemblyLoadContext("errors", isCollectible: true);
        context.Resolving += (c, name) => File.Exists(PathOf(name.Name!)) ? c.LoadFromAssemblyPath(PathOf(name.Name!)) : null;
        var model = context.LoadFromAssemblyPath(PathOf("PlatformOps.Model"));
        var root = model.GetType("PlatformOps.Errors.OpsException", throwOnError: true)!;
        var ids = new[] { model, context.LoadFromAssemblyPath(PathOf("PlatformOps.Core")) }
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => root.IsAssignableFrom(type) && !type.IsAbstract)
            .Select(type => (string)root.GetProperty("ErrorId")!.GetValue(RuntimeHelpers.GetUninitializedObject(type))!)
            .ToList();
        // And the ones for exceptions that are not ours.
        ids.AddRange(Literal().Matches(File.ReadAllText(Path.Combine(BuiltModule.Repository, "src", "PlatformOps.PowerShell", "Errors", "ErrorRecords.cs")).Split("IdOf(Exception exception)")[1].Split("};")[0]).Select(match => match.Groups[1].Value));
        Assert.True(ids.Count > 15);
        Assert.Equal(ids.Count, ids.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(ids, id => Assert.Matches("^[A-Z][A-Za-z]+$", id));
    }

    [Fact]
    public void Error_records_are_made_in_one_file() => Assert.Equal(
        ["ErrorRecords.cs"],
        BuiltModule.Sources().Where(file => File.ReadAllText(file).Contains("new ErrorRecord(", StringComparison.Ordinal)).Select(Path.GetFileName));

    [Fact]
    public void Banned_calls_are_let_through_by_folder_only()
    {
        Assert.All(BuiltModule.Sources(), file => Assert.DoesNotContain("disable RS0030", File.ReadAllText(file), StringComparison.Ordinal));
        var rules = File.ReadAllText(Path.Combine(BuiltModule.Repository, ".editorconfig"));
        Assert.Equal(2, rules.Split("RS0030").Length - 1);
    }

    [Fact]
    public void Default_property_sets_are_there_for_every_type_with_a_view()
    {
        var types = XDocument.Load(Path.Combine(BuiltModule.Folder, "PlatformOps.Types.ps1xml")).Root!.Elements("Type").Select(e => e.Element("Name")!.Value);
        Assert.Empty(BuiltModule.Format.Descendants("TypeName").Select(e => TypeOf(e.Value)).Except(types));
    }

    [Fact]
    public void Views_and_property_sets_name_properties_that_exist()
    {
        var model = BuiltModule.Load("PlatformOps.Model");
        foreach (var view in BuiltModule.Format.Descendants("View"))
        {
            var type = model.GetType(TypeOf(view.Element("ViewSelectedBy")!.Element("TypeName")!.Value), throwOnError: true)!;
            Assert.All(view.Descendants("PropertyName"), name => Assert.NotNull(type.GetProperty(name.Value)));
            Assert.All(view.Descendants("ScriptBlock").SelectMany(script => Property().Matches(script.Value)), match => Assert.NotNull(type.GetProperty(match.Groups[1].Value)));
        }
        foreach (var entry in XDocument.Load(Path.Combine(BuiltModule.Folder, "PlatformOps.Types.ps1xml")).Root!.Elements("Type"))
        {
            var type = model.GetType(entry.Element("Name")!.Value, throwOnError: true)!;
            Assert.All(entry.Descendants("ReferencedProperties").Elements("Name"), name => Assert.NotNull(type.GetProperty(name.Value)));
        }
    }

    // A view of its own for some objects of a type names them by what comes behind #.
    private static string TypeOf(string viewed) => viewed.Split('#')[0];

    private static string PathOf(string name) => Path.Combine(BuiltModule.Folder, "bin", name + ".dll");

    private static string[] Bin() => [.. Directory.GetFiles(Path.Combine(BuiltModule.Folder, "bin"), "*.dll").Select(file => Path.GetFileNameWithoutExtension(file))];

    private static IEnumerable<string> References(Assembly assembly) => assembly.GetReferencedAssemblies().Select(name => name.Name!);

    [GeneratedRegex("=> \"([A-Za-z]+)\"")]
    private static partial Regex Literal();

    [GeneratedRegex(@"\$_\.([A-Za-z]+)")]
    private static partial Regex Property();
}

using System.Reflection;
using System.Xml.Linq;

namespace PlatformOps.Conventions.Tests;

public sealed class CmdletConventions
{
    private static readonly string[] Mutating =
    [
        "Add", "Remove", "New", "Set", "Start", "Stop", "Restart", "Suspend", "Resume", "Move", "Enable", "Disable", "Reset", "Update", "Undo",
        "Grant", "Initialize", "Publish", "Send", "Register", "Unregister", "Export", "Checkpoint", "Restore", "Invoke", "Resolve", "Clear",
    ];

    // Make an object in memory and touch nothing, as New-TimeSpan does.
    private static readonly string[] MakesAnObjectOnly = ["New-MaintenanceWindow", "New-ChaosExperiment"];

    // The name is made up by the user, not chosen from what is there.
    private static readonly string[] NewNames = ["Connect-PlatformOps -Name", "Enter-OpsRun -Name", "Get-OpsSecret -UserName", "New-ManagedVM -VMName", "New-GoldenImage -Name"];

    private static readonly string[] NameParameters = ["Name", "Session", "Service", "Runbook", "Phase", "Template", "Platform", "Environment", "TicketId"];

    public static TheoryData<string> Cmdlets => BuiltModule.Names;

    [Theory, MemberData(nameof(Cmdlets))]
    public void Verbs_are_approved(string name) => Assert.Contains(BuiltModule.Find(name).Verb, ApprovedVerbs());

    [Theory, MemberData(nameof(Cmdlets))]
    public void Nouns_are_listed(string name) => Assert.Contains(BuiltModule.Find(name).Noun, Nouns.All);

    [Theory, MemberData(nameof(Cmdlets))]
    public void Class_file_and_folder_are_named_after_the_cmdlet(string name)
    {
        var cmdlet = BuiltModule.Find(name);
        Assert.Equal(cmdlet.Verb + cmdlet.Noun + "Command", cmdlet.Type.Name);
        var area = cmdlet.Type.Namespace!.Split('.')[^1];
        Assert.Equal("PlatformOps.PowerShell.Commands." + area, cmdlet.Type.Namespace);
        Assert.True(File.Exists(Path.Combine(BuiltModule.Repository, "src", "PlatformOps.PowerShell", "Commands", area, cmdlet.Type.Name + ".cs")));
        Assert.True(cmdlet.Type.IsSealed);
    }

    [Theory, MemberData(nameof(Cmdlets))]
    public void Output_types_are_told(string name) => Assert.NotEmpty(BuiltModule.Find(name).OutputTypes);

    [Theory, MemberData(nameof(Cmdlets))]
    public void What_is_emitted_has_a_view(string name)
    {
        var seen = BuiltModule.Format.Descendants("ViewSelectedBy").Elements("TypeName").Select(e => e.Value).ToHashSet(StringComparer.Ordinal);
        Assert.All(BuiltModule.Find(name).OutputTypes.Where(type => type.Namespace!.StartsWith("PlatformOps", StringComparison.Ordinal) && !type.IsEnum), type => Assert.Contains(type.FullName!, seen));
    }

    [Theory, MemberData(nameof(Cmdlets))]
    public void What_changes_something_supports_ShouldProcess(string name)
    {
        var cmdlet = BuiltModule.Find(name);
        if (Mutating.Contains(cmdlet.Verb) && !MakesAnObjectOnly.Contains(name))
            Assert.True(cmdlet.SupportsShouldProcess);
    }

    [Theory, MemberData(nameof(Cmdlets))]
    public void What_changes_something_does_not_bind_the_property_Name(string name)
    {
        var cmdlet = BuiltModule.Find(name);
        if (!cmdlet.SupportsShouldProcess)
            return;
        var bound = cmdlet.Parameters
            .Where(parameter => BuiltModule.Attributes(parameter, "ParameterAttribute").Any(a => BuiltModule.Named(a, "ValueFromPipelineByPropertyName") is true))
            .SelectMany(NamesOf);
        Assert.DoesNotContain("Name", bound, StringComparer.OrdinalIgnoreCase);
    }

    [Theory, MemberData(nameof(Cmdlets))]
    public void Names_complete(string name)
    {
        foreach (var parameter in BuiltModule.Find(name).Parameters)
        {
            var isName = NameParameters.Contains(parameter.Name) || (parameter.Name.EndsWith("Name", StringComparison.Ordinal) && parameter.Name != "FullName");
            if (!isName || NewNames.Contains($"{name} -{parameter.Name}"))
                continue;
            var completes = BuiltModule.Attribute(parameter, "ArgumentCompleterAttribute") is not null
                || BuiltModule.Attribute(parameter, "ValidateSetAttribute") is not null
                || (parameter.PropertyType.IsArray ? parameter.PropertyType.GetElementType()! : parameter.PropertyType).IsEnum;
            Assert.True(completes, $"{name} -{parameter.Name} does not complete.");
        }
    }

    [Theory, MemberData(nameof(Cmdlets))]
    public void Secrets_are_no_strings(string name) => Assert.DoesNotContain(
        BuiltModule.Find(name).Parameters,
        parameter => (parameter.PropertyType.FullName is "System.String" or "System.String[]")
            && new[] { "Password", "Passphrase", "Secret", "Token", "ApiKey" }.Any(word => parameter.Name.EndsWith(word, StringComparison.OrdinalIgnoreCase)));

    [Theory, MemberData(nameof(Cmdlets))]
    public void Arrays_have_singular_names(string name) => Assert.DoesNotContain(
        BuiltModule.Find(name).Parameters,
        parameter => parameter.PropertyType.IsArray && parameter.Name.EndsWith('s') && !parameter.Name.EndsWith("ss", StringComparison.Ordinal) && !parameter.Name.EndsWith("us", StringComparison.Ordinal));

    [Theory, MemberData(nameof(Cmdlets))]
    public void Parameter_names_and_aliases_are_unique(string name)
    {
        var names = BuiltModule.Find(name).Parameters.SelectMany(NamesOf).ToList();
        Assert.Equal(names.Count, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    private static IEnumerable<string> NamesOf(PropertyInfo parameter) => BuiltModule.Attributes(parameter, "AliasAttribute")
        .SelectMany(a => (IReadOnlyCollection<CustomAttributeTypedArgument>)a.ConstructorArguments[0].Value!)
        .Select(a => (string)a.Value!)
        .Prepend(parameter.Name);

    /// <summary>PowerShell's own lists: the constants of its Verbs* classes, and the two that came after the reference assembly.</summary>
    private static HashSet<string> ApprovedVerbs() => BuiltModule.Context.LoadFromAssemblyPath(BuiltModule.PowerShellReference).GetExportedTypes()
        .Where(type => type.Namespace == "System.Management.Automation" && type.Name.StartsWith("Verbs", StringComparison.Ordinal))
        .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static))
        .Select(field => (string)field.GetRawConstantValue()!)
        .Concat(["Build", "Deploy"])
        .ToHashSet(StringComparer.Ordinal);
}

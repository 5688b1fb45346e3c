using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Configuration.Binding;
using PlatformOps.Core.Migration;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Sessions;
using PlatformOps.Core.Yaml;

namespace PlatformOps.Core.Tests.Runbooks;

/// <summary>The help topics on runbooks say what the reader takes and what actions there are.</summary>
public sealed class RunbookTopicTests
{
    private const int Width = 80;

    private static readonly string Folder = Path.Combine(Root(), "module", "en-US");

    [Fact]
    public void Whatever_a_runbook_may_say_is_told()
    {
        var topic = File.ReadAllText(Path.Combine(Folder, "about_PlatformOps_Runbooks.help.txt"));

        Assert.All(RunbookReader.RunbookKeys.Concat(RunbookReader.StepKeys).Concat(RunbookReader.ParameterKeys), key => Assert.Contains($"\n        {key}", topic, StringComparison.Ordinal));
        Assert.All(Variables.Fixed, name => Assert.Contains(name, topic, StringComparison.Ordinal));
        Assert.All(Registrations.Runbooks().List().Runbooks.Keys, name => Assert.Contains(name, topic, StringComparison.Ordinal));
        Assert.All(topic.Split('\n'), line => Assert.True(line.Length <= Width, line));
    }

    [Fact]
    public void Its_example_is_a_runbook()
    {
        var lines = File.ReadAllLines(Path.Combine(Folder, "about_PlatformOps_Runbooks.help.txt")).SkipWhile(line => line != "        runbook: site/quiet").TakeWhile(line => line.Length > 0);

        var runbook = Registrations.Runbooks().Reader.Read(string.Join('\n', lines.Select(line => line[8..])), "topic");

        Assert.Equal(["netbox.device.exists", "silence"], runbook.Steps.Select(step => step.Name));
        Assert.Equal(["alertmanager"], runbook.OptionalServices);
    }

    [Fact]
    public void The_guards_of_the_built_in_phases_are_told()
    {
        var topic = File.ReadAllText(Path.Combine(Folder, "about_PlatformOps_Runbooks.help.txt"));

        foreach (var step in Registrations.Runbooks().List().Runbooks.Values.SelectMany(runbook => runbook.Steps).Where(step => step.Guards.Count > 0))
        {
            Assert.Contains(step.Name, topic, StringComparison.Ordinal);
            Assert.All(step.Guards, guard => Assert.Contains(guard.Name, topic, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void The_catalog_is_that_of_the_code()
    {
        var expected = Catalog();
        var path = Path.Combine(Folder, "about_PlatformOps_RunbookActions.help.txt");
        if (File.Exists(path) && File.ReadAllText(path).ReplaceLineEndings("\n") == expected)
            return;
        var made = Path.Combine(Root(), "artifacts", Path.GetFileName(path));
        File.WriteAllText(made, expected);
        Assert.Fail($"{path} is not what the code has now. What it should be: {made}");
    }

    private static string Catalog()
    {
        var text = new StringBuilder("""
            TOPIC
                about_PlatformOps_RunbookActions

            SHORT DESCRIPTION
                The actions, facts and settings that a runbook may name.

            LONG DESCRIPTION
                about_PlatformOps_Runbooks says how a runbook is written. Each action is here
                with what it is about, the sections of the configuration that it needs, and
                what its with: may have; * marks what must be given.

            """.ReplaceLineEndings("\n"));
        foreach (var kind in Registrations.Catalog.Actions.GroupBy(action => action.Kind).OrderBy(group => group.Key))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n  {kind.Key}s\n");
            foreach (var action in kind.OrderBy(action => action.Name, StringComparer.Ordinal))
                Add(text, action);
        }

        text.Append("\n  Facts\n");
        Wrap(text, "", string.Join(", ", Registrations.Catalog.FactNames.Order(StringComparer.Ordinal).Select(name => $"${{fact.{name}}}")), 4);
        text.Append("\n  Settings\n");
        Wrap(text, "", string.Join(", ", MigrationSettings.Names.Order(StringComparer.Ordinal).Select(name => $"${{setting.{name}}}")), 4);
        return text.Append("\nSEE ALSO\n    about_PlatformOps_Runbooks\n    Get-Runbook\n    Test-Runbook\n").ToString();
    }

    private static void Add(StringBuilder text, OpsAction action)
    {
        var change = action as Change;
        List<string> traits = [action.Summary];
        if (action.Needs.Count > 0)
            traits.Add($"needs {string.Join(", ", action.Needs)}");
        if (change is not null)
            traits.Add($"impact {change.Impact.ToString().ToLowerInvariant()}");
        if (change is not null && MayDestroy(change))
            traits.Add("destructive");
        if (change is { CanUndo: true })
            traits.Add("can be undone");
        if (action.Scope == ActionScope.Batch)
            traits.Add("once for a batch");
        if (change?.AlsoOn is { } others)
            traits.Add($"works on {others} too");
        text.Append("    ").Append(action.Name).Append('\n');
        Wrap(text, "", string.Join("; ", traits), 8);
        foreach (var member in RecordShape.Of(action.ParametersType).Members)
            Wrap(text, $"{member.Key}{(member.IsRequired ? "*" : "")}: ", TypeOf(member.Property.PropertyType), 12);
    }

    // By parameters: of an action that may, the text says so.
    private static bool MayDestroy(Change change)
    {
        try
        {
            return change.IsDestructive(RuntimeHelpers.GetUninitializedObject(change.ParametersType));
        }
        catch (NullReferenceException)
        {
            return true;
        }
    }

    private static string TypeOf(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string))
            return "a text";
        if (type == typeof(bool))
            return "true or false";
        if (type == typeof(int) || type == typeof(long))
            return "a whole number";
        if (type == typeof(TimeSpan))
            return "a duration such as 90s, 10m, 2h";
        if (type == typeof(Guid))
            return "a UUID";
        if (type == typeof(Uri))
            return "an address";
        if (type == typeof(DateTimeOffset))
            return "a time with its offset";
        if (type.IsEnum)
            return "one of " + string.Join(", ", Enum.GetNames(type).Select(YamlKey.Of));
        if (type.IsGenericType && type.GetGenericArguments() is [var element])
            return $"a list, each {TypeOf(element)}";
        return type.IsGenericType ? "a mapping" : "a mapping of " + string.Join(", ", RecordShape.Of(type).Members.Select(member => member.Key));
    }

    private static void Wrap(StringBuilder text, string first, string words, int indent)
    {
        var line = new string(' ', indent) + first;
        foreach (var word in words.Split(' '))
        {
            if (line.Length + word.Length > Width && line.Trim().Length > 0)
            {
                text.Append(line.TrimEnd()).Append('\n');
                line = new string(' ', indent + (first.Length > 0 ? 4 : 0));
            }

            line += word + " ";
        }

        text.Append(line.TrimEnd()).Append('\n');
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Module.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Module.sln is not above the tests.");
        return folder;
    }
}

using System.Xml.Linq;

namespace PlatformOps.Conventions.Tests;

public sealed class HelpConventions
{
    private static readonly XNamespace Maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace Dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    public static TheoryData<string> Cmdlets => BuiltModule.Names;

    [Fact]
    public void Help_is_there_for_every_cmdlet_and_nothing_else() => Assert.Equal(
        BuiltModule.All.Select(cmdlet => cmdlet.Name).Order(StringComparer.Ordinal),
        BuiltModule.Help.Descendants(Command + "details").Select(details => details.Element(Command + "name")!.Value).Order(StringComparer.Ordinal));

    [Theory, MemberData(nameof(Cmdlets))]
    public void Synopsis_is_a_sentence(string name)
    {
        var synopsis = Of(name).Element(Command + "details")!.Element(Maml + "description")!.Value;
        Assert.EndsWith(".", synopsis, StringComparison.Ordinal);
        Assert.InRange(synopsis.Length, 10, 160);
    }

    [Theory, MemberData(nameof(Cmdlets))]
    public void Every_parameter_is_described(string name) => Assert.All(
        Of(name).Element(Command + "parameters")!.Elements(Command + "parameter"),
        parameter => Assert.True(parameter.Element(Maml + "description")!.Value.Length > 3, parameter.Element(Maml + "name")!.Value));

    [Theory, MemberData(nameof(Cmdlets))]
    public void There_are_two_examples_or_more_and_each_names_the_cmdlet(string name)
    {
        var examples = Of(name).Element(Command + "examples")!.Elements(Command + "example").ToList();
        Assert.True(examples.Count >= 2, $"{name} has {examples.Count} examples.");
        Assert.All(examples, example =>
        {
            Assert.DoesNotContain(":  --", example.Element(Maml + "title")!.Value, StringComparison.Ordinal);
            Assert.Contains(name, example.Element(Dev + "code")!.Value, StringComparison.Ordinal);
        });
    }

    [Theory, MemberData(nameof(Cmdlets))]
    public void An_example_for_unattended_use_turns_the_question_off(string name)
    {
        if (!BuiltModule.Find(name).SupportsShouldProcess)
            return;
        Assert.Contains(Of(name).Descendants(Dev + "code"), code => code.Value.Contains("-Confirm:$false", StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(Cmdlets))]
    public void An_example_that_fails_a_CI_step_ends_its_script(string name) => Assert.All(
        Of(name).Descendants(Dev + "code").Where(code => code.Value.Contains("-FailOnError", StringComparison.Ordinal)),
        code => Assert.Contains("$ErrorActionPreference = 'Stop'", code.Value, StringComparison.Ordinal));

    [Fact]
    public void The_about_topics_are_there() => Assert.All(
        (string[])["about_PlatformOps", "about_PlatformOps_Runbooks", "about_PlatformOps_RunbookActions"],
        topic => Assert.True(File.Exists(Path.Combine(BuiltModule.Folder, "en-US", topic + ".help.txt"))));

    private static XElement Of(string name) => BuiltModule.Help.Descendants(Command + "command")
        .Single(command => command.Element(Command + "details")!.Element(Command + "name")!.Value == name);
}

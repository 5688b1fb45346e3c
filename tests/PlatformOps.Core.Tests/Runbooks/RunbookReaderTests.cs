using PlatformOps.Core.Runbooks;
using PlatformOps.Errors;
using PlatformOps.TestKit.Changes;

namespace PlatformOps.Core.Tests.Runbooks;

public sealed class RunbookReaderTests
{
    private static readonly RunbookReader Reader = new(new TestCatalog().Catalog, ["old-os.version"]);

    [Fact]
    public void A_runbook_is_read_with_its_steps_named_and_numbered()
    {
        var runbook = Reader.Read(
            """
            runbook: house/evening
            description: Lights out.
            target: house
            parameters:
              loud: { type: bool, default: "false", description: whether to tell }
            steps:
              - check: test.check
              - change: light.switch
                with: { to: "off", note: "by ${run.person} on ${target.name}, ${setting.old-os.version}" }
                when: "${fact.model} == lenovo"
              - change: light.switch
                name: again
              - report: test.report
                optional: true
            on-failure:
              - change: light.switch
            """,
            "evening.yaml");

        Assert.Equal(["test.check", "light.switch", "again", "test.report"], runbook.Steps.Select(step => step.Name));
        Assert.Equal([1, 2, 3, 4], runbook.Steps.Select(step => step.Number));
        Assert.Equal(["model"], runbook.Steps[1].FactNames);
        Assert.Equal("on-failure/light.switch", Assert.Single(runbook.OnFailure).Name);
        Assert.True(runbook.Steps[3].IsOptional);
    }

    [Theory]
    [InlineData("- change: light.swich", 4, "There is no action 'light.swich'. Did you mean 'light.switch'?")]
    [InlineData("- check: light.switch", 4, "light.switch is a change: write 'change: light.switch'")]
    [InlineData("- change: light.switch\n    with: { too: on }", 5, "Did you mean 'to'?")]
    [InlineData("- change: light.switch\n    with: { to: [a, b] }", 5, "to")]
    [InlineData("- wait: run.approval", 4, "ask")]
    [InlineData("- change: light.switch\n    with: { to: \"${target.nam}\" }", 5, "There is no ${target.nam}. Did you mean 'target.name'?")]
    [InlineData("- change: light.switch\n    when: \"${fact.gpu} and more\"", 5, "one property")]
    [InlineData("- change: light.switch\n    when: \"${fact.gup}\"", 5, "Did you mean 'fact.gpu'?")]
    [InlineData("- change: light.switch\n    once: true", 4, "once: is for checks")]
    [InlineData("- change: light.switch\n    wiht: {}", 5, "Did you mean 'with'?")]
    [InlineData("- change: light.switch\n    check: test.check", 4, "exactly one of")]
    [InlineData("- change: light.switch\n    name: x\n  - change: light.switch\n    name: x", 7, "the name of an earlier step")]
    [InlineData("- change: light.switch\n    change: light.switch", 5, "change")]
    [InlineData("- change: test.configure\n    with: { text: \"${target.name}\" }", 5, "test.configure runs once for a batch, and each of its targets has a ${target.name} of its own")]
    [InlineData("- change: test.configure\n    with: { text: \"to ${run.id}, ${fact.gpu}\" }", 5, "${fact.gpu} of its own")]
    [InlineData("- change: test.configure\n    with: { text: \"${claim}\" }", 5, "${claim} of its own")]
    public void What_is_wrong_is_told_with_its_line_before_anything_runs(string steps, int line, string message)
    {
        var error = Assert.ThrowsAny<SourceException>(() => Reader.Read($"runbook: r\ntarget: t\nsteps:\n  {steps}\n", "site.yaml"));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.StartsWith($"site.yaml:{line}:", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_runs_once_for_a_batch_is_given_what_is_the_same_for_all_and_chosen_by_what_each_has()
    {
        var step = Assert.Single(Reader.Read(
            """
            runbook: r
            target: t
            parameters: { why: { default: upgrade } }
            steps:
              - change: test.configure
                when: "${fact.gpu}"
                with: { text: "${parameter.why} ${run.window.end} ${setting.old-os.version}" }
                guard: [ { check: test.check, with: { text: "${target.name}" } } ]
            """,
            "site.yaml").Steps);

        Assert.Equal(["gpu"], step.FactNames);
    }

    [Theory]
    [InlineData("target: t\nsteps: [ { check: test.check } ]", "runbook:")]
    [InlineData("runbook: r\nsteps: [ { check: test.check } ]", "target:")]
    [InlineData("runbook: r\ntarget: t", "steps:")]
    [InlineData("runbook: r\ntarget: t\nsteps: test.check", "steps:")]
    [InlineData("runbook: r\ntarget: t\nstep: []\nsteps: [ { check: test.check } ]", "Did you mean 'steps'?")]
    [InlineData("runbook: r\ntarget: t\nparameters: { n: { type: int, default: x } }\nsteps: [ { check: test.check } ]", "a whole number")]
    public void A_runbook_has_a_name_a_target_and_steps(string text, string message)
        => Assert.Contains(message, Assert.ThrowsAny<SourceException>(() => Reader.Read(text, "site.yaml")).Message, StringComparison.Ordinal);
}

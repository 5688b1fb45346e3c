using System.Text.Json;
using System.Xml.Linq;
using PlatformOps.Core.Reports;
using PlatformOps.Core.Runbooks;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Reports;

public sealed class RunReportTests
{
    private static readonly DateTimeOffset Began = new(2026, 11, 20, 8, 15, 0, TimeSpan.Zero);

    [Fact]
    public void What_a_server_said_stays_text()
    {
        const string evil = "</p><script>alert(1)</script>\u001b[31m & \"quoted\" | ![x](http://evil.example/) <img src=x>";
        var report = Report(Step("hv1", "host.os", StepOutcome.Failed, 0, 1, evil));

        var html = report.Render(ReportFormat.Html);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", html, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", html, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", html, StringComparison.Ordinal);

        var markdown = report.Render(ReportFormat.Markdown);
        Assert.DoesNotContain("<script", markdown.Replace("\\<", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("![", markdown, StringComparison.Ordinal);
        Assert.Contains("\\|", markdown, StringComparison.Ordinal);

        using var json = JsonDocument.Parse(report.Render(ReportFormat.Json));
        Assert.Equal(evil, json.RootElement.GetProperty("steps")[0].GetProperty("message").GetString());
    }

    [Fact]
    public void The_page_needs_nothing_from_elsewhere()
    {
        var html = Report(Step("hv1", "host.os", StepOutcome.Passed, 0, 1)).Render(ReportFormat.Html);
        foreach (var way in (string[])["http:", "https:", "src=", "url(", "@import", "<link", "<script"])
            Assert.DoesNotContain(way, html, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("default-src 'none'", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Bars_lie_where_their_time_is_and_none_is_too_thin_to_see()
    {
        var html = Report(Step("hv1", "a", StepOutcome.Passed, 0, 50), Step("hv1", "b", StepOutcome.Done, 50, 50), Step("hv2", "c", StepOutcome.Failed, 100, 0)).Render(ReportFormat.Html);
        var bars = Bars(html);
        Assert.Equal([(0d, 500d, "good"), (500d, 500d, "good"), (994d, 6d, "bad")], bars);
    }

    [Fact]
    public void A_run_without_a_step_has_a_report_too()
    {
        foreach (var format in Enum.GetValues<ReportFormat>())
            Assert.Contains("20261120-081500-3f9a", Report().Render(format), StringComparison.Ordinal);
    }

    [Fact]
    public void The_difference_that_a_change_made_is_shown()
    {
        var step = Step("hv1", "openstack.compute-service.disable", StepOutcome.Done, 0, 1) with { Before = "enabled", After = "disabled" };
        Assert.Contains("<span class=\"before\">enabled</span> → <strong>disabled</strong>", Report(step).Render(ReportFormat.Html), StringComparison.Ordinal);
        Assert.Contains("enabled → disabled", Report(step).Render(ReportFormat.Markdown), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.html", "Html")]
    [InlineData("A.HTM", "Html")]
    [InlineData("a.md", "Markdown")]
    [InlineData("a.json", "Json")]
    public void The_extension_says_the_format(string path, string format) => Assert.Equal(format, ReportFormats.Of(path).ToString());

    [Fact]
    public void An_extension_that_means_nothing_is_an_error() => Assert.Contains(".html, .md or .json", Assert.Throws<SourceException>(() => ReportFormats.Of("a.txt")).Message, StringComparison.Ordinal);

    private static List<(double X, double Width, string Class)> Bars(string html) =>
    [
        .. html.Split("<svg").Skip(1).Select(part => XElement.Parse("<svg" + part[..(part.IndexOf("</svg>", StringComparison.Ordinal) + 6)]))
            .SelectMany(svg => svg.Elements("rect"))
            .Select(bar => ((double)bar.Attribute("x")!, (double)bar.Attribute("width")!, (string)bar.Attribute("class")!)),
    ];

    private static RunReport Report(params StepRecord[] steps) => new(
        new OpsRun
        {
            RunId = "20261120-081500-3f9a",
            Name = "PreDrain",
            State = RunState.Failed,
            Environment = "test",
            StartedBy = "alice",
            Machine = "ops1",
            StartedAt = Began,
            EndedAt = Began.AddMinutes(2),
            Path = "/state/runs/x",
            Targets = [.. steps.Select(step => step.Target).Distinct().Select(target => new TargetRun { Target = target, State = RunState.Failed })],
        },
        [.. steps.Select(step => new AttemptRecord(step, 1))],
        Began.AddHours(1));

    private static StepRecord Step(string target, string step, StepOutcome outcome, int at, int seconds, string message = "fine") => new()
    {
        RunId = "20261120-081500-3f9a",
        Target = target,
        TargetKind = "hypervisor",
        Phase = "PreDrain",
        Step = step,
        Action = step,
        Kind = StepKind.Change,
        Outcome = outcome,
        StartedAt = Began.AddSeconds(at),
        Duration = TimeSpan.FromSeconds(seconds),
        Message = message,
    };
}

using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using PlatformOps.Runs;

namespace PlatformOps.Core.Reports;

/// <summary>A run as JSON: for other programs. Properties are named as those of the objects that cmdlets emit, in camel case; durations are seconds. A step is there for each attempt at it, with the process that made it.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.Default,
        Converters = { new JsonStringEnumConverter() },
    };

    public static string Render(RunReport report) => JsonSerializer.Serialize(
        new
        {
            report.Run,
            Steps = report.Attempts.Select(attempt => new
            {
                attempt.Step.Target,
                attempt.Step.TicketId,
                attempt.Step.Phase,
                attempt.Step.Number,
                attempt.Step.Step,
                attempt.Step.Action,
                attempt.Step.Kind,
                attempt.Step.Outcome,
                attempt.Step.Before,
                attempt.Step.After,
                attempt.Step.StartedAt,
                DurationSeconds = Math.Round(attempt.Step.Duration.TotalSeconds, 3),
                attempt.Step.Message,
                attempt.Process,
            }),
            TakenUp = report.TakenUp.Select((taken, index) => new
            {
                Process = index + 2,
                taken.By.At,
                taken.By.Person,
                taken.By.Machine,
                After = taken.Left?.State ?? RunState.Interrupted,
                taken.Left?.Message,
            }),
            report.ReadAt,
        },
        Options) + "\n";
}

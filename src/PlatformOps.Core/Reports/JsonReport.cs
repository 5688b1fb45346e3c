using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PlatformOps.Core.Reports;

/// <summary>A run as JSON: for other programs. Properties are named as those of the objects that cmdlets emit, in camel case; durations are seconds.</summary>
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
            Steps = report.Steps.Select(step => new
            {
                step.Target,
                step.TicketId,
                step.Phase,
                step.Number,
                step.Step,
                step.Action,
                step.Kind,
                step.Outcome,
                step.Before,
                step.After,
                step.StartedAt,
                DurationSeconds = Math.Round(step.Duration.TotalSeconds, 3),
                step.Message,
            }),
            report.ReadAt,
        },
        Options) + "\n";
}

using System.Collections;
using System.Net;
using System.Reflection;
using System.Text;
using PlatformOps.Errors;

namespace PlatformOps.Core.Tests.Http.Faults;

/// <summary>A text that a terminal would act on in every text of every answer: nothing of it comes out of a client.</summary>
public sealed class HostileTextTests(RecordedCalls calls) : IClassFixture<RecordedCalls>
{
    /// <summary>As JSON has it: an escape sequence, a window's title, NUL, C1, and a change of direction.</summary>
    private const string Hostile = @"\u001b[2J\u001b]0;x\u0007\u0000\u009b31m\u202e\u2066 <b>";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_result_error_or_log_has_a_control_character()
    {
        List<string> wrong = [];
        HashSet<(string, string)> seen = [];
        foreach (var call in calls.All)
        {
            for (var index = 0; index < call.Exchanges.Count; index++)
            {
                var exchange = call.Exchanges[index];
                if (!seen.Add((exchange.Line, exchange.RequestBody)))
                    continue;
                foreach (var body in OddJson.IsOf(exchange) ? OddJson.WithTexts(exchange.Text, Hostile) : [])
                    await LookAsync(call, index, () => exchange.Answer(body), wrong);
                foreach (var type in new[] { "application/json", "text/plain", "text/html" })
                    await LookAsync(call, index, () => Refusal(type), wrong);
            }
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} wrong:\n{string.Join('\n', wrong.Distinct().Take(40))}");
    }

    private static HttpResponseMessage Refusal(string type)
    {
        var raw = System.Text.RegularExpressions.Regex.Unescape(Hostile);
        var body = type switch
        {
            "application/json" => $"{{\"message\": \"{Hostile}\", \"detail\": \"{Hostile}\", \"errorMessages\": [\"{Hostile}\"]}}",
            "text/html" => $"<html><title>{raw}</title></html>",
            _ => raw,
        };
        var response = new HttpResponseMessage(HttpStatusCode.BadRequest) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        response.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        return response;
    }

    private async Task LookAsync(RecordedCall call, int index, Func<HttpResponseMessage> answer, List<string> wrong)
    {
        var clock = new FakeTimeProvider { AutoAdvance = TimeSpan.FromSeconds(20) };
        using var replay = new Replay(call.Exchanges, clock) { Instead = (_, at, _) => Task.FromResult(at == index ? answer() : null) };
        using var scope = new CallScope(calls.Configurations[call.World], replay, clock);
        List<string> texts = [];
        try
        {
            var running = call.Call.InvokeAsync(scope, call.State, Token);
            await running;
            Collect(running.GetType().GetProperty("Result")?.GetValue(running), texts, []);
        }
        catch (OpsException e)
        {
            for (Exception? cause = e; cause is not null; cause = cause.InnerException)
                texts.Add(cause.Message);
        }
        catch (InvalidOperationException e) when (e.Message.StartsWith(Replay.NotRecorded, StringComparison.Ordinal))
        {
            // What it says led to another question.
        }

        texts.AddRange(scope.Log);
        wrong.AddRange(texts.Where(text => text.Any(IsHarmful)).Select(text => $"{call.Call} at {call.Exchanges[index]} lets through: {Uri.EscapeDataString(text.Length > 200 ? text[..200] : text)}"));
    }

    private static bool IsHarmful(char c) => (char.IsControl(c) && c is not ('\n' or '\r' or '\t')) || c is '\u202e' or '\u2066';

    /// <summary>Every text of a result, however deep.</summary>
    private static void Collect(object? value, List<string> texts, HashSet<object> seen)
    {
        if (value is string text)
            texts.Add(text);
        else if (value is System.Text.Json.JsonElement json)
            texts.Add(json.ValueKind == System.Text.Json.JsonValueKind.String ? json.GetString()! : "");
        else if (value is null || value.GetType().IsPrimitive || value is Uri or DateTimeOffset or TimeSpan or Guid or Enum || !seen.Add(value))
            return;
        else if (value is IEnumerable items)
        {
            foreach (var item in items)
                Collect(item, texts, seen);
        }
        else if (value.GetType().Namespace?.StartsWith("PlatformOps", StringComparison.Ordinal) == true || value.GetType().Name.StartsWith("ValueTuple", StringComparison.Ordinal) || value.GetType().Name.StartsWith("KeyValuePair", StringComparison.Ordinal))
        {
            foreach (var property in value.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(property => property.GetIndexParameters().Length == 0))
                Collect(property.GetValue(value), texts, seen);
            foreach (var field in value.GetType().GetFields(BindingFlags.Instance | BindingFlags.Public))
                Collect(field.GetValue(value), texts, seen);
        }
    }
}

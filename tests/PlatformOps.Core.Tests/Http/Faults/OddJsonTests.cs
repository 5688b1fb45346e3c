using System.Globalization;
using PlatformOps.Errors;

namespace PlatformOps.Core.Tests.Http.Faults;

/// <summary>Every answer of every service with something else in every place of it: whatever comes, it is read or refused, and never trips us up.</summary>
public sealed class OddJsonTests(RecordedCalls calls) : IClassFixture<RecordedCalls>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Odds => new() { { "new", "null" }, { "new", "[null]" }, { "new", "\"odd\"" }, { "new", "-1e999" }, { "old", "null" } };

    [Theory]
    [MemberData(nameof(Odds))]
    public async Task Something_else_in_any_place_is_read_or_refused(string world, string odd)
    {
        List<string> wrong = [];
        HashSet<(string, string)> seen = [];
        foreach (var call in calls.All.Where(call => call.World == world))
        {
            for (var index = 0; index < call.Exchanges.Count; index++)
            {
                var exchange = call.Exchanges[index];
                if (!seen.Add((exchange.Line, exchange.RequestBody)) || !OddJson.IsOf(exchange))
                    continue;
                foreach (var (place, body) in OddJson.With(exchange.Text, odd))
                {
                    var error = await RunAsync(call, index, body);
                    if (error is not null and not OpsException)
                        wrong.Add($"{call.Call} at {exchange}, {place}: {error.GetType().Name} {error.Message} {error.StackTrace?.Split('\n').FirstOrDefault(line => line.Contains("Core.", StringComparison.Ordinal))?.Trim()}");
                    else if (error is ServiceException { FaultCode: null } && !exchange.Reads)
                        wrong.Add($"{call.Call} at {exchange}, {place}: was done and is told as {error.Message}");
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Create(CultureInfo.InvariantCulture, $"{wrong.Count} wrong:\n{string.Join('\n', wrong.Take(60))}"));
    }

    private async Task<Exception?> RunAsync(RecordedCall call, int index, byte[] body)
    {
        var clock = new FakeTimeProvider { AutoAdvance = TimeSpan.FromSeconds(20) };
        using var replay = new Replay(call.Exchanges, clock) { Instead = (exchange, at, _) => Task.FromResult(at == index ? exchange.Answer(body) : null) };
        using var scope = new CallScope(calls.Configurations[call.World], replay, clock);
        try
        {
            await call.Call.InvokeAsync(scope, call.State, Token);
            return null;
        }
        catch (InvalidOperationException e) when (e.Message.StartsWith(Replay.NotRecorded, StringComparison.Ordinal))
        {
            // What it says led to another question.
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }
}

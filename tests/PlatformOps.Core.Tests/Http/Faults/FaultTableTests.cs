using System.Globalization;
using System.Text.RegularExpressions;
using PlatformOps.Errors;

namespace PlatformOps.Core.Tests.Http.Faults;

/// <summary>Every request of every client's every method, and everything that can go wrong with it.</summary>
public sealed partial class FaultTableTests(RecordedCalls calls) : IClassFixture<RecordedCalls>
{
    private const int Tries = 4;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(100);

    public static TheoryData<string, HttpFaultKind> Table => new MatrixTheoryData<string, HttpFaultKind>(["new", "old"], Enum.GetValues<HttpFaultKind>());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Table))]
    public async Task What_passes_is_got_over_by_asking_again_where_that_is_harmless(string world, HttpFaultKind fault)
        => await EachAsync(world, async (call, index) =>
        {
            var seen = 0;
            var (error, replay, _) = await RunAsync(call, (kind, exchange, at, stop) => at == index && Interlocked.Increment(ref seen) == 1 ? kind(fault, exchange, stop) : Nothing);
            var exchange = call.Exchanges[index];
            return IsPassing(fault) && exchange.IsRepeatable ? error is null && replay.CountOf(index) > call.Exchanges.Count(other => other == exchange) - 1 ? null : $"was not got over: {error}"
                : fault == HttpFaultKind.TooMany ? null
                : replay.Requests.Count(request => request.Index == index) <= 1 ? null : $"was sent {replay.CountOf(index)} times";
        });

    [Theory]
    [MemberData(nameof(Table))]
    public async Task What_stays_ends_in_time_and_is_told_as_what_it_is(string world, HttpFaultKind fault)
        => await EachAsync(world, async (call, index) =>
        {
            var exchange = call.Exchanges[index];
            var (error, replay, clock) = await RunAsync(call, (kind, _, at, stop) => at == index ? kind(fault, exchange, stop) : Nothing);
            return Verdict(call, index, fault, error, replay, clock);
        });

    private static Task<HttpResponseMessage?> Nothing => Task.FromResult<HttpResponseMessage?>(null);

    private static bool IsPassing(HttpFaultKind fault) => fault is HttpFaultKind.Status500 or HttpFaultKind.Status502 or HttpFaultKind.Status503 or HttpFaultKind.TooMany
        or HttpFaultKind.Reset or HttpFaultKind.ResetInBody or HttpFaultKind.Slow or HttpFaultKind.HalfOpen or HttpFaultKind.HalfOpenInBody or HttpFaultKind.TruncatedJson;

    /// <summary>Whether the request may have been done, for all that its sender can know.</summary>
    private static bool LeavesDoubt(HttpFaultKind fault) => fault is not (HttpFaultKind.TooMany or HttpFaultKind.LoginPage or HttpFaultKind.RedirectElsewhere);

    private static string? Verdict(RecordedCall call, int index, HttpFaultKind fault, Exception? error, Replay replay, FakeTimeProvider clock)
    {
        var exchange = call.Exchanges[index];
        var sent = replay.CountOf(index);
        if (clock.Elapsed > Deadline + Deadline / 10)
            return $"took {clock.Elapsed.TotalSeconds:0} s";
        if (!exchange.IsRepeatable && fault != HttpFaultKind.TooMany && sent > 1)
            return $"was sent {sent} times";
        if (Enumerable.Range(0, call.Exchanges.Count).FirstOrDefault(other => other != index && !call.Exchanges[other].IsRepeatable && replay.CountOf(other) > 1, -1) is >= 0 and var again)
            return $"lets {call.Exchanges[again]} be sent {replay.CountOf(again)} times";
        if (sent > Tries + (fault == HttpFaultKind.Status500 && exchange.Method == "DELETE" ? 1 : 0))
            return $"was sent {sent} times";
        if (replay.MostRead > (1 << 20) + (1 << 16))
            return $"read {replay.MostRead} bytes";
        if (fault == HttpFaultKind.TooMany && Gaps(replay, index).Any(gap => gap is < Replay.RetryAfterSeconds or > Replay.RetryAfterSeconds * 1.1))
            return $"came again after {string.Join(", ", Gaps(replay, index))} s";
        if (error is null)
            return IsGotAlong(exchange, fault) ? null : "was not told";
        if (error is not OpsException)
            return $"ended as {error}";
        if (!exchange.Reads && LeavesDoubt(fault) != error is OutcomeUnknownException)
            return $"is told as {error.GetType().Name}: {error.Message}";
        return Words(exchange, fault, error.Message) is { } lacking ? $"does not tell {lacking}: {error.Message}" : null;
    }

    /// <summary>What needs no error: an answer of which only the status counts, a file's content, and a controller without a session to spare.</summary>
    private static bool IsGotAlong(Exchange exchange, HttpFaultKind fault) => fault switch
    {
        HttpFaultKind.TruncatedJson or HttpFaultKind.WrongContentType => !exchange.IsSuccess || exchange.Method == "DELETE" || exchange.Line.Contains("/attachment/", StringComparison.Ordinal) || exchange.Line.EndsWith("/ComputerSystem.Reset", StringComparison.Ordinal),
        HttpFaultKind.Status503 => exchange.IsLogin && exchange.Url.AbsolutePath.EndsWith("/Sessions", StringComparison.Ordinal),
        _ => false,
    };

    private static string? Words(Exchange exchange, HttpFaultKind fault, string message)
    {
        var status = fault switch
        {
            HttpFaultKind.Status500 => "500",
            HttpFaultKind.Status502 => "502",
            HttpFaultKind.Status503 => "503",
            HttpFaultKind.TooMany => "429",
            HttpFaultKind.RedirectElsewhere => "302",
            HttpFaultKind.Reset or HttpFaultKind.Slow or HttpFaultKind.HalfOpen or HttpFaultKind.HalfOpenInBody => "",
            HttpFaultKind.Huge or HttpFaultKind.Endless => "answered",
            HttpFaultKind.LoginPage => "answered 200",
            _ => $"answered {(exchange.Status == 204 ? 200 : exchange.Status)}",
        };
        return !message.Contains($"{(exchange.IsLogin ? "" : exchange.Method + " ")}{exchange.Url.GetLeftPart(UriPartial.Path)}", StringComparison.Ordinal) ? "the call"
            : !Service().IsMatch(message) ? "the service"
            : !message.Contains(status, StringComparison.Ordinal) ? "the status"
            : !Advice().IsMatch(message) ? "what to do"
            : null;
    }

    private static IEnumerable<double> Gaps(Replay replay, int index)
    {
        var times = replay.Requests.Where(request => request.Index == index).Select(request => request.At.TotalSeconds).ToList();
        return times.Zip(times.Skip(1), (one, next) => next - one);
    }

    private async Task EachAsync(string world, Func<RecordedCall, int, Task<string?>> look)
    {
        List<string> wrong = [];
        HashSet<(Type, int, string, string)> seen = [];
        foreach (var call in calls.All.Where(call => call.World == world))
        {
            for (var index = 0; index < call.Exchanges.Count; index++)
            {
                // Every method begins with the same login and the same question for versions.
                if (seen.Add((call.Call.Client, index, call.Exchanges[index].Line, call.Exchanges[index].RequestBody)) && await look(call, index) is { } what)
                    wrong.Add($"{call.Call} at {index} ({call.Exchanges[index]}) {what}");
            }
        }

        Assert.True(wrong.Count == 0, string.Create(CultureInfo.InvariantCulture, $"{wrong.Count} wrong:\n{string.Join('\n', wrong.Take(40))}"));
    }

    private async Task<(Exception? Error, Replay Replay, FakeTimeProvider Clock)> RunAsync(RecordedCall call, Func<Func<HttpFaultKind, Exchange, CancellationToken, Task<HttpResponseMessage?>>, Exchange, int, CancellationToken, Task<HttpResponseMessage?>> fault)
    {
        var clock = new FakeTimeProvider { AutoAdvance = TimeSpan.FromSeconds(20) };
        Replay? replay = null;
        using var made = replay = new Replay(call.Exchanges, clock) { Instead = (exchange, index, stop) => fault(replay!.FaultAsync, exchange, index, stop) };
        using var scope = new CallScope(calls.Configurations[call.World], replay, clock);
        var error = await Record.ExceptionAsync(() => call.Call.InvokeAsync(scope, call.State, Token));
        Assert.DoesNotContain(replay.Requests, request => request.Request.RequestUri!.Host == "evil.example");
        return (error, replay, clock);
    }

    [GeneratedRegex("(openstack|netbox|jira|alertmanager|prometheus|bmc) \\(")]
    private static partial Regex Service();

    [GeneratedRegex(@"\. (Is |Are |Look |If |Put |Correct |Raise |It asks |Try |Ask )")]
    private static partial Regex Advice();
}

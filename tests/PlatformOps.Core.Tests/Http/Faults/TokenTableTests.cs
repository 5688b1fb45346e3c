using System.Net;
using PlatformOps.Errors;

namespace PlatformOps.Core.Tests.Http.Faults;

/// <summary>Every request refused for its credential once, and clocks that jump.</summary>
public sealed class TokenTableTests(RecordedCalls calls) : IClassFixture<RecordedCalls>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("new")]
    [InlineData("old")]
    public async Task A_401_is_one_login_more_where_there_is_a_token_and_the_end_where_there_is_a_password(string world)
    {
        List<string> wrong = [];
        foreach (var call in calls.All.Where(call => call.World == world))
        {
            for (var index = 0; index < call.Exchanges.Count; index++)
            {
                if (await RefuseAsync(call, index) is { } what)
                    wrong.Add($"{call.Call} at {index} ({call.Exchanges[index]}) {what}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Theory]
    [InlineData("new", 1)]
    [InlineData("new", -1)]
    [InlineData("old", 1)]
    public async Task A_clock_that_jumps_by_an_hour_at_every_request_changes_nothing(string world, int hours)
    {
        List<string> wrong = [];
        foreach (var call in calls.All.Where(call => call.World == world))
        {
            var clock = new FakeTimeProvider { AutoAdvance = TimeSpan.FromSeconds(20) };
            var seen = 0;
            using var replay = new Replay(call.Exchanges, clock)
            {
                Instead = (exchange, _, _) =>
                {
                    clock.Jump(TimeSpan.FromHours(hours));
                    // And a wait in between, which counts by another clock.
                    return Task.FromResult(exchange.IsRepeatable && Interlocked.Increment(ref seen) == 1 ? Busy() : null);
                },
            };
            using var scope = new CallScope(calls.Configurations[world], replay, clock);
            var error = await Record.ExceptionAsync(() => call.Call.InvokeAsync(scope, call.State, Token));
            if (error is not null || replay.Requests.Count != call.Exchanges.Count + seen.CompareTo(0) || clock.Elapsed > TimeSpan.FromSeconds(Replay.RetryAfterSeconds * 1.1))
                wrong.Add($"{call.Call} sent {replay.Requests.Count} of {call.Exchanges.Count} in {clock.Elapsed.TotalSeconds} s: {error?.Message}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static HttpResponseMessage Busy()
    {
        var busy = new HttpResponseMessage(HttpStatusCode.TooManyRequests);
        busy.Headers.TryAddWithoutValidation("Retry-After", Replay.RetryAfterSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return busy;
    }

    private async Task<string?> RefuseAsync(RecordedCall call, int index)
    {
        var exchange = call.Exchanges[index];
        var clock = new FakeTimeProvider { AutoAdvance = TimeSpan.FromSeconds(20) };
        var refused = 0;
        using var replay = new Replay(call.Exchanges, clock)
        {
            // A bad password stays bad; a token is bad once.
            Instead = (_, at, _) => Task.FromResult(at == index && (Interlocked.Increment(ref refused) == 1 || exchange.IsLogin) ? new HttpResponseMessage(HttpStatusCode.Unauthorized) { Content = new ByteArrayContent([]) } : null),
        };
        using var scope = new CallScope(calls.Configurations[call.World], replay, clock);
        var error = await Record.ExceptionAsync(() => call.Call.InvokeAsync(scope, call.State, Token));
        var logins = replay.Requests.Count(request => call.Exchanges[request.Index].IsLogin);
        var login = call.Exchanges.ToList().FindIndex(one => one.IsLogin);

        if (login >= 0 && login < index)
            return error is null && logins == 2 && replay.CountOf(index) == 2 && replay.Requests.Count == call.Exchanges.Count + 2 ? null : $"had {logins} logins, was sent {replay.CountOf(index)} times: {error?.Message}";
        // A Jira may keep its kind to itself; it is guessed then, and the rest asked for accordingly.
        if (exchange.Line.EndsWith("/serverInfo", StringComparison.Ordinal))
            return error is null or InvalidOperationException && replay.CountOf(index) == 1 ? null : $"ended as {error}";
        if (error is not ServiceAuthenticationException || replay.CountOf(index) != 1)
            return $"was sent {replay.CountOf(index)} times and is told as {error}";
        var before = replay.Requests.Count;
        var again = await Record.ExceptionAsync(() => call.Call.InvokeAsync(scope, call.State, Token));
        var sent = replay.Requests.Skip(before).Where(request => request.Index == index && (exchange.IsLogin || request.Request.Headers.Authorization is not null)).ToList();
        return sent.Count == 0 || index < login ? null : $"is sent again: {again}";
    }
}

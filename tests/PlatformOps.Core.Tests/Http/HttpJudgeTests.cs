using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using PlatformOps.Core.Http;
using PlatformOps.Errors;

namespace PlatformOps.Core.Tests.Http;

public sealed class HttpJudgeTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 18, 12, 0, 0, TimeSpan.Zero);

    private readonly HttpJudge _judge = new("service", TimeSpan.FromSeconds(100));

    private static HttpCall Read => HttpCall.Get("thing", "read the thing");

    private static HttpCall Write => HttpCall.Put("thing", "set the thing", null);

    [Theory]
    [InlineData(200, "application/json", "{}", null, true)]
    [InlineData(200, "application/json", "{\"a\":", null, true)]
    [InlineData(204, null, "", null, true)]
    [InlineData(200, "text/html", "<html>", null, false)]
    [InlineData(201, "text/plain", "made", null, true)]
    [InlineData(200, "application/json", "<!DOCTYPE html>", null, false)]
    [InlineData(302, null, "", null, false)]
    [InlineData(400, null, "", null, false)]
    [InlineData(401, null, "", null, false)]
    [InlineData(408, null, "", null, true)]
    [InlineData(409, null, "", null, false)]
    [InlineData(429, null, "", "1", false)]
    [InlineData(500, null, "", null, true)]
    [InlineData(502, null, "", "1", true)]
    [InlineData(503, null, "", null, true)]
    [InlineData(503, null, "", "1", false)]
    [InlineData(503, null, "", "soon", true)]
    [InlineData(504, null, "", null, true)]
    public void Only_a_clear_refusal_proves_that_its_own_try_changed_nothing(int status, string? type, string body, string? retryAfter, bool expected)
        => Assert.Equal(expected, HttpJudge.MayHaveHappened(Answer(status, type, body, ("Retry-After", retryAfter))));

    [Theory]
    [InlineData(null, "", true)]
    [InlineData("text/html", "<html><title>Not Found</title></html>", true)]
    [InlineData("application/json", "{\"detail\":\"No device matches.\"}", false)]
    public void A_404_that_the_API_did_not_say_asks_for_the_URL(string? type, string body, bool asks)
    {
        var error = _judge.Final(Read, "http://service.test/wrong/thing", _judge.Judge(Read, Answer(404, type, body), Now)!, 1, mayHaveHappened: false, text => text);

        Assert.Equal(asks, error.Message.Contains("Does the URL of service in the configuration end where its API begins?", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(409)]
    [InlineData(429)]
    [InlineData(503)]
    public void What_may_have_happened_stays_in_doubt_however_the_last_try_was_refused(int status)
    {
        var failure = _judge.Judge(Write, Answer(status, null, "", ("Retry-After", "1")), Now)!;

        var doubt = Assert.IsType<OutcomeUnknownException>(_judge.Final(Write, "http://service.test/api/thing", failure, 2, mayHaveHappened: true, text => text));
        Assert.StartsWith($"It is not known whether this happened: set the thing. service (PUT http://service.test/api/thing) answered {status} ", doubt.Message, StringComparison.Ordinal);
        Assert.Contains("Tried 2 times.", doubt.Message, StringComparison.Ordinal);
        Assert.Equal(status, Assert.IsType<ServiceException>(_judge.Final(Write, "u", failure, 2, mayHaveHappened: false, text => text)).StatusCode);
        Assert.IsType<ServiceException>(_judge.Final(Read, "u", failure, 2, mayHaveHappened: true, text => text));
    }

    [Fact]
    public void A_login_that_was_refused_is_told_as_one_whatever_its_status()
    {
        var error = Assert.IsType<ServiceAuthenticationException>(_judge.Final(Read, "u", _judge.NotLetIn(Answer(400, null, "")), 1, mayHaveHappened: false, text => text));

        Assert.Contains("Are the credentials of service right", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_text_is_cleaned()
        => Assert.Equal("clean", _judge.Final(Read, "u", new HttpFailure("said a secret"), 1, mayHaveHappened: false, _ => "clean").Message);

    [Theory]
    [InlineData("9", null, 9)]
    [InlineData("Wed, 18 Nov 2026 12:00:07 GMT", null, 7)]
    [InlineData("Wed, 18 Nov 2026 12:00:07 GMT", "Wed, 18 Nov 2026 12:00:05 GMT", 2)]
    [InlineData("Wed, 18 Nov 2026 11:00:00 GMT", null, 0)]
    public void A_wait_is_counted_from_the_servers_clock_or_ours(string after, string? date, int seconds)
        => Assert.Equal(TimeSpan.FromSeconds(seconds), _judge.Judge(Read, Answer(503, null, "", ("Retry-After", after), ("Date", date)), Now)!.RetryAfter);

    [Theory]
    [InlineData(408, true, false)]
    [InlineData(429, true, false)]
    [InlineData(502, true, true)]
    [InlineData(503, true, true)]
    [InlineData(500, true, false)]
    [InlineData(404, false, false)]
    [InlineData(403, false, false)]
    public void A_status_says_whether_another_try_may_go_better_and_whether_the_service_is_ill(int status, bool isTransient, bool isIll)
    {
        var failure = _judge.Judge(Read, Answer(status, null, ""), Now)!;

        Assert.Equal((isTransient, isIll), (failure.IsTransient, failure.CountsForBreaker));
    }

    [Fact]
    public void A_status_that_the_call_accepts_is_its_answer()
        => Assert.Null(_judge.Judge(Read with { Accept = [404] }, Answer(404, null, ""), Now));

    [Fact]
    public void Whether_a_request_can_have_arrived_is_told_by_its_exception()
    {
        Assert.True(HttpJudge.Classify(new HttpRequestException(HttpRequestError.ConnectionError, "x", new SocketException(111)), null)!.WasNotSent);
        Assert.True(HttpJudge.Classify(new HttpRequestException(HttpRequestError.SecureConnectionError, "x", new AuthenticationException("y")), null) is { WasNotSent: true, IsTransient: false });
        Assert.True(HttpJudge.Classify(new OperationCanceledException("x", new TimeoutException()), null)!.WasNotSent);
        Assert.False(HttpJudge.Classify(new HttpRequestException(HttpRequestError.ResponseEnded, "x"), null)!.WasNotSent);
        Assert.False(HttpJudge.Classify(new HttpRequestException(HttpRequestError.ConnectionError, "x"), 200)!.WasNotSent);
        Assert.Null(HttpJudge.Classify(new InvalidOperationException("a fault of ours"), null));
    }

    private static HttpAnswer Answer(int status, string? type, string body, params (string Name, string? Value)[] headers) => new()
    {
        Status = status,
        Headers = headers.Append(("Content-Type", type)).Where(header => header.Item2 is not null).ToDictionary(header => header.Item1, header => header.Item2!, StringComparer.OrdinalIgnoreCase),
        Body = Encoding.UTF8.GetBytes(body),
        Url = "http://service.test/api/thing",
        Service = "service",
        Call = Read,
        ReadFault = HttpFault.Of,
    };
}

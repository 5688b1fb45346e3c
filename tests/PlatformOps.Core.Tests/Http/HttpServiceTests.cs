using System.Collections.Concurrent;
using PlatformOps.Core.Http;
using PlatformOps.Core.Secrets;
using PlatformOps.Errors;
using PlatformOps.TestKit;

namespace PlatformOps.Core.Tests.Http;

public sealed class HttpServiceTests
{
    private readonly FakeTimeProvider _clock = new() { AutoAdvance = TimeSpan.FromSeconds(20) };
    private readonly ScriptedHandler _server = new();
    private readonly ConcurrentQueue<string> _log = [];
    private readonly ConcurrentQueue<string> _notices = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static HttpCall Read => HttpCall.Get("thing", "read the thing");

    private static HttpCall Write => HttpCall.Post("thing", "change the thing", new Dictionary<string, object> { ["a"] = 1 });

    private static HttpCall RepeatableWrite => HttpCall.Put("thing", "set the thing", new Dictionary<string, object> { ["a"] = 1 });

    public static TheoryData<string> Transient => ["500", "502", "503", "504", "reset", "hang", "cut"];

    [Theory]
    [MemberData(nameof(Transient))]
    public async Task A_read_is_repeated_after_a_transient_fault_and_succeeds(string fault)
    {
        using var http = Make();
        _server.On("GET /api/thing", Fault(fault), Fault(fault), ScriptedReply.Ok(new { a = 1 }));

        var answer = await Patiently(http.SendAsync(Read, Token));

        Assert.Equal(1, answer.Json.GetProperty("a").GetInt32());
        Assert.Equal(3, _server.Requests.Count);
    }

    [Theory]
    [MemberData(nameof(Transient))]
    public async Task A_write_that_is_not_repeatable_is_sent_once_and_its_outcome_is_unknown(string fault)
    {
        using var http = Make();
        _server.On("POST /api/thing", Fault(fault));

        var error = await Assert.ThrowsAsync<OutcomeUnknownException>(() => Patiently(http.SendAsync(Write, Token)));

        Assert.Single(_server.Requests);
        Assert.Contains("not known whether this happened: change the thing", error.Message, StringComparison.Ordinal);
        Assert.Contains("POST http://service.test/api/thing", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Transient))]
    public async Task A_repeatable_write_is_sent_again(string fault)
    {
        using var http = Make();
        _server.On("PUT /api/thing", Fault(fault), ScriptedReply.Ok(new { }));

        await Patiently(http.SendAsync(RepeatableWrite, Token));

        Assert.Equal(2, _server.Requests.Count);
        Assert.Equal(2, http.Writes);
    }

    [Fact]
    public async Task What_lasts_is_told_with_why_how_often_and_until_when()
    {
        using var http = Make();
        _server.On("GET /api/thing", ScriptedReply.Status(502));

        await Assert.ThrowsAsync<ServiceException>(() => http.SendAsync(Read, Token));

        Assert.Matches(@"^service at http://service\.test answered 502 [^.]+\. It is asked again to read the thing: 3 of 4 tries so far, until \d\d:\d\d:\d\d UTC at the latest\.$", _notices.Last());
    }

    [Fact]
    public async Task Four_tries_are_all()
    {
        using var http = Make();
        _server.On("GET /api/thing", ScriptedReply.Status(502));

        var error = await Assert.ThrowsAsync<ServiceException>(() => http.SendAsync(Read, Token));

        Assert.Equal(4, _server.Requests.Count);
        Assert.Equal(502, error.StatusCode);
        Assert.Contains("Tried 4 times", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repeatable_write_that_never_gets_an_answer_is_of_unknown_outcome()
    {
        using var http = Make();
        _server.On("PUT /api/thing", ScriptedReply.Reset());

        await Assert.ThrowsAsync<OutcomeUnknownException>(() => http.SendAsync(RepeatableWrite, Token));
        Assert.Equal(4, _server.Requests.Count);
    }

    [Fact]
    public async Task Any_write_is_repeated_where_it_was_provably_not_sent()
    {
        using var http = Make();
        _server.On("POST /api/thing", ScriptedReply.Refused(), ScriptedReply.Throw(() => new HttpRequestException(HttpRequestError.NameResolutionError, "unknown host")), ScriptedReply.Ok(new { }));

        await http.SendAsync(Write, Token);

        Assert.Equal(3, _server.Requests.Count);
    }

    [Fact]
    public async Task A_write_that_was_never_sent_fails_clearly_and_is_not_in_doubt()
    {
        using var http = Make();
        _server.On("POST /api/thing", ScriptedReply.Refused());

        var error = await Assert.ThrowsAsync<ServiceException>(() => http.SendAsync(Write, Token));

        Assert.Contains("could not be reached: Connection refused", error.Message, StringComparison.Ordinal);
        Assert.Equal(4, _server.Requests.Count);
    }

    [Fact]
    public async Task A_write_that_is_refused_by_status_is_not_in_doubt_and_not_repeated()
    {
        using var http = Make();
        _server.On("POST /api/thing", ScriptedReply.Json(409, new { conflictingRequest = new { code = 409, message = "busy" } }));

        var error = await Assert.ThrowsAsync<ServiceException>(() => http.SendAsync(Write, Token));

        Assert.Equal("conflictingRequest", error.FaultCode);
        Assert.EndsWith("answered 409 Conflict: busy.", error.Message, StringComparison.Ordinal);
        Assert.Single(_server.Requests);
    }

    public static TheoryData<string, int> RefusedAfterFault => new MatrixTheoryData<string, int>(["reset", "hang", "cut", "500"], [429, 503, 409, 401]);

    [Theory]
    [MemberData(nameof(RefusedAfterFault))]
    public async Task A_refusal_of_a_repeat_does_not_tell_what_became_of_the_first_try(string fault, int refusal)
    {
        using var http = Make();
        _server.On("PUT /api/thing", Fault(fault), ScriptedReply.Status(refusal, ("Retry-After", "1")));

        var error = await Assert.ThrowsAsync<OutcomeUnknownException>(() => Patiently(http.SendAsync(RepeatableWrite, Token)));

        Assert.Contains($"answered {refusal}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task A_write_of_which_every_try_was_refused_is_not_in_doubt(int refusal)
    {
        using var http = Make();
        _server.On("PUT /api/thing", ScriptedReply.Refused(), ScriptedReply.Status(refusal, ("Retry-After", "1")));

        var error = await Assert.ThrowsAsync<ServiceException>(() => http.SendAsync(RepeatableWrite, Token));

        Assert.Equal(refusal, error.StatusCode);
        Assert.Equal(4, _server.Requests.Count);
    }

    [Theory]
    [InlineData(429, "7")]
    [InlineData(503, "7")]
    [InlineData(429, "Wed, 18 Nov 2026 12:00:07 GMT")]
    public async Task Retry_after_is_honoured_within_a_tenth(int status, string after)
    {
        using var http = Make();
        _server.On("GET /api/thing", ScriptedReply.Status(status, ("Retry-After", after)), ScriptedReply.Ok(new { }));

        await http.SendAsync(Read, Token);

        Assert.InRange(_clock.Elapsed.TotalSeconds, 7, 7.7);
    }

    [Fact]
    public async Task A_retry_after_date_counts_from_the_servers_own_clock()
    {
        using var http = Make();
        _clock.Jump(TimeSpan.FromHours(1));
        _server.On("GET /api/thing", ScriptedReply.Status(503, ("Retry-After", "Wed, 18 Nov 2026 12:00:07 GMT"), ("Date", "Wed, 18 Nov 2026 12:00:00 GMT")), ScriptedReply.Ok(new { }));

        await http.SendAsync(Read, Token);

        Assert.InRange(_clock.Elapsed.TotalSeconds, 7, 7.7);
    }

    [Fact]
    public async Task A_wait_beyond_the_deadline_is_not_begun()
    {
        using var http = Make();
        _server.On("GET /api/thing", ScriptedReply.Status(429, ("Retry-After", "3600")));

        var error = await Assert.ThrowsAsync<ServiceException>(() => http.SendAsync(Read, Token));

        Assert.Single(_server.Requests);
        Assert.Equal(TimeSpan.Zero, _clock.Elapsed);
        Assert.Equal(TimeSpan.FromHours(1), error.RetryAfter);
        Assert.Contains("asks to wait 3600 s", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_call_has_a_deadline()
    {
        using var http = Make();
        _server.On("GET /api/thing", ScriptedReply.Hang());

        var error = await Assert.ThrowsAsync<ServiceException>(() => Patiently(http.SendAsync(Read, Token)));

        // The deadline passes within the fourth try of 30 s.
        Assert.Equal(4, _server.Requests.Count);
        Assert.Contains("did not answer within", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deadlines_and_waits_do_not_mind_a_jump_of_the_clock()
    {
        using var http = Make();
        _server.On("GET /api/thing", _ =>
        {
            _clock.Jump(TimeSpan.FromHours(_server.Requests.Count % 2 == 0 ? 1 : -1));
            return _server.Requests.Count < 3 ? ScriptedReply.Status(503, ("Retry-After", "5")) : ScriptedReply.Ok(new { });
        });

        await http.SendAsync(Read, Token);

        Assert.InRange(_clock.Elapsed.TotalSeconds, 10, 11);
    }

    [Fact]
    public async Task Cancelling_ends_a_call_at_once_as_a_cancellation()
    {
        using var http = Make();
        using var stop = new CancellationTokenSource();
        _server.On("GET /api/thing", ScriptedReply.Hang());
        var call = http.SendAsync(Read, stop.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Theory]
    [InlineData("text/html; charset=utf-8", "<!DOCTYPE html><html><head><title>Sign in to Example</title></head></html>", "an HTML page \"Sign in to Example\" instead of JSON: a login page")]
    [InlineData("text/plain", "hello", "content of type 'text/plain' instead of JSON: hello")]
    [InlineData("application/json", "{\"a\": [1, 2", "JSON that is cut off, after 11 bytes: …{\"a\": [1, 2")]
    [InlineData("application/json", "{\"a\": oops}", "JSON that cannot be read")]
    public async Task An_answer_that_is_not_json_is_named_for_what_it_is(string type, string body, string expected)
    {
        using var http = Make();
        _server.On("GET /api/thing", ScriptedReply.Text(200, type, body));

        var error = await Assert.ThrowsAsync<ServiceException>(() => http.SendAsync(Read, Token));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_nested_100000_deep_is_refused()
    {
        using var http = Make();
        _server.On("GET /api/thing", ScriptedReply.Text(200, "application/json", new string('[', 100_000)));

        var error = await Assert.ThrowsAsync<ServiceException>(() => http.SendAsync(Read, Token));

        Assert.Contains("nested deeper than 64", error.Message, StringComparison.Ordinal);
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task A_body_without_an_end_is_read_to_the_limit_only()
    {
        using var http = Make(new HttpSettings { MaxAnswerMebibytes = 1 });
        EndlessStream? body = null;
        _server.On("GET /api/thing", ScriptedReply.Stream(200, () => body = new EndlessStream()));

        var error = await Assert.ThrowsAsync<ServiceException>(() => http.SendAsync(Read, Token));

        Assert.Contains("more than 1 MiB", error.Message, StringComparison.Ordinal);
        Assert.InRange(body!.BytesRead, 1, (1024 * 1024) + 65536);
        Assert.Single(_server.Requests);
    }

    [Theory]
    [InlineData("https://service.test/api/other")]
    [InlineData("http://evil.test/api/other")]
    [InlineData("http://service.test:81/api/other")]
    [InlineData("//evil.test/")]
    public async Task A_redirect_to_another_origin_is_not_followed(string location)
    {
        using var http = Make();
        _server.On("GET /api/thing", ScriptedReply.Status(302, ("Location", location)));

        var error = await Assert.ThrowsAsync<ServiceException>(() => http.SendAsync(Read, Token));

        Assert.Single(_server.Requests);
        Assert.Contains("another origin, where no credentials are sent", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_read_follows_a_redirect_within_its_origin_but_not_in_circles()
    {
        using var http = Make();
        _server.On("GET /api/thing", ScriptedReply.Status(301, ("Location", "/api/thing/"))).On("GET /api/thing/", ScriptedReply.Ok(new { a = 1 }), ScriptedReply.Status(301, ("Location", "/api/thing")));

        Assert.True((await http.SendAsync(Read, Token)).IsSuccess);
        var error = await Assert.ThrowsAsync<ServiceException>(() => http.SendAsync(Read, Token));
        Assert.Contains("redirects in circles", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_does_not_follow_a_redirect()
    {
        using var http = Make();
        _server.On("POST /api/thing", ScriptedReply.Status(307, ("Location", "/api/thing/")));

        await Assert.ThrowsAsync<ServiceException>(() => http.SendAsync(Write, Token));
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task A_page_on_another_host_is_not_asked_for()
    {
        using var http = Make();

        await Assert.ThrowsAsync<ServiceException>(() => http.SendAsync(HttpCall.Get("http://evil.test/api/thing?page=2", "list"), Token));
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task Server_text_reaches_people_without_control_characters_and_capped()
    {
        using var http = Make();
        _server.On("GET /api/thing", ScriptedReply.Json(400, new { detail = "bad\u001b[31m\u202e\u0000\r\nthing " + new string('x', 10_000) }));

        var error = await Assert.ThrowsAsync<ServiceException>(() => http.SendAsync(Read, Token));

        Assert.DoesNotContain(error.Message, c => char.IsControl(c) || c == '\u202e');
        Assert.InRange(error.Message.Length, 100, 800);
    }

    [Fact]
    public async Task Secrets_in_urls_answers_and_credentials_stay_out_of_log_and_errors()
    {
        var redactor = new Redactor();
        redactor.Add("hunter2hunter2");
        using var http = Make(redactor: redactor);
        _server.On("GET /api/thing", ScriptedReply.Json(400, new { detail = "the password hunter2hunter2 is wrong" }));

        var error = await Assert.ThrowsAsync<ServiceException>(() => http.SendAsync(Read with { Query = [("api_token", "tok123"), ("q", "hunter2hunter2"), ("a", "b")] }, Token));

        Assert.DoesNotContain("hunter2", error.ToString() + string.Concat(_log), StringComparison.Ordinal);
        Assert.DoesNotContain("tok123", error.ToString() + string.Concat(_log), StringComparison.Ordinal);
        Assert.Contains("api_token=***", _log.First(), StringComparison.Ordinal);
        Assert.Contains("a=b → 400", _log.First(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_more_calls_run_at_a_time_than_the_settings_allow()
    {
        using var http = Make(new HttpSettings { MaxConcurrency = 3 });
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _server.On("GET /api/thing", ScriptedReply.Ok(new { }).After(gate.Task));

        var calls = Enumerable.Range(0, 10).Select(_ => http.SendAsync(Read, Token)).ToList();
        Assert.Equal(3, _server.Requests.Count);
        gate.SetResult();

        await Task.WhenAll(calls);
        Assert.Equal(10, http.Requests);
    }

    [Fact]
    public async Task A_service_that_only_fails_is_left_alone_for_a_while()
    {
        using var http = Make();
        _server.On("GET /api/thing", ScriptedReply.Refused());
        Exception? last = null;
        for (var i = 0; i < 8; i++)
            last = await Assert.ThrowsAsync<ServiceException>(() => http.SendAsync(Read, Token));

        Assert.InRange(_server.Requests.Count, 20, 24);
        Assert.Contains("was not asked", last!.Message, StringComparison.Ordinal);

        _server.On("GET /api/thing", ScriptedReply.Ok(new { }));
        _clock.Advance(TimeSpan.FromSeconds(16));
        await http.SendAsync(Read, Token);
    }

    [Fact]
    public async Task Requests_say_who_sends_them()
    {
        using var http = Make();
        _server.On("GET /api/thing", ScriptedReply.Ok(new { }));

        await http.SendAsync(Read, Token);

        Assert.StartsWith("PlatformOps/", _server.Requests[0].Header("User-Agent"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("12:34", null)]
    [InlineData("AB:CD", null)]
    [InlineData("00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF", 32)]
    [InlineData("00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF", 32)]
    public void A_thumbprint_is_sha256_in_hexadecimal(string text, int? length)
    {
        if (length is null)
            Assert.Throws<ConfigurationException>(() => HttpSockets.ParseThumbprint(text));
        else
            Assert.Equal(length, HttpSockets.ParseThumbprint(text).Length);
    }

    [Fact]
    public void An_unchecked_certificate_is_warned_about()
    {
        using var http = Make(new HttpSettings { Insecure = true });

        Assert.Contains("certificates of this service are not checked", Assert.Single(_log), StringComparison.Ordinal);
    }

    private static ScriptedReply Fault(string fault) => fault switch
    {
        "reset" => ScriptedReply.Reset(),
        "hang" => ScriptedReply.Hang(),
        "cut" => ScriptedReply.Text(200, "application/json", "{\"a\": "),
        _ => ScriptedReply.Text(int.Parse(fault, System.Globalization.CultureInfo.InvariantCulture), "text/html", "<html><title>Bad gateway</title></html>"),
    };

    /// <summary>Lets deadlines pass while a call waits.</summary>
    private async Task<T> Patiently<T>(Task<T> call)
    {
        for (var passed = 0; !call.IsCompleted;)
        {
            if (_server.Hangs > passed)
            {
                passed++;
                _clock.Advance(TimeSpan.FromSeconds(30));
            }

            await Task.WhenAny(call, Task.Delay(1, Token));
        }

        return await call;
    }

    private HttpService Make(HttpSettings? settings = null, Redactor? redactor = null) => new(new HttpServiceOptions
    {
        Service = "service",
        BaseAddress = new Uri("http://service.test/api"),
        Time = _clock,
        Settings = settings ?? new HttpSettings(),
        Handler = _server,
        Redactor = redactor,
        Exchanged = exchange => _log.Enqueue(exchange.ToString()),
        Repeating = (_, notice) => _notices.Enqueue(notice),
    });

    private sealed class EndlessStream : Stream
    {
        public long BytesRead { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            Array.Fill(buffer, (byte)' ', offset, count);
            BytesRead += count;
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

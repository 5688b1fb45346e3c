using PlatformOps.Core.Http;
using PlatformOps.Core.Secrets;
using PlatformOps.Errors;
using PlatformOps.TestKit;

namespace PlatformOps.Core.Tests.Http;

public sealed class FixedAuthenticationTests
{
    private readonly ScriptedHandler _server = new();
    private readonly FakeTimeProvider _clock = new() { AutoAdvance = TimeSpan.FromSeconds(20) };
    private readonly SecretStore _secrets = new(new Redactor());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_bad_password_is_sent_once_however_many_ask_and_never_again()
    {
        using var http = Make();
        _server.On("GET /thing", ScriptedReply.Json(401, new { detail = "wrong" }));

        var calls = Enumerable.Range(0, 50).Select(_ => http.SendAsync(HttpCall.Get("thing", "read"), Token)).ToList();
        foreach (var call in calls)
            await Assert.ThrowsAsync<ServiceAuthenticationException>(() => call);
        var later = await Assert.ThrowsAsync<ServiceAuthenticationException>(() => http.SendAsync(HttpCall.Get("thing", "read"), Token));

        Assert.Single(_server.Requests);
        Assert.Contains("service refused service.password before (401: wrong)", later.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_first_call_without_a_verdict_lets_the_next_one_try()
    {
        using var http = Make();
        _server.On("GET /thing", ScriptedReply.Reset(), ScriptedReply.Status(503), ScriptedReply.Ok(new { }));

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => http.SendAsync(HttpCall.Get("thing", "read"), Token)));

        Assert.Equal("Basic YWxpY2U6czNjcmV0", _server.Requests[^1].Header("Authorization"));
    }

    [Fact]
    public async Task A_missing_right_does_not_make_the_password_bad()
    {
        using var http = Make();
        _server.On("GET /thing", ScriptedReply.Json(403, new { detail = "not yours" }), ScriptedReply.Ok(new { }));

        var error = await Assert.ThrowsAsync<ServiceAuthenticationException>(() => http.SendAsync(HttpCall.Get("thing", "read"), Token));
        Assert.Contains("lacks the right", error.Message, StringComparison.Ordinal);
        await http.SendAsync(HttpCall.Get("thing", "read"), Token);
    }

    [Fact]
    public async Task A_refusal_shows_no_part_of_the_password()
    {
        using var http = Make();
        _server.On("GET /thing", ScriptedReply.Json(401, new { detail = "user alice, password s3cret, header YWxpY2U6czNjcmV0" }));

        var error = await Assert.ThrowsAsync<ServiceAuthenticationException>(() => http.SendAsync(HttpCall.Get("thing", "read"), Token));
        var later = await Assert.ThrowsAsync<ServiceAuthenticationException>(() => http.SendAsync(HttpCall.Get("thing", "read"), Token));

        Assert.DoesNotContain("s3cret", error.ToString() + later, StringComparison.Ordinal);
        Assert.DoesNotContain("YWxpY2U6czNjcmV0", error.ToString() + later, StringComparison.Ordinal);
    }

    private HttpService Make() => new(new HttpServiceOptions
    {
        Service = "service",
        BaseAddress = new Uri("http://service.test"),
        Time = _clock,
        Handler = _server,
        Redactor = _secrets.Redactor,
        Authentication = FixedAuthentication.Basic("service", "service.password", _secrets, "alice", Secret.FromText("s3cret")),
    });
}

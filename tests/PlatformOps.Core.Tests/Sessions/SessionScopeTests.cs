using System.Net;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Http;
using PlatformOps.Core.Ledger;
using PlatformOps.Core.Logging;
using PlatformOps.Core.Services.Hosts;
using PlatformOps.Core.Sessions;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;
using PlatformOps.Runs;
using PlatformOps.TestKit.Changes;

namespace PlatformOps.Core.Tests.Sessions;

public sealed class SessionScopeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_is_made_when_it_is_first_asked_for_and_once_however_many_ask()
    {
        var made = 0;
        var all = new Rendezvous(8);
        await using var session = new TestSession([new FakeService("one").Makes(_ =>
        {
            Interlocked.Increment(ref made);
            return new Client();
        })]);
        Assert.Equal(0, made);

        var clients = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            await all.ArriveAsync();
            return session.Scope.Get<Client>();
        }, Token)));

        Assert.Equal(1, made);
        Assert.All(clients, client => Assert.Same(clients[0], client));
    }

    [Fact]
    public async Task The_bastion_and_the_machine_that_a_session_runs_on_are_never_targets()
    {
        await using var session = new TestSession([new HostsRegistration()], new SshConfiguration { Via = new Uri("ssh://ops@bastion.example.org:2222") });
        var own = Dns.GetHostName();

        foreach (var (name, why) in new[] { ("bastion.example.org", "ssh"), ("BASTION", "ssh"), (own, "this session"), (own.ToUpperInvariant(), "this session"), (own.Split('.')[0], "this session") })
        {
            var error = await Assert.ThrowsAsync<RefusedException>(() => session.Effects.RunAsync(new HostCommandChange(), new ActionTarget(ActionTarget.Host, name), new HostCommandParameters { Argv = ["true"] }, null, Token));
            Assert.Equal($"[test] {name} is protected: {why} is worked on from there.", error.Message);
        }

        session.Scope.Policy.ThrowIfRefused(new ActionTarget(ActionTarget.Host, "hv01.example.org"));
    }

    [Fact]
    public async Task Clients_are_made_from_each_other_and_from_the_session()
    {
        await using var session = new TestSession([new FakeService("one").Makes(scope => new Wrapper(scope.Get<Client>(), scope.Get<RunStore>())).Makes(_ => new Client())]);

        var wrapper = session.Scope.Get<Wrapper>();

        Assert.Same(session.Scope.Get<Client>(), wrapper.Client);
        Assert.Same(session.Scope.Store, wrapper.Store);
    }

    [Fact]
    public async Task What_could_not_be_made_is_tried_again()
    {
        var tries = 0;
        await using var session = new TestSession([new FakeService("one").Makes(_ => ++tries < 3 ? throw new ConfigurationException("not yet") : new Client())]);

        Assert.Throws<ConfigurationException>(session.Scope.Get<Client>);
        Assert.Throws<ConfigurationException>(session.Scope.Get<Client>);
        Assert.Same(session.Scope.Get<Client>(), session.Scope.Get<Client>());
        Assert.Equal(3, tries);
    }

    [Fact]
    public async Task A_client_that_no_service_makes_is_named()
    {
        await using var session = new TestSession([]);

        Assert.Contains("No service makes a Client", Assert.Throws<InvalidOperationException>(session.Scope.Get<Client>).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Closing_disposes_of_what_was_made_once_and_makes_nothing()
    {
        var (made, failed) = (0, 0);
        var session = new TestSession([new FakeService("one")
            .Makes(_ => new Client())
            .Makes(_ => new AsyncClient())
            .Makes(_ => ++failed > 0 ? throw new ConfigurationException("no") : new House())
            .Makes(_ =>
            {
                made++;
                return new Light();
            })]);
        var (client, asynchronous) = (session.Scope.Get<Client>(), session.Scope.Get<AsyncClient>());
        Assert.Throws<ConfigurationException>(session.Scope.Get<House>);

        await session.Scope.DisposeAsync();
        await session.Scope.DisposeAsync();

        Assert.Equal((1, 1, 0, 1), (client.Disposals, asynchronous.Disposals, made, failed));
        await session.DisposeAsync();
    }

    [Fact]
    public async Task Closing_ends_the_sessions_run_before_its_clients_go()
    {
        var house = new House();
        RunState? seen = null;
        var session = new TestSession([new FakeService("one").Makes(_ => house).Makes(scope => new Client { OnDispose = () => seen = scope.Get<RunStore>().List().Single().State })]);
        _ = session.Scope.Get<Client>();
        await session.Effects.RunAsync(new SwitchTargetLight("light.switch"), new ActionTarget(ActionTarget.Hypervisor, "hv1"), new SwitchTargetLight.Parameters(), null, Token);

        await session.DisposeAsync();

        Assert.Equal(RunState.Succeeded, seen);
    }

    [Fact]
    public async Task A_client_that_cannot_be_disposed_of_keeps_no_other_open()
    {
        var session = new TestSession([new FakeService("one").Makes(_ => new Client { OnDispose = () => throw new IOException("the socket is gone") }).Makes(_ => new AsyncClient { OnDispose = () => throw new IOException("gone too") }).Makes(_ => new OtherClient())]);
        var (one, two, three) = (session.Scope.Get<Client>(), session.Scope.Get<AsyncClient>(), session.Scope.Get<OtherClient>());

        await Assert.ThrowsAnyAsync<Exception>(async () => await session.Scope.DisposeAsync());

        Assert.Equal((1, 1, 1), (one.Disposals, two.Disposals, three.Disposals));
        await session.DisposeAsync();
    }

    [Fact]
    public async Task Every_request_goes_to_the_log_of_whoever_is_at_work()
    {
        using var server = new ScriptedHandler();
        server.On("GET /x", ScriptedReply.Ok(new { }));
        await using var session = new TestSession([new FakeService("http").Makes(scope => new HttpServiceFactory(scope.Time, scope.Secrets.Redactor) { Handler = server })]);
        var http = session.Scope.Get<HttpServiceFactory>().Create("one", new Uri("http://one.test"));
        var logs = new[] { new RecordingLog(), new RecordingLog() };

        await Task.WhenAll(logs.Select(async (log, index) =>
        {
            AmbientLog.Current = log;
            for (var n = 0; n <= index; n++)
                await http.SendAsync(new HttpCall(HttpMethod.Get, "x") { What = "look" }, Token);
        }));

        Assert.Equal([1, 2], logs.Select(log => log.Lines.Count));
        Assert.All(logs.SelectMany(log => log.Lines), line => Assert.StartsWith("one: GET http://one.test/x → 200", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_run_has_the_configured_window_from_now_where_none_is_given()
    {
        await using var session = new TestSession([]);
        var now = session.Time.GetUtcNow();

        var identity = session.Scope.Identity("test");
        var given = session.Scope.Identity("test", (now.AddDays(1), now.AddDays(2)));

        Assert.Equal((now, session.Scope.Configuration.Maintenance.EndOf(now)), (identity.WindowStart, identity.WindowEnd));
        Assert.True(identity.WindowEnd > now);
        Assert.Equal((now.AddDays(1), now.AddDays(2)), (given.WindowStart, given.WindowEnd));
        Assert.NotEqual(identity.RunId, given.RunId);
    }

    private class Client : IDisposable
    {
        public Action? OnDispose { get; init; }

        public int Disposals { get; private set; }

        public void Dispose()
        {
            Disposals++;
            OnDispose?.Invoke();
        }
    }

    private sealed class OtherClient : Client;

    private sealed class AsyncClient : IAsyncDisposable
    {
        public Action? OnDispose { get; init; }

        public int Disposals { get; private set; }

        public ValueTask DisposeAsync()
        {
            Disposals++;
            OnDispose?.Invoke();
            return default;
        }
    }

    private sealed record Wrapper(Client Client, RunStore Store);
}

using PlatformOps.Core.Changes;
using PlatformOps.Core.Http;
using PlatformOps.Core.Logging;
using PlatformOps.Core.Secrets;
using PlatformOps.Core.Services.Jira;
using PlatformOps.Core.Services.NetBox;
using PlatformOps.Core.Services;
using PlatformOps.Core.Sessions;
using PlatformOps.Errors;
using PlatformOps.TestKit.Changes;

namespace PlatformOps.Core.Tests.Sessions;

public sealed class TargetIdentifierTests : IAsyncDisposable
{
    private const string Host = "hv1.example.org";
    private static readonly ActionTarget WithTicket = new(ActionTarget.Hypervisor, Host, "MH-101");

    private readonly ScriptedHandler _server = new();
    private readonly List<string> _asked = [];
    private readonly List<TestSession> _sessions = [];

    public TargetIdentifierTests() => _server.On("GET /rest/api/2/serverInfo", ScriptedReply.Ok(new { version = "9.4.0", versionNumbers = new[] { 9, 4, 0 }, deploymentType = "Server", baseUrl = "http://jira.test" }));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var session in _sessions)
            await session.DisposeAsync();
    }

    [Theory]
    [InlineData(ActionTarget.Hypervisor, "nova,netbox", "netbox,nova")]
    [InlineData(ActionTarget.Host, "nova", "nova")]
    [InlineData(ActionTarget.Hypervisor, "", "")]
    // What is no machine has no name at them.
    [InlineData(ActionTarget.Ticket, "nova,netbox", "")]
    public async Task A_service_is_asked_about_a_machine_that_is_worked_on_with_it(string kind, string needs, string asked)
    {
        var names = await IdentifyAsync(Session(Asked("nova"), Asked("netbox"), Asked("kayobe")), new ActionTarget(kind, Host), needs);

        Assert.Equal(asked, string.Join(',', _asked.Order()));
        Assert.Equal(_asked.Order(), names.Keys.Order());
    }

    [Fact]
    public async Task A_service_that_asks_for_itself_is_asked_where_it_is_configured_or_needed()
    {
        FakeService Always(string name) => new(name) { Asks = _ => true, Names = Answer(name), Section = typeof(JiraConfiguration) };

        await IdentifyAsync(Session(Always("one")), WithTicket, "");
        Assert.Empty(_asked);
        await IdentifyAsync(Session(Always("two")), WithTicket, "two");
        await IdentifyAsync(Configured(Always("three")), WithTicket, "");

        Assert.Equal(["two", "three"], _asked);
    }

    [Fact]
    public async Task All_are_asked_side_by_side()
    {
        var both = new Rendezvous(2);
        FakeService Meets(string name) => new(name)
        {
            Names = async _ =>
            {
                await both.ArriveAsync();
                return new() { [name] = Host };
            },
        };

        Assert.Equal(2, (await IdentifyAsync(Session(Meets("nova"), Meets("netbox")), WithTicket, "nova,netbox")).Count);
    }

    [Fact]
    public async Task One_that_does_not_know_it_refuses_it()
    {
        var session = Session(Asked("nova"), new FakeService("netbox") { Names = _ => throw new ObjectNotFoundException("NetBox has no hv1") });

        await Assert.ThrowsAsync<ObjectNotFoundException>(() => IdentifyAsync(session, WithTicket, "nova,netbox"));
    }

    [Fact]
    public async Task One_that_knows_two_of_its_name_refuses_it_with_both()
    {
        _server.On("GET /api/dcim/devices/", ScriptedReply.Ok(new { count = 2, next = (string?)null, results = new[] { Device(7, "DC1"), Device(8, "DC2") } }));

        var refused = await Assert.ThrowsAsync<AmbiguousNameException>(() => IdentifyAsync(Session(new NetBoxRegistration()), WithTicket, "netbox"));

        Assert.Contains("'hv1' at DC1 (active, id 7), 'hv1' at DC2 (active, id 8)", refused.Message, StringComparison.Ordinal);
        Assert.Equal(Host, refused.TargetName);
    }

    [Theory]
    [InlineData("RL9 for hv1.example.org", null)]
    [InlineData("Reinstall hv1", null)]
    [InlineData("Reinstall these", "ops-hv1.example.org")]
    public async Task Its_ticket_names_it_by_summary_or_label(string summary, string? label)
    {
        Ticket(summary, label);

        Assert.Equal("MH-101", (await IdentifyAsync(Session(new JiraRegistration()), WithTicket, ""))[ActionTarget.Ticket]);
    }

    [Theory]
    [InlineData("RL9 for hv2.example.org")]
    [InlineData("RL9 for hv11.example.org")]
    [InlineData("RL9 for hv1.example.com")]
    public async Task A_ticket_of_another_machine_is_refused_with_what_it_says(string summary)
    {
        Ticket(summary, null);

        var refused = await Assert.ThrowsAsync<RefusedException>(() => IdentifyAsync(Session(new JiraRegistration()), WithTicket, ""));

        Assert.Contains($"MH-101 is '{summary}', which does not name {Host}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ticket_that_does_not_exist_is_refused()
    {
        _server.On("GET /rest/api/2/issue/MH-101", ScriptedReply.Json(404, new { errorMessages = new[] { "Issue Does Not Exist" } }));

        await Assert.ThrowsAsync<ObjectNotFoundException>(() => IdentifyAsync(Session(new JiraRegistration()), WithTicket, ""));
    }

    [Theory]
    [InlineData(503)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(0)]
    public async Task A_ticket_service_that_cannot_be_asked_keeps_nobody_from_working_and_is_logged(int status)
    {
        _server.On("GET /rest/api/2/issue/MH-101", status == 0 ? ScriptedReply.Refused() : ScriptedReply.Status(status));
        var log = new RecordingLog();
        AmbientLog.Current = log;

        Assert.Equal(["nova"], (await IdentifyAsync(Session(new JiraRegistration(), Asked("nova")), WithTicket, "nova")).Keys);

        Assert.Contains(log.Lines, line => line.StartsWith("jira: MH-101 could not be looked at: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_ticket_the_ticket_service_is_not_asked()
    {
        Assert.Empty(await IdentifyAsync(Session(new JiraRegistration()), WithTicket with { TicketId = null }, ""));
        Assert.Empty(_server.Requests);
    }

    private static async Task<IReadOnlyDictionary<string, string>> IdentifyAsync(TestSession session, ActionTarget target, string needs)
        => await new TargetIdentifier(session.Scope).IdentifyAsync(target, needs.Split(',', StringSplitOptions.RemoveEmptyEntries), Token);

    private FakeService Asked(string name) => new(name) { Names = Answer(name) };

    private Func<ActionTarget, Task<Dictionary<string, string>>> Answer(string name) => target =>
    {
        lock (_asked)
            _asked.Add(name);
        return Task.FromResult(new Dictionary<string, string> { [name] = target.Name });
    };

    // Only services of the test's own have no section here.
    private TestSession Session(params ServiceRegistration[] services)
        => Configured(services, services.Any(service => service is JiraRegistration) ? [Jira] : services.Any(service => service is NetBoxRegistration) ? [NetBox] : []);

    private TestSession Configured(FakeService service) => Configured([service], Jira);

    private TestSession Configured(ServiceRegistration[] services, params object[] sections)
    {
        var session = new TestSession([new FakeService("http").Makes(scope => new HttpServiceFactory(scope.Time, scope.Secrets.Redactor) { Handler = _server }), .. services], sections);
        _sessions.Add(session);
        return session;
    }

    private static JiraConfiguration Jira => new() { Url = new Uri("http://jira.test"), Username = "ops@example.org", ApiToken = Secret.FromText("jira-token-1") };

    private static NetBoxConfiguration NetBox => new() { Url = new Uri("http://netbox.test"), ApiToken = Secret.FromText("netbox-token-1") };

    private void Ticket(string summary, string? label) => _server.On("GET /rest/api/2/issue/MH-101", ScriptedReply.Ok(new
    {
        id = "1",
        key = "MH-101",
        fields = new { summary, labels = label is null ? [] : new[] { label }, status = new { name = "Backlog" }, issuetype = new { name = "HyperVisor" }, created = "2026-11-18T09:00:00.000+0000", updated = "2026-11-18T09:00:00.000+0000" },
    }));

    private static Dictionary<string, object?> Device(int id, string site) => new()
    {
        ["id"] = id, ["name"] = "hv1", ["status"] = new { value = "active", label = "Active" }, ["site"] = new { id, name = site, slug = site }, ["role"] = new { id = 1, name = "Hypervisor", slug = "hypervisor" },
        ["device_type"] = new { id = 4, model = "R750", manufacturer = new { id = 5, name = "Dell", slug = "dell" } }, ["serial"] = "S1", ["custom_fields"] = new { },
    };
}

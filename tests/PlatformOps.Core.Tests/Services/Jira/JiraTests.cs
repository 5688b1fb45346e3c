using System.Text.Json;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Secrets;
using PlatformOps.Core.Services.Jira;
using PlatformOps.Errors;
using PlatformOps.TestKit;

namespace PlatformOps.Core.Tests.Services.Jira;

public sealed class JiraTests
{
    private const string Host = "hv-1.example.org";
    private readonly TestScope _scope = Make("Server");
    private readonly List<Dictionary<string, object?>> _comments = [];
    private string _status = "Backlog";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private JiraClient Jira => _scope.Get<JiraClient>();

    [Theory]
    [InlineData("Server", null, "Bearer secret-token", "/rest/api/2/")]
    [InlineData("Server", JiraLogin.Basic, "Basic b3BzQGV4YW1wbGUub3JnOnNlY3JldC10b2tlbg==", "/rest/api/2/")]
    [InlineData("Cloud", null, "Basic b3BzQGV4YW1wbGUub3JnOnNlY3JldC10b2tlbg==", "/rest/api/3/")]
    internal async Task The_kind_is_asked_for_without_credentials_and_decides_login_and_version(string deployment, JiraLogin? login, string header, string path)
    {
        var scope = Make(deployment, Configuration with { Login = login });
        scope.Server.On($"GET /jira{path}issue/MH-1", Issue("MH-1"));

        await scope.Get<JiraClient>().GetAsync("MH-1", Token);

        Assert.Equal("GET /jira/rest/api/2/serverInfo", scope.Server.Lines[0]);
        Assert.Null(scope.Server.Requests[0].Header("Authorization"));
        Assert.Equal(header, scope.Server.Requests[1].Header("Authorization"));
    }

    [Fact]
    public async Task A_ticket_is_shown_whole()
    {
        _scope.Server.On("GET /jira/rest/api/2/issue/MH-1", Issue("MH-1"));

        var ticket = await Jira.GetAsync("MH-1", Token);

        Assert.Equal(("MH-1", Host, "Backlog", "HyperVisor", "Alice", "http://jira.test/jira/browse/MH-1"), (ticket.TicketId, ticket.Summary, ticket.Status, ticket.Type, ticket.Assignee, ticket.Url));
        Assert.Equal(new DateTimeOffset(2026, 11, 18, 9, 0, 0, TimeSpan.Zero), ticket.Created);
    }

    [Fact]
    public async Task A_ticket_that_does_not_exist_is_named()
    {
        _scope.Server.On("GET /jira/rest/api/2/issue/MH-9", ScriptedReply.Json(404, new { errorMessages = new[] { "Issue Does Not Exist" }, errors = new { } }));

        var error = await Assert.ThrowsAsync<ObjectNotFoundException>(() => Jira.GetAsync("MH-9", Token));

        Assert.Contains("no ticket MH-9 that we may see (it says 'Issue Does Not Exist", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_search_on_data_center_reads_all_pages_by_their_numbers()
    {
        _scope.Server.On("GET /jira/rest/api/2/search", request => request.Line.Contains("startAt=0", StringComparison.Ordinal)
            ? ScriptedReply.Ok(new { startAt = 0, total = 3, issues = new[] { IssueRow("MH-1"), IssueRow("MH-2") } })
            : ScriptedReply.Ok(new { startAt = 2, total = 3, issues = new[] { IssueRow("MH-3") } }));

        Assert.Equal(["MH-1", "MH-2", "MH-3"], await KeysAsync(_scope));
        Assert.EndsWith("startAt=2", _scope.Server.Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_search_on_cloud_follows_tokens_and_not_in_circles()
    {
        var scope = Make("Cloud");
        scope.Server.On("POST /jira/rest/api/3/search/jql", ScriptedReply.Ok(new { issues = new[] { IssueRow("MH-1") }, nextPageToken = "t1" }), ScriptedReply.Ok(new { issues = new[] { IssueRow("MH-2") } }));

        Assert.Equal(["MH-1", "MH-2"], await KeysAsync(scope));
        Assert.Equal("""{"jql":"project = MH","maxResults":100,"fields":["summary","status","issuetype","assignee","labels","created","updated"],"nextPageToken":"t1"}""", scope.Server.Writes[^1].Body);

        scope.Server.On("POST /jira/rest/api/3/search/jql", ScriptedReply.Ok(new { issues = new[] { IssueRow("MH-1") }, nextPageToken = "t1" }));
        await Assert.ThrowsAsync<ServiceException>(() => KeysAsync(scope));
    }

    [Fact]
    public async Task Only_an_exact_summary_is_found_although_jira_matches_words()
    {
        _scope.Server.On("GET /jira/rest/api/2/search", ScriptedReply.Ok(new { startAt = 0, total = 3, issues = new[] { IssueRow("MH-1", "hv-10.example.org"), IssueRow("MH-2", "reinstall hv-1.example.org"), IssueRow("MH-3", "HV-1.example.org ") } }));

        var found = await Jira.FindOpenAsync(Host, null, null, Token);

        Assert.Equal("MH-3", Assert.Single(found).TicketId);
        Assert.Contains("""jql=project = "MH" AND issuetype = "HyperVisor" AND statusCategory != Done AND summary ~ "\"hv-1.example.org\"" ORDER BY created ASC&""", _scope.Server.Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_cannot_leave_its_place_in_a_query()
        => Assert.Equal("\"a\\\" OR project = X \\\\\"", JiraClient.Quote("a\" OR project = X \\"));

    [Theory]
    [InlineData("Draining")]
    [InlineData("draining")]
    [InlineData(" Draining ")]
    public async Task A_ticket_is_moved_by_the_transition_that_leads_to_the_status(string status)
    {
        Workflow(("11", "Draining", "Drained"), ("12", "Start", "Draining"));

        var (before, after, applied) = await new TransitionTicket().RunAsync(_scope.Context(Host), new TransitionTicketParameters(status), Token);

        Assert.Equal(("Backlog", "Draining", true), (before, after, applied));
        Assert.Equal("""{"transition":{"id":"12"}}""", Assert.Single(_scope.Server.Writes).Body);
    }

    [Fact]
    public async Task A_ticket_that_is_there_already_is_left_alone()
    {
        Workflow(("12", "Start", "Draining"));
        _status = "Draining";

        Assert.False((await new TransitionTicket().RunAsync(_scope.Context(Host), new TransitionTicketParameters("draining"), Token)).WasApplied);
        Assert.Empty(_scope.Server.Writes);
    }

    [Fact]
    public async Task A_status_that_is_not_offered_is_an_error_that_lists_what_is()
    {
        Workflow(("11", "Begin", "Working On Pre Bios"), ("12", "Start", "Draining"));

        var error = await Assert.ThrowsAsync<ObjectNotFoundException>(() => new TransitionTicket().RunAsync(_scope.Context(Host), new TransitionTicketParameters("Ready"), Token));

        Assert.Contains("offers no transition to 'Ready'. Offered are: 'Begin' (to Working On Pre Bios), 'Start' (to Draining)", error.Message, StringComparison.Ordinal);
        Assert.Empty(_scope.Server.Writes);
    }

    [Fact]
    public async Task Two_ways_to_a_status_are_ambiguous_and_one_of_them_may_be_named()
    {
        Workflow(("11", "Begin", "Draining"), ("12", "Start", "Draining"));

        await Assert.ThrowsAsync<AmbiguousNameException>(() => new TransitionTicket().RunAsync(_scope.Context(Host), new TransitionTicketParameters("Draining"), Token));
        var (_, after, _) = await new TransitionTicket().RunAsync(_scope.Context(Host), new TransitionTicketParameters("start"), Token);

        Assert.Equal("Draining", after);
        Assert.Contains(_scope.Server.Writes, request => request.Body == """{"transition":{"id":"12"}}""");
    }

    [Fact]
    public async Task A_transition_that_moves_nothing_is_an_error()
    {
        Workflow(("12", "Start", "Draining"));
        _scope.Server.On("POST /jira/rest/api/2/issue/MH-101/transitions", ScriptedReply.Status(204));

        var error = await Assert.ThrowsAsync<ServiceException>(() => new TransitionTicket().RunAsync(_scope.Context(Host), new TransitionTicketParameters("Draining"), Token));

        Assert.Contains("took the transition 'Start' and the ticket is still 'Backlog'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_transition_that_asks_for_more_is_left_to_a_person()
    {
        var transition = new JiraTransition("1", "Close", new JiraName("2", "Done")) { Fields = new() { ["resolution"] = new JiraTransitionField(true, false, "Resolution") } };

        Assert.Contains("asks for 'Resolution'", Assert.Throws<RefusedException>(() => JiraClient.Choose("MH-1", "Done", [transition])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Server", "\"body\":\"It is \\\\*done\\\\*\"")]
    [InlineData("Cloud", "\"body\":{\"type\":\"doc\",\"version\":1,\"content\":[{\"type\":\"paragraph\",\"content\":[{\"type\":\"text\",\"text\":\"It is *done*\"}]}]}")]
    public async Task A_comment_carries_its_marker_in_a_property_and_is_written_once(string deployment, string body)
    {
        var scope = Make(deployment);
        Comments(scope, loseAnswer: true);
        var parameters = new AddTicketCommentParameters("It is *done*", Internal: true);

        await Assert.ThrowsAsync<OutcomeUnknownException>(() => new AddTicketComment().RunAsync(scope.Context(Host), parameters, Token));
        var again = await new AddTicketComment().RunAsync(scope.Context(Host), parameters, Token);

        Assert.False(again.WasApplied);
        var post = Assert.Single(scope.Server.Writes);
        Assert.Contains(body, post.Body, StringComparison.Ordinal);
        Assert.EndsWith("""
            "properties":[{"key":"platformops.marker","value":{"marker":"[ops:r1/hv-1.example.org/PreDrain.step]"}},{"key":"sd.public.comment","value":{"internal":true}}]}
            """.Trim(), post.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_properties_are_not_kept_the_marker_goes_into_the_text_and_is_found_there()
    {
        Comments(_scope, keepProperties: false);

        await new AddTicketComment().RunAsync(_scope.Context(Host), new AddTicketCommentParameters("hello"), Token);
        var again = await new AddTicketComment().RunAsync(_scope.Context(Host), new AddTicketCommentParameters("hello"), Token);

        Assert.False(again.WasApplied);
        Assert.Equal(["POST", "PUT"], _scope.Server.Writes.Select(request => request.Method));
    }

    [Fact]
    public async Task A_comment_that_jira_asks_to_wait_for_is_looked_for_again_and_then_sent_again()
    {
        Comments(_scope);
        var limited = true;
        var commit = _scope;
        var handler = new Func<SentRequest, ScriptedReply>(request => limited ? Limit() : Take(request, keepProperties: true));
        ScriptedReply Limit()
        {
            limited = false;
            return ScriptedReply.Status(429, ("Retry-After", "3"));
        }

        commit.Server.On("POST /jira/rest/api/2/issue/MH-101/comment", handler);

        await Jira.CommentAsync("MH-101", TicketText.Plain("x"), "[ops:m]", false, Token);

        Assert.Equal(["GET", "POST", "GET", "POST"], _scope.Server.Requests.Where(request => request.Url.AbsolutePath.EndsWith("/comment", StringComparison.Ordinal)).Select(request => request.Method));
        Assert.InRange(_scope.Clock.Elapsed.TotalSeconds, 3, 3.3);
    }

    [Fact]
    public async Task Writes_to_one_ticket_go_one_after_the_other()
    {
        Comments(_scope);
        var inside = new Peak();
        _scope.Server.On("POST /jira/rest/api/2/issue/MH-101/comment", request =>
        {
            using var visit = inside.Enter();
            return Take(request, keepProperties: true);
        });

        var jira = Jira;
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Task.Run(() => jira.CommentAsync("MH-101", TicketText.Plain("x"), $"[ops:{i}]", false, Token), Token)));

        Assert.Equal((1, 10), (inside.Most, _comments.Count));
    }

    [Fact]
    public async Task A_file_is_attached_once()
    {
        var attached = false;
        _scope.Server.On("GET /jira/rest/api/2/issue/MH-101", _ => ScriptedReply.Ok(new { id = "1", key = "MH-101", fields = new { summary = Host, status = new { name = "Backlog" }, attachment = attached ? new[] { new { id = "5", filename = "run.log", size = 5 } } : [] } }))
            .On("POST /jira/rest/api/2/issue/MH-101/attachments", _ =>
            {
                attached = true;
                return ScriptedReply.Ok("[]");
            });
        var path = Path.Combine(Directory.CreateTempSubdirectory().FullName, "phase.log");
        await File.WriteAllTextAsync(path, "hello", Token);
        var parameters = new AttachToTicketParameters(path, "run.log");

        var (before, after, _) = await new AttachToTicket().RunAsync(_scope.Context(Host), parameters, Token);
        var again = await new AttachToTicket().RunAsync(_scope.Context(Host), parameters, Token);

        Assert.Equal(("none", "run.log"), (before, after));
        Assert.False(again.WasApplied);
        var post = Assert.Single(_scope.Server.Writes);
        Assert.Equal("no-check", post.Header("X-Atlassian-Token"));
        Assert.Contains("name=file; filename=run.log", post.Body, StringComparison.Ordinal);
        Assert.Contains("hello", post.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ticket_is_made_with_label_and_assignee_only_where_none_is_open()
    {
        List<object> issues = [];
        _scope.Server.On("GET /jira/rest/api/2/search", _ => ScriptedReply.Ok(new { startAt = 0, total = issues.Count, issues }))
            .On("GET /jira/rest/api/2/myself", ScriptedReply.Ok(new { name = "alice", displayName = "Alice" }))
            .On("POST /jira/rest/api/2/issue", _ =>
            {
                issues.Add(IssueRow("MH-7"));
                return ScriptedReply.Json(201, new { id = "7", key = "MH-7" });
            });
        var context = _scope.Context(Host, ticket: null);

        var (before, after, _) = await new CreateTicket().RunAsync(context, new CreateTicketParameters(Description: "why"), Token);
        var again = await new CreateTicket().RunAsync(context, new CreateTicketParameters(), Token);

        Assert.Equal(("no ticket", "MH-7"), (before, after));
        Assert.False(again.WasApplied);
        Assert.Equal("""{"fields":{"project":{"key":"MH"},"issuetype":{"name":"HyperVisor"},"summary":"hv-1.example.org","description":"why","labels":["ops-hv-1.example.org"],"assignee":{"name":"alice"}}}""", Assert.Single(_scope.Server.Writes).Body);
    }

    [Fact]
    public async Task A_ticket_that_this_session_made_is_found_although_the_search_does_not_know_it_yet()
    {
        var scope = Make("Cloud");
        scope.Server.On("POST /jira/rest/api/3/search/jql", ScriptedReply.Ok(new { issues = Array.Empty<object>() }))
            .On("POST /jira/rest/api/3/issue", ScriptedReply.Json(201, new { id = "7", key = "MH-7" }))
            .On("GET /jira/rest/api/3/issue/MH-7", Issue("MH-7"));
        var parameters = new CreateTicketParameters(Assign: false);

        var (_, after, _) = await new CreateTicket().RunAsync(scope.Context(Host, ticket: null), parameters, Token);
        var again = await new CreateTicket().RunAsync(scope.Context(Host, ticket: null), parameters, Token);

        Assert.Equal("MH-7", after);
        Assert.False(again.WasApplied);
    }

    [Fact]
    public async Task A_transition_named_by_one_step_is_not_taken_for_another()
    {
        Workflow(("11", "Begin", "Draining"), ("12", "Finish", "Drained"));

        await new TransitionTicket().RunAsync(_scope.Context(Host), new TransitionTicketParameters("Begin"), Token);
        var again = await new TransitionTicket().RunAsync(_scope.Context(Host), new TransitionTicketParameters("begin"), Token);
        var (_, after, applied) = await new TransitionTicket().RunAsync(_scope.Context(Host), new TransitionTicketParameters("Finish"), Token);

        Assert.False(again.WasApplied);
        Assert.Equal(("Drained", true), (after, applied));
    }

    [Fact]
    public async Task A_ticket_whose_making_is_in_doubt_on_cloud_is_looked_for_until_the_search_has_caught_up()
    {
        var scope = Make("Cloud");
        var looks = 0;
        scope.Server.On("POST /jira/rest/api/3/search/jql", _ => ScriptedReply.Ok(new { issues = ++looks < 2 ? Array.Empty<object>() : [IssueRow("MH-7")] }));

        var answer = await ((Change)new CreateTicket()).ProbeAsync(scope.Context(Host, null), new CreateTicketParameters(), new TicketState(null), new TicketState(null), Token);

        Assert.Equal(ProbeAnswer.Happened, answer);
        Assert.Equal(2, looks);
    }

    [Fact]
    public async Task A_partial_success_of_many_keeps_every_key()
    {
        _scope.Server.On("POST /jira/rest/api/2/issue/bulk", request => request.Json.GetProperty("issueUpdates").GetArrayLength() == 50
            ? ScriptedReply.Json(201, new { issues = Enumerable.Range(1, 49).Select(i => new { id = $"{i}", key = $"MH-{i}" }), errors = new[] { new { status = 400, failedElementNumber = 3, elementErrors = new { errors = new { summary = "too long" } } } } })
            : ScriptedReply.Status(500));

        var results = await Jira.CreateAsync(Enumerable.Range(0, 60).Select(i => new NewTicket { Summary = $"h{i}" }).ToList(), Token);

        Assert.Equal(60, results.Count);
        Assert.Equal(["MH-1", "MH-2", "MH-3", null, "MH-4"], results.Take(5).Select(result => result.TicketId));
        Assert.Contains("too long", results[3].Error, StringComparison.Ordinal);
        Assert.Equal("MH-49", results[49].TicketId);
        Assert.All(results.Skip(50), result => Assert.Contains("not known whether this happened", result.Error, StringComparison.Ordinal));
        Assert.Equal(2, _scope.Server.Writes.Count);
    }

    [Fact]
    public async Task The_probe_tells_version_identity_and_missing_rights()
    {
        _scope.Server.On("GET /jira/rest/api/2/myself", ScriptedReply.Ok(new { name = "alice", displayName = "Alice" }))
            .On("GET /jira/rest/api/2/mypermissions", ScriptedReply.Ok(new { permissions = new[] { "BROWSE_PROJECTS", "CREATE_ISSUES", "ADD_COMMENTS", "TRANSITION_ISSUES", "CREATE_ATTACHMENTS", "ASSIGN_ISSUES" }.ToDictionary(name => name, name => new { havePermission = name != "ADD_COMMENTS" }) }));

        var probe = await new JiraRegistration().ProbeAsync(_scope, Token);

        Assert.Equal(("Jira Data Center 9.12.5", "Alice"), (probe.Version, probe.Identity));
        Assert.Equal(["comment on tickets of MH"], probe.MissingRights);
    }

    private static JiraConfiguration Configuration => new() { Username = "ops@example.org", ApiToken = Secret.FromText("secret-token"), Url = new Uri("http://jira.test/jira") };

    private static TestScope Make(string deployment, JiraConfiguration? configuration = null)
    {
        var scope = new TestScope([new JiraRegistration()], configuration ?? Configuration);
        scope.Server.On("GET /jira/rest/api/2/serverInfo", ScriptedReply.Ok(new { version = "9.12.5", deploymentType = deployment, baseUrl = "http://jira.test/jira" }));
        return scope;
    }

    private static async Task<List<string>> KeysAsync(TestScope scope)
    {
        List<string> keys = [];
        await foreach (var ticket in scope.Get<JiraClient>().SearchAsync("project = MH", Token))
            keys.Add(ticket.TicketId);
        return keys;
    }

    private static object IssueRow(string key, string summary = Host, string status = "Backlog") => new
    {
        id = "1", key,
        fields = new { summary, status = new { id = "1", name = status }, issuetype = new { id = "2", name = "HyperVisor" }, assignee = new { name = "alice", displayName = "Alice" }, labels = new[] { "ops" }, created = "2026-11-18T10:00:00.000+0100", updated = "2026-11-18T11:00:00.000+0100" },
    };

    private static ScriptedReply Issue(string key, string status = "Backlog") => ScriptedReply.Ok(IssueRow(key, status: status));

    /// <summary>A ticket MH-101 that moves by the transitions given.</summary>
    private void Workflow(params (string Id, string Name, string To)[] transitions)
    {
        object? property = null;
        _scope.Server
            .On("GET /jira/rest/api/2/issue/MH-101", _ => Issue("MH-101", _status))
            .On("GET /jira/rest/api/2/issue/MH-101/transitions", ScriptedReply.Ok(new { transitions = transitions.Select(transition => new { id = transition.Id, name = transition.Name, to = new { id = "9", name = transition.To } }) }))
            .On("GET /jira/rest/api/2/issue/MH-101/properties/platformops.transition", _ => property is null ? ScriptedReply.Json(404, new { errorMessages = new[] { "no property" } }) : ScriptedReply.Ok(new { key = "platformops.transition", value = property }))
            .On("PUT /jira/rest/api/2/issue/MH-101/properties/platformops.transition", request =>
            {
                property = request.Json;
                return ScriptedReply.Status(201);
            })
            .On("POST /jira/rest/api/2/issue/MH-101/transitions", request =>
            {
                var id = request.Json.GetProperty("transition").GetProperty("id").GetString();
                _status = transitions.Single(transition => transition.Id == id).To;
                return ScriptedReply.Status(204);
            });
    }

    private void Comments(TestScope scope, bool keepProperties = true, bool loseAnswer = false)
    {
        foreach (var api in new[] { "2", "3" })
        {
            scope.Server
                .On($"GET /jira/rest/api/{api}/issue/MH-101/comment", _ => ScriptedReply.Ok(new { startAt = 0, total = _comments.Count, comments = _comments }))
                .On($"POST /jira/rest/api/{api}/issue/MH-101/comment", request =>
                {
                    var reply = Take(request, keepProperties);
                    return loseAnswer ? ScriptedReply.Reset() : reply;
                })
                .On($"PUT /jira/rest/api/{api}/issue/MH-101/comment/1", request =>
                {
                    _comments[0]["body"] = request.Json.GetProperty("body");
                    return ScriptedReply.Ok(_comments[0]);
                });
        }
    }

    private ScriptedReply Take(SentRequest request, bool keepProperties)
    {
        lock (_comments)
        {
            var comment = new Dictionary<string, object?>
            {
                ["id"] = $"{_comments.Count + 1}",
                ["body"] = request.Json.GetProperty("body"),
                ["created"] = "2026-11-18T10:00:00.000+0000",
                ["properties"] = keepProperties ? request.Json.GetProperty("properties") : JsonSerializer.SerializeToElement(Array.Empty<object>()),
            };
            _comments.Add(comment);
            return ScriptedReply.Json(201, comment);
        }
    }
}

using PlatformOps.Alerts;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Logging;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Services.Alertmanager;
using PlatformOps.Core.Sessions;
using PlatformOps.Errors;
using PlatformOps.Runs;
using PlatformOps.TestKit;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;

namespace PlatformOps.Peers.Tests.Alertmanager;

/// <summary>Our client and actions against Prometheus Alertmanager itself.</summary>
public sealed class AlertmanagerTests : IAsyncLifetime
{
    private const string Configuration = "route:\n  receiver: ops\nreceivers:\n- name: ops\n";
    private const string One = "hv1.example.org";
    private readonly TemporaryFolder _folder = new();
    private readonly List<SessionScope> _sessions = [];
    private readonly HttpClient _http = new();
    private RealAlertmanager _server = null!;
    private SessionScope _session = null!;

    public AlertmanagerTests() => Assert.SkipWhen(RealAlertmanager.Program is null, RealAlertmanager.Missing);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private AlertmanagerClient Client => _session.Get<AlertmanagerClient>();

    public async ValueTask InitializeAsync()
    {
        _server = await RealAlertmanager.StartAsync(Configuration);
        _session = Open(_server);
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{RealAlertmanager.UserName}:{RealAlertmanager.Password}")));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var session in _sessions)
            await session.DisposeAsync();
        _http.Dispose();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task It_tells_its_version_and_that_it_is_alone()
    {
        var health = await HealthAsync(_session);

        Assert.Null(health.Error);
        Assert.Matches(@"^0\.\d+\.\d+\S* \(single\)$", health.Version!);
        Assert.Equal((RealAlertmanager.UserName, _server.Address.AbsoluteUri.TrimEnd('/')), (health.Identity, health.Address));
        Assert.Empty(health.MissingRights);
        Assert.Empty(await Client.SilencesAsync(Token));
    }

    [Fact]
    public async Task Two_silences_keep_every_alert_of_a_host_quiet_and_none_of_another()
    {
        await FireAsync(new { alertname = "OfHost", hostname = One, instance = "exporter:9180" });
        await FireAsync(new { alertname = "OfInstance", instance = $"{One}:9100" });
        await FireAsync(new { alertname = "OfOther", instance = "hv1xexample.org:9100", hostname = "hv10.example.org" });

        var record = await RunAsync(new SilenceAlerts(), new SilenceAlertsParameters());

        Assert.Equal(("not silenced", StepOutcome.Done), (record.Before, record.Outcome));
        Assert.Equal(["OfHost", "OfInstance"], (await Client.AlertsAsync([], Token)).Where(alert => alert.State == AlertState.Suppressed).Select(alert => alert.AlertName).Order(StringComparer.Ordinal));
        Assert.Equal(["OfHost", "OfInstance"], (await Client.AlertsOfAsync(One, Token)).Select(alert => alert.AlertName).Order(StringComparer.Ordinal));
        var silences = await Client.SilencesAsync(Token);
        Assert.Equal(2, silences.Count);
        Assert.All(silences, silence => Assert.Equal((true, "MH-101", AlertSilenceState.Active), (silence.IsOurs, silence.TicketId, silence.State)));
        Assert.Equal(StepOutcome.Unchanged, (await RunAsync(new SilenceAlerts(), new SilenceAlertsParameters())).Outcome);
        Assert.Equal(2, (await Client.SilencesAsync(Token)).Count);
    }

    [Fact]
    public async Task An_extension_keeps_the_ids_and_expiring_ends_them_once()
    {
        await RunAsync(new SilenceAlerts(), new SilenceAlertsParameters(Duration: TimeSpan.FromHours(5), Comment: "fan"));
        var before = await Client.SilencesAsync(Token);

        await RunAsync(new SilenceAlerts(), new SilenceAlertsParameters());

        var after = await Client.SilencesAsync(Token);
        Assert.Equal(before.Select(silence => (silence.SilenceId, silence.Comment, silence.StartsAt)).Order(), after.Select(silence => (silence.SilenceId, silence.Comment, silence.StartsAt)).Order());
        Assert.All(after, silence => Assert.InRange(silence.EndsAt, DateTimeOffset.UtcNow.AddHours(71), DateTimeOffset.UtcNow.AddHours(73)));

        Assert.Equal(StepOutcome.Done, (await RunAsync(new ExpireSilences(), new ExpireSilencesParameters())).Outcome);
        Assert.All(await Client.SilencesAsync(Token), silence => Assert.Equal(AlertSilenceState.Expired, silence.State));
        Assert.Equal(StepOutcome.Unchanged, (await RunAsync(new ExpireSilences(), new ExpireSilencesParameters())).Outcome);
        await Client.ExpireAsync(after[0].SilenceId, Token);
    }

    [Fact]
    public async Task A_pending_silence_is_replaced_where_it_is_to_begin_now()
    {
        var until = DateTimeOffset.UtcNow.AddDays(9);
        await RunAsync(new SilenceAlerts(), new SilenceAlertsParameters(From: DateTimeOffset.UtcNow.AddDays(2), Until: until));
        Assert.All(await Client.SilencesAsync(Token), silence => Assert.Equal(AlertSilenceState.Pending, silence.State));

        await RunAsync(new SilenceAlerts(), new SilenceAlertsParameters(Until: until));

        Assert.Equal([AlertSilenceState.Active, AlertSilenceState.Active, AlertSilenceState.Expired, AlertSilenceState.Expired], (await Client.SilencesAsync(Token)).Select(silence => silence.State));
    }

    [Fact]
    public async Task What_a_person_made_is_left_alone_or_taken_over_in_place_and_given_back()
    {
        var id = await SilenceAsync(new { name = "hostname", value = One, isRegex = false }, "ask bob");
        await RunAsync(new SilenceAlerts(), new SilenceAlertsParameters());
        Assert.Equal("ask bob", (await Client.SilenceAsync(id, Token)).Silence.Comment);
        await RunAsync(new ExpireSilences(), new ExpireSilencesParameters());
        await _session.Effects.ExitAsync();

        await RunAsync(new SilenceAlerts(), new SilenceAlertsParameters(), takeOver: "bob is on leave");
        Assert.True((await Client.SilenceAsync(id, Token)).Silence.IsOurs);

        var runId = _session.Effects.RunId!;
        await _session.Effects.ReleaseAsync(runId);
        await foreach (var record in _session.Runner().UndoAsync(runId, new UndoOptions(SessionScope.Person) { Target = One }, Token))
            Assert.Equal(StepOutcome.Undone, record.Outcome);
        var silence = Assert.Single(await Client.SilencesAsync(Token), one => one.State == AlertSilenceState.Active);
        Assert.Equal((id, "bob", "ask bob"), (silence.SilenceId, silence.CreatedBy, silence.Comment));
    }

    [Fact]
    public async Task What_the_server_refuses_is_told_in_its_words_and_leaves_nothing()
    {
        var error = await Assert.ThrowsAsync<ServiceException>(() => RunAsync(new SilenceAlerts(), new SilenceAlertsParameters("instance=~\"(\"")));

        Assert.Contains("error parsing regexp: missing closing ): ", error.Message, StringComparison.Ordinal);
        Assert.Empty(await Client.SilencesAsync(Token));
    }

    [Fact]
    public async Task A_silence_that_is_not_there_is_not_found()
    {
        var id = Guid.NewGuid().ToString();
        await Assert.ThrowsAsync<ObjectNotFoundException>(() => Client.SilenceAsync(id, Token));
        await Assert.ThrowsAsync<ObjectNotFoundException>(() => Client.ExpireAsync(id, Token));
    }

    [Fact]
    public async Task Suppressed_alerts_are_not_quiet()
    {
        Check check = new CheckAlertsQuiet();
        var context = new ActionContext { Target = Target, Run = _session.Identity("peer"), Step = "quiet", Clients = _session, Time = _session.Time, Log = SilentLog.Instance };
        Assert.Equal(StepOutcome.Passed, (await check.RunAsync(context, new CheckAlertsQuietParameters(), Token)).Outcome);
        await FireAsync(new { alertname = "OfInstance", instance = $"{One}:9100" });
        await RunAsync(new SilenceAlerts(), new SilenceAlertsParameters());

        var answer = await check.RunAsync(context, new CheckAlertsQuietParameters(), Token);

        Assert.Equal(StepOutcome.Failed, answer.Outcome);
        Assert.Contains(", silenced)", answer.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_is_refused()
    {
        var health = await HealthAsync(Open(_server, "wrong"));
        Assert.Contains("401", Assert.IsType<ServiceAuthenticationException>(health.Error).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Members_of_a_cluster_hear_of_silences_from_each_other()
    {
        await using var first = await RealAlertmanager.StartAsync(Configuration, cluster: true);
        await using var second = await RealAlertmanager.StartAsync(Configuration, cluster: true, peer: first);
        var there = Open(second);
        _session = Open(first);
        Assert.Matches(@" \(2 peers, (ready|settling)\)$", (await HealthAsync(there)).Version!);

        await RunAsync(new SilenceAlerts(), new SilenceAlertsParameters());
        var made = await Client.SilencesAsync(Token);

        // Asked at once: what the second has not heard of yet is not believed to be absent.
        foreach (var silence in made)
        {
            Assert.Equal(silence.Comment, (await there.Get<AlertmanagerClient>().SilenceAsync(silence.SilenceId, Token)).Silence.Comment);
            await there.Get<AlertmanagerClient>().ExpireAsync(silence.SilenceId, Token);
        }

        Assert.Equal(2, made.Count);
    }

    private static ActionTarget Target => new(ActionTarget.Hypervisor, One, "MH-101");

    private static async Task<PlatformOps.Sessions.ServiceHealth> HealthAsync(SessionScope session)
    {
        await foreach (var health in session.Get<ServiceProbes>().ProbeAsync(["alertmanager"], Token))
            return health;
        throw new InvalidOperationException("no answer");
    }

    private SessionScope Open(RealAlertmanager server, string password = RealAlertmanager.Password)
    {
        var path = _folder.File($"ops{_sessions.Count}.yaml", $"environment: peer\nstate-folder: {_folder.Path}/state\nalertmanager:\n  url: {server.Address}\n  username: {RealAlertmanager.UserName}\n  password: {password}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var session = SessionOpening.Open(path, null, null).Scope;
        _sessions.Add(session);
        return session;
    }

    private Task<StepRecord> RunAsync(Change change, object parameters, string? takeOver = null) => _session.Effects.RunAsync(change, Target, parameters, takeOver, Token);

    private async Task FireAsync(object labels) => (await _http.PostAsJsonAsync(new Uri(_server.Address, "api/v2/alerts"), new[] { new { labels } }, Token)).EnsureSuccessStatusCode();

    private async Task<string> SilenceAsync(object matcher, string comment)
    {
        using var answer = await _http.PostAsJsonAsync(
            new Uri(_server.Address, "api/v2/silences"),
            new { matchers = new[] { matcher }, startsAt = DateTimeOffset.UtcNow.AddDays(-1), endsAt = DateTimeOffset.UtcNow.AddDays(10), createdBy = "bob", comment }, Token);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<System.Text.Json.JsonElement>(Token)).GetProperty("silenceID").GetString()!;
    }
}

using PlatformOps.Core.Migration;
using PlatformOps.Core.Services;
using PlatformOps.Core.Services.Jira;
using PlatformOps.Core.Services.NetBox;
using PlatformOps.Core.Sessions;
using PlatformOps.Core.Secrets;
using PlatformOps.Errors;
using PlatformOps.Sessions;

namespace PlatformOps.Core.Tests.Sessions;

public sealed class ServiceProbesTests : IAsyncDisposable
{
    private static readonly JiraConfiguration Jira = new() { ApiToken = Secret.FromText("jira-token-1"), Username = "ops" };
    private static readonly NetBoxConfiguration NetBox = new() { ApiToken = Secret.FromText("netbox-token-1") };

    private readonly List<TestSession> _sessions = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var session in _sessions)
            await session.DisposeAsync();
    }

    [Fact]
    public async Task What_is_configured_and_can_be_probed_is_and_tells_its_version_and_who_we_are()
    {
        var session = Session([Healthy("jira", typeof(JiraConfiguration)), Healthy("netbox", typeof(NetBoxConfiguration)), new FakeService("migration") { IsProbed = false, Section = typeof(MigrationConfiguration) }], Jira, new MigrationConfiguration());

        var health = Assert.Single(await ProbeAsync(session, null));

        Assert.Equal(("jira", "9.4", "ops", "http://jira.test", true), (health.Service, health.Version, health.Identity, health.Address, health.IsHealthy));
        Assert.Equal(["jira"], session.Scope.Get<ServiceProbes>().Configured);
    }

    [Fact]
    public async Task Only_what_is_named_is_probed()
    {
        var session = Session([Healthy("jira", typeof(JiraConfiguration)), Healthy("netbox", typeof(NetBoxConfiguration))], Jira, NetBox);

        Assert.Equal("netbox", Assert.Single(await ProbeAsync(session, ["netbox"])).Service);
    }

    [Theory]
    // Nobody knows it; there is nothing to connect to.
    [InlineData("tape-robot")]
    [InlineData("migration")]
    public async Task What_is_named_and_cannot_be_probed_is_an_error_that_lists_what_can(string name)
    {
        var session = Session([Healthy("jira", typeof(JiraConfiguration)), new FakeService("migration") { IsProbed = false, Section = typeof(MigrationConfiguration) }], Jira, new MigrationConfiguration());

        var health = Assert.Single(await ProbeAsync(session, [name]));

        Assert.False(health.IsHealthy);
        Assert.Contains($"no service '{name}' that can be probed. There are: jira.", health.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_named_and_not_configured_is_an_error_that_names_the_section()
    {
        var session = Session([new NetBoxRegistration()]);

        var health = Assert.Single(await ProbeAsync(session, ["netbox"]));

        Assert.Contains("no section 'netbox'", Assert.IsType<ConfigurationException>(health.Error).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_fails_is_its_own_row_and_hides_no_other()
    {
        var session = Session(
        [
            new FakeService("one") { Section = typeof(JiraConfiguration), Probe = () => throw new ServiceException("one", "one: 503", 503) },
            new FakeService("two") { Section = typeof(JiraConfiguration), Probe = () => throw new InvalidOperationException("a fault of ours") },
            Healthy("three", typeof(JiraConfiguration)),
        ], Jira);

        var rows = (await ProbeAsync(session, null)).ToDictionary(health => health.Service);

        Assert.Equal((false, false, true), (rows["one"].IsHealthy, rows["two"].IsHealthy, rows["three"].IsHealthy));
        Assert.Equal("one: 503", rows["one"].Error!.Message);
        Assert.IsType<InvalidOperationException>(rows["two"].Error);
    }

    [Fact]
    public async Task A_right_that_is_missing_makes_it_unhealthy()
    {
        var session = Session([new FakeService("jira") { Section = typeof(JiraConfiguration), Probe = () => Task.FromResult(new ServiceProbe("9.4", "ops") { MissingRights = ["browse MH"] }) }], Jira);

        var health = Assert.Single(await ProbeAsync(session, null));

        Assert.Equal((false, null), (health.IsHealthy, health.Error));
        Assert.Equal(["browse MH"], health.MissingRights);
    }

    [Fact]
    public async Task All_are_probed_side_by_side_and_told_in_the_order_of_the_configuration()
    {
        var both = new Rendezvous(2);
        var slow = new TaskCompletionSource();
        var session = Session(
        [
            new FakeService("slow")
            {
                Section = typeof(JiraConfiguration),
                Probe = async () =>
                {
                    await both.ArriveAsync();
                    await slow.Task;
                    return new ServiceProbe();
                },
            },
            new FakeService("quick")
            {
                Section = typeof(JiraConfiguration),
                Probe = async () =>
                {
                    await both.ArriveAsync();
                    slow.SetResult();
                    return new ServiceProbe();
                },
            },
        ], Jira);

        var told = new List<string>();
        await foreach (var health in session.Scope.Get<ServiceProbes>().ProbeAsync(null, TestContext.Current.CancellationToken))
            told.Add(health.Service);

        Assert.Equal(["slow", "quick"], told);
    }

    [Fact]
    public async Task Cancelling_ends_the_probing()
    {
        var begun = new TaskCompletionSource();
        using var stop = new CancellationTokenSource();
        var session = Session(
        [
            new FakeService("jira")
            {
                Section = typeof(JiraConfiguration),
                Probe = async () =>
                {
                    begun.SetResult();
                    await Task.Delay(Timeout.InfiniteTimeSpan, stop.Token);
                    return new ServiceProbe();
                },
            },
        ], Jira);

        var probing = ProbeAsync(session, null, stop.Token);
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.False(probing.IsCompleted);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => probing);
    }

    [Fact]
    public async Task A_service_that_gives_up_by_itself_is_its_own_row_and_hides_no_other()
    {
        var session = Session(
        [
            new FakeService("slow") { Section = typeof(JiraConfiguration), Probe = () => throw new TaskCanceledException("no answer in time") },
            Healthy("quick", typeof(JiraConfiguration)),
        ], Jira);

        var rows = (await ProbeAsync(session, null)).ToDictionary(health => health.Service);

        Assert.Equal((false, true), (rows["slow"].IsHealthy, rows["quick"].IsHealthy));
        Assert.Equal("no answer in time", rows["slow"].Error!.Message);
    }

    [Theory]
    [InlineData("hypervisor/setup", false, "ssh")]
    [InlineData("hypervisor/setup", true, "jira,ssh")]
    [InlineData("hypervisor/pre-drain", false, "netbox,openstack,ssh")]
    // It can do without what this site does not have.
    [InlineData("hypervisor/pre-reinstall", false, "netbox,openstack,ssh")]
    [InlineData("hypervisor/adoption", true, "jira,netbox,openstack,ssh")]
    // It looks at every service there is.
    [InlineData("hypervisor/noops", true, "jira,netbox")]
    public void A_phase_needs_the_services_of_its_actions_and_the_tickets_where_there_are_some(string runbook, bool hasJira, string needs)
    {
        var session = Session([.. Registrations.All], hasJira ? [Jira, NetBox] : [NetBox]);

        Assert.Equal(needs, string.Join(',', session.Scope.Get<ServiceProbes>().NeedsOfPhase(session.Scope.Runbooks.Get(runbook)).Order(StringComparer.Ordinal)));
    }

    private static FakeService Healthy(string name, Type section) => new(name) { Section = section, Probe = () => Task.FromResult(new ServiceProbe("9.4", "ops", $"http://{name}.test")) };

    private TestSession Session(IReadOnlyList<ServiceRegistration> services, params object[] sections)
    {
        var session = new TestSession(services, sections);
        _sessions.Add(session);
        return session;
    }

    private static async Task<List<ServiceHealth>> ProbeAsync(TestSession session, IReadOnlyCollection<string>? services, CancellationToken? cancellationToken = null)
    {
        var rows = new List<ServiceHealth>();
        await foreach (var health in session.Scope.Get<ServiceProbes>().ProbeAsync(services, cancellationToken ?? TestContext.Current.CancellationToken))
            rows.Add(health);
        return rows;
    }
}

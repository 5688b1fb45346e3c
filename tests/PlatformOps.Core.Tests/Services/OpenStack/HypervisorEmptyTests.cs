using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.OpenStack;
using PlatformOps.Errors;
using PlatformOps.Runs;
using PlatformOps.TestKit;

namespace PlatformOps.Core.Tests.Services.OpenStack;

public sealed class HypervisorEmptyTests
{
    private const string Web = "10000000-0000-0000-0000-000000000001";
    private const string Gone = "10000000-0000-0000-0000-000000000009";
    private const string Servers = "GET /compute/v2.1/servers/detail?all_tenants=1&host=hv1.example.org&soft_deleted=1&limit=1000";
    private const string Migrations = "GET /compute/v2.1/os-migrations?host=hv1.example.org&limit=1000";
    private const string Allocations = $"GET /placement/resource_providers/{Cloud.Hypervisor1}/allocations";

    private readonly TestScope _scope = Cloud.Create().Empty();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_empty_where_nova_and_placement_say_so_of_a_host_that_they_know()
    {
        var result = await RunAsync();

        Assert.Equal(StepOutcome.Passed, result.Outcome);
        Assert.Equal(
            "Nova has no server on 'hv1.example.org', of any project and status, but nova-compute is enabled: new ones may come; no migration to or from it is under way; "
            + $"Placement has no allocation on provider 'hv1.example.org' ({Cloud.Hypervisor1})",
            result.Evidence);
        Assert.Equal(
            [
                "POST /v3/auth/tokens",
                "GET /compute/v2.1/",
                "GET /compute/v2.1/os-services?binary=nova-compute&host=hv1.example.org",
                "GET /compute/v2.1/os-services?binary=nova-compute&host=hv1",
                "GET /compute/v2.1/os-hypervisors/detail?limit=1000",
                Servers,
                "GET /compute/v2.1/os-services?binary=nova-compute&host=hv1.example.org",
                Migrations,
                "GET /placement",
                $"GET /placement/resource_providers/{Cloud.Hypervisor1}",
                $"GET /placement/resource_providers?in_tree={Cloud.Hypervisor1}",
                Allocations,
            ],
            _scope.Server.Lines.Select(line => line == "GET /placement/" ? "GET /placement" : line));
        Assert.Equal("compute 2.47", Version(Servers));
        Assert.Equal("compute 2.59", Version(Migrations));
        Assert.Equal("placement 1.14", Version($"GET /placement/resource_providers?in_tree={Cloud.Hypervisor1}"));
        Assert.Single(_scope.Server.Writes);
    }

    [Fact]
    public async Task Servers_are_named_with_id_status_and_project_ten_of_them_and_all_are_counted()
    {
        var rows = Enumerable.Range(1, 12).Select(number => Cloud.Server($"{number:00}", "hv1.example.org", $"vm{number}", number == 2 ? "SOFT_DELETED" : "ACTIVE", number == 3 ? "deleting" : null)).ToArray();
        _scope.Server.On(Servers, ScriptedReply.Ok(new { servers = rows })).On(Allocations, Cloud.Allocations([.. Enumerable.Range(1, 12).Select(number => $"{number:00}")]));

        var result = await RunAsync();

        Assert.Equal(StepOutcome.Failed, result.Outcome);
        Assert.StartsWith("Nova has 12 servers on 'hv1.example.org': vm1 (01, ACTIVE, project p2), vm2 (02, SOFT_DELETED, project p2), vm3 (03, ACTIVE, deleting, project p2), vm4", result.Evidence, StringComparison.Ordinal);
        Assert.Contains("vm10 (10, ACTIVE, project p2), and 2 more; ", result.Evidence, StringComparison.Ordinal);
        Assert.EndsWith($"Placement has the allocations of 12 servers of them on provider 'hv1.example.org' ({Cloud.Hypervisor1})", result.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wait_counts_the_servers_and_names_a_few_and_all_that_it_saw_is_beside_it()
    {
        var rows = Enumerable.Range(1, 12).Select(number => Cloud.Server($"{number:00}", "hv1.example.org", $"vm{number}")).ToArray();
        _scope.Server.On(Servers, ScriptedReply.Ok(new { servers = rows })).On(Allocations, Cloud.Allocations([.. Enumerable.Range(1, 12).Select(number => $"{number:00}")]));

        var wait = await ((Wait)new DrainedWait()).LookAsync(_scope.Context("hv1.example.org"), new DrainedParameters(), Token);

        Assert.False(wait.IsOver);
        Assert.EndsWith("hv1.example.org is not drained: 12 servers, among them vm1, vm2, vm3 (openstack server list --all-projects --host hv1.example.org lists all)", wait.Message, StringComparison.Ordinal);
        Assert.Equal((await RunAsync()).Evidence, wait.Seen);
    }

    [Fact]
    public async Task A_wait_tells_a_service_that_does_not_answer_and_not_what_is_well()
    {
        _scope.Server.On(Migrations, ScriptedReply.Json(403, new { forbidden = new { code = 403, message = "no" } }));

        var wait = await ((Wait)new DrainedWait()).LookAsync(_scope.Context("hv1.example.org"), new DrainedParameters(), Token);

        Assert.False(wait.IsOver);
        Assert.Contains("is not drained: Nova's migrations could not be asked: ", wait.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("no server", wait.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("queued")]
    [InlineData("preparing")]
    [InlineData("running")]
    [InlineData("post-migrating")]
    [InlineData("finished")]
    [InlineData("what-nova-says-next-year")]
    public async Task A_migration_that_has_not_ended_fails_it(string status)
    {
        _scope.Server
            .On(Migrations, Cloud.Migrations(Cloud.Migration(7, Web, status), Cloud.Migration(6, Web, "completed")))
            .On($"GET /compute/v2.1/servers/{Web}", Cloud.Shown(Cloud.Server(Web, "hv2.example.org")));

        var result = await RunAsync();

        Assert.Equal(StepOutcome.Failed, result.Outcome);
        Assert.Contains($"1 migration under way: live-migration 7 of server {Web} from 'hv1.example.org' to 'hv2.example.org': {status};", result.Evidence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("confirmed")]
    [InlineData("reverted")]
    [InlineData("error")]
    [InlineData("failed")]
    [InlineData("completed")]
    [InlineData("cancelled")]
    [InlineData("done")]
    public async Task Migrations_that_have_ended_are_history(string status)
    {
        _scope.Server.On(Migrations, Cloud.Migrations(Cloud.Migration(7, Web, status)));

        Assert.Equal(StepOutcome.Passed, (await RunAsync()).Outcome);
    }

    [Fact]
    public async Task A_migrations_record_that_was_left_of_a_deleted_server_moves_nothing_and_is_told()
    {
        _scope.Server
            .On(Migrations, Cloud.Migrations(Cloud.Migration(3, Gone, "accepted", destination: null)))
            .On($"GET /compute/v2.1/servers/{Gone}", ScriptedReply.Json(404, new { itemNotFound = new { code = 404, message = "Instance could not be found." } }));

        var result = await RunAsync();

        Assert.Equal(StepOutcome.Passed, result.Outcome);
        Assert.Contains($"no migration to or from it is under way (records that were left of deleted servers: live-migration 3 of server {Gone} from 'hv1.example.org' to '?': accepted)", result.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_history_of_migrations_is_read_to_its_last_page()
    {
        _scope.Server
            .On(Migrations, ScriptedReply.Ok(new { migrations = new[] { Cloud.Migration(9, Web, "completed") }, migrations_links = new[] { new { rel = "next", href = "http://nova-internal/v2.1/os-migrations?limit=1000&marker=m9" } } }))
            .On(Migrations + "&marker=m9", Cloud.Migrations(Cloud.Migration(8, Web, "running")))
            .On($"GET /compute/v2.1/servers/{Web}", Cloud.Shown(Cloud.Server(Web, "hv1.example.org")));

        Assert.Equal(StepOutcome.Failed, (await RunAsync()).Outcome);
    }

    [Fact]
    public async Task What_leaked_is_named_and_whose_it_was()
    {
        const string Moved = "10000000-0000-0000-0000-000000000002";
        const string Arriving = "10000000-0000-0000-0000-000000000003";
        _scope.Server
            .On(Allocations, Cloud.Allocations(Gone, Moved, "00000000-0000-0000-0000-000000000005"))
            .On(Migrations, Cloud.Migrations(Cloud.Migration(5, Web, "error")))
            .On($"GET /compute/v2.1/servers/{Gone}", ScriptedReply.Json(404, new { itemNotFound = new { code = 404, message = "no" } }))
            .On($"GET /compute/v2.1/servers/{Moved}", Cloud.Shown(Cloud.Server(Moved, "hv2.example.org", "db")));

        var leaked = await RunAsync();

        Assert.Equal(StepOutcome.Failed, leaked.Outcome);
        Assert.Contains("Nova has no server on 'hv1.example.org'", leaked.Evidence, StringComparison.Ordinal);
        Assert.EndsWith(
            $"Placement has allocations of 3 consumers on provider 'hv1.example.org' ({Cloud.Hypervisor1}), 3 of them none of its servers: "
            + $"00000000-0000-0000-0000-000000000005 (leaked by live-migration 5 of server {Web} from 'hv1.example.org' to 'hv2.example.org': error), "
            + $"{Moved} (leaked: server db, ACTIVE, is on 'hv2.example.org'), "
            + $"{Gone} (leaked: no server has this id, and no migration of the host). "
            + $"What leaked is shown, and deleted, by nova-manage placement audit --resource_provider {Cloud.Hypervisor1}",
            leaked.Evidence, StringComparison.Ordinal);

        _scope.Server
            .On(Allocations, Cloud.Allocations(Arriving))
            .On(Migrations, Cloud.Migrations(Cloud.Migration(5, Arriving, "running", "hv2.example.org", "hv1.example.org")))
            .On($"GET /compute/v2.1/servers/{Arriving}", Cloud.Shown(Cloud.Server(Arriving, "hv2.example.org", "db", "MIGRATING", "migrating")));
        var arriving = await RunAsync();

        Assert.Contains($"{Arriving} (held by live-migration 5 of server {Arriving} from 'hv2.example.org' to 'hv1.example.org': running)", arriving.Evidence, StringComparison.Ordinal);
        Assert.DoesNotContain("leaked", arriving.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Servers_without_allocations_fail_it_and_the_disagreement_is_told()
    {
        _scope.Server.On(Servers, ScriptedReply.Ok(new { servers = new[] { Cloud.Server(Web, "hv1.example.org") } }));

        var result = await RunAsync();

        Assert.Equal(StepOutcome.Failed, result.Outcome);
        Assert.EndsWith("not even for those servers (nova-manage placement heal_allocations)", result.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Allocations_of_a_device_below_the_provider_count_and_so_do_those_of_a_second_hypervisor_of_the_host()
    {
        const string Gpu = "33333333-3333-3333-3333-333333333333";
        _scope.Server
            .On($"GET /placement/resource_providers?in_tree={Cloud.Hypervisor1}", ScriptedReply.Ok(new { resource_providers = new[] { Cloud.Provider(Cloud.Hypervisor1, "hv1.example.org"), Cloud.Provider(Gpu, "hv1_0000:81:00.0") } }))
            .On($"GET /placement/resource_providers/{Gpu}/allocations", Cloud.Allocations(Web))
            .On($"GET /compute/v2.1/servers/{Web}", ScriptedReply.Json(404, new { itemNotFound = new { code = 404, message = "no" } }));
        var below = await RunAsync();

        _scope.Empty().Server
            .On("GET /compute/v2.1/os-hypervisors/detail", ScriptedReply.Ok(new { hypervisors = new[] { Cloud.Hypervisor("hv1.example.org", Cloud.Hypervisor1), Cloud.Hypervisor("hv1-old.example.org", Cloud.Hypervisor2, serviceHost: "hv1.example.org") } }))
            .On($"GET /placement/resource_providers/{Cloud.Hypervisor2}", ScriptedReply.Ok(Cloud.Provider(Cloud.Hypervisor2, "hv1-old.example.org")))
            .On($"GET /placement/resource_providers?in_tree={Cloud.Hypervisor2}", ScriptedReply.Ok(new { resource_providers = new[] { Cloud.Provider(Cloud.Hypervisor2, "hv1-old.example.org") } }))
            .On($"GET /placement/resource_providers/{Cloud.Hypervisor2}/allocations", Cloud.Allocations(Web));
        var second = await RunAsync();

        Assert.Equal((StepOutcome.Failed, StepOutcome.Failed), (below.Outcome, second.Outcome));
        Assert.Contains($"on provider 'hv1-old.example.org' ({Cloud.Hypervisor2})", second.Evidence, StringComparison.Ordinal);
    }

    // The original took the empty output of a failed login for an empty host.
    [Fact]
    public async Task A_login_that_fails_proves_nothing()
    {
        _scope.Server.On("POST /v3/auth/tokens", ScriptedReply.Json(401, new { error = new { code = 401, title = "Unauthorized", message = "The request you have made requires authentication." } }));

        var result = await RunAsync();

        Assert.Equal(StepOutcome.Unknown, result.Outcome);
        Assert.StartsWith("Nova does not tell which hypervisor it is: Keystone at keystone.test refused user 'ops'", result.Evidence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET /compute/v2.1/os-services?binary=nova-compute&host=hv1.example.org", "Nova does not tell which hypervisor it is: ")]
    [InlineData("GET /compute/v2.1/os-hypervisors/detail", "Nova does not tell which hypervisor it is: ")]
    [InlineData("GET /compute/v2.1/servers/detail", "Nova's servers could not be asked: Could not list the servers on hv1.example.org: ")]
    [InlineData("GET /compute/v2.1/os-migrations", "; Nova's migrations could not be asked: Could not list the migrations of hv1.example.org: ")]
    [InlineData(Allocations, "; Placement could not be asked: Could not read the allocations of provider ")]
    [InlineData($"GET /placement/resource_providers/{Cloud.Hypervisor1}", "; Placement could not be asked: Could not read the resource provider ")]
    public async Task A_source_that_cannot_be_asked_proves_nothing(string line, string expected)
    {
        foreach (var reply in new[] { ScriptedReply.Json(403, new { forbidden = new { code = 403, message = "Policy doesn't allow it." } }), ScriptedReply.Text(503, "text/html", "<html><title>503 Service Unavailable</title></html>") })
        {
            _scope.Server.On(line, reply);

            var result = await RunAsync();

            Assert.Equal(StepOutcome.Unknown, result.Outcome);
            Assert.Contains(expected, result.Evidence, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_source_that_found_something_decides_although_the_other_is_silent()
    {
        _scope.Server
            .On(Servers, ScriptedReply.Ok(new { servers = new[] { Cloud.Server(Web, "hv1.example.org") } }))
            .On(Allocations, ScriptedReply.Json(403, new { errors = new[] { new { status = 403, title = "Forbidden", detail = "no" } } }));

        var result = await RunAsync();

        Assert.Equal(StepOutcome.Failed, result.Outcome);
        Assert.Contains("Placement could not be asked", result.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cloud_without_placement_has_one_source_and_that_is_not_enough()
    {
        _scope.Server.On("GET /placement", ScriptedReply.Json(404, new { message = "gone" })).On("GET /placement/", ScriptedReply.Json(404, new { message = "gone" }));

        Assert.Equal(StepOutcome.Unknown, (await RunAsync()).Outcome);
    }

    [Fact]
    public async Task A_host_that_nova_does_not_know_or_whose_cell_is_down_is_not_empty_but_unknown()
    {
        _scope.Server.On("GET /compute/v2.1/os-services?binary=nova-compute&host=hv1.example.org", Cloud.Services(new { binary = "nova-compute", host = "hv1.example.org", status = "UNKNOWN" }));
        var down = await RunAsync();
        _scope.Server.On("GET /compute/v2.1/os-services", Cloud.Services()).On("GET /compute/v2.1/os-services?binary=nova-compute&host=hv1.example.org", Cloud.Services());
        var unknown = await RunAsync();

        Assert.Equal((StepOutcome.Unknown, StepOutcome.Unknown), (down.Outcome, unknown.Outcome));
        Assert.Contains("its cell does not answer", down.Evidence, StringComparison.Ordinal);
        Assert.Contains("No nova-compute service on host 'hv1.example.org' or 'hv1'", unknown.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cell_that_goes_down_between_the_questions_leaves_it_unknown()
    {
        _scope.Server.On("GET /compute/v2.1/os-services?binary=nova-compute&host=hv1.example.org", Cloud.Services(Cloud.Row("hv1.example.org")), Cloud.Services(new { binary = "nova-compute", host = "hv1.example.org", status = "UNKNOWN" }));

        var result = await RunAsync();

        Assert.Equal(StepOutcome.Unknown, result.Outcome);
        Assert.StartsWith("Nova's servers could not be asked: Nova cannot tell about nova-compute on 'hv1.example.org': its cell does not answer", result.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_without_a_hypervisor_leaves_it_unknown()
    {
        _scope.Server.On("GET /compute/v2.1/os-hypervisors/detail", ScriptedReply.Ok(new { hypervisors = new[] { Cloud.Hypervisor("hv2.example.org", Cloud.Hypervisor2) } }));

        Assert.Equal(StepOutcome.Unknown, (await RunAsync()).Outcome);
    }

    [Theory]
    [InlineData("GET /compute/v2.1/servers/detail", null)]
    [InlineData("GET /compute/v2.1/servers/detail", "hv2.example.org")]
    [InlineData("GET /compute/v2.1/os-migrations", "hv2.example.org")]
    public async Task A_list_of_another_host_is_a_loud_failure(string line, string? host)
    {
        _scope.Server.On(line, ScriptedReply.Ok(new { servers = new[] { Cloud.Server(Web, host) }, migrations = new[] { Cloud.Migration(1, Web, "completed", host ?? "", "hv3.example.org") } }));

        var error = await Assert.ThrowsAnyAsync<ServiceException>(RunAsync);

        Assert.Equal(NovaClient.HostIgnored, error.FaultCode);
        Assert.Contains("othing is concluded from", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2.52", "compute 2.47", "GET /compute/v2.1/os-migrations?host=hv1.example.org", "compute 2.23")]
    [InlineData("2.10", null, "GET /compute/v2.1/os-migrations?host=hv1.example.org", null)]
    public async Task Older_novas_are_asked_as_they_understand_it(string nova, string? servers, string line, string? migrations)
    {
        var scope = Cloud.Create(nova).Empty();
        scope.Server
            .On("GET /compute/v2.1/os-hypervisors/detail", ScriptedReply.Ok(new { hypervisors = new[] { Cloud.Hypervisor("hv1.example.org", "17") } }))
            .On("GET /placement/resource_providers?name=hv1.example.org", ScriptedReply.Ok(new { resource_providers = new[] { Cloud.Provider(Cloud.Hypervisor1, "hv1.example.org") } }));

        var result = await ((Check)new CheckHypervisorEmpty()).RunAsync(scope.Context("hv1.example.org"), new NoParameters(), Token);

        Assert.Equal(StepOutcome.Passed, result.Outcome);
        Assert.Equal((servers, migrations), (scope.Server.Requests.Single(request => request.Line == Servers).Header("OpenStack-API-Version"), scope.Server.Requests.Single(request => request.Line == line).Header("OpenStack-API-Version")));
    }

    private string? Version(string line) => _scope.Server.Requests.Last(request => request.Line == line).Header("OpenStack-API-Version");

    private Task<CheckResult> RunAsync() => ((Check)new CheckHypervisorEmpty()).RunAsync(_scope.Context("hv1.example.org"), new NoParameters(), Token);
}

using PlatformOps.Core.Changes;
using PlatformOps.Core.Logging;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Services.OpenStack;
using PlatformOps.Core.Sessions;
using PlatformOps.Core.Tests.Migration;
using PlatformOps.Errors;
using PlatformOps.Lab;
using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Services.OpenStack;

/// <summary>The checks and changes of a reinstall against the lab's cloud, which knows nothing of our code.</summary>
public sealed class ProofAgainstLabTests
{
    private const string World = """
        hypervisors:
          - { name: hv01.lab.example }
          - { name: hv02.lab.example, tenants: [l3-agent, dhcp-agent, cinder-volume, cinder-backup, nova-conductor, nova-scheduler] }
          - { name: hv03.lab.example, leaked-allocations: 2, tenants: [ovn-gateway] }
          - { name: hv04.lab.example }
          - { name: hv05.lab.example, service-host: hv05 }
          - { name: hv06.lab.example, cell: cell2 }
        servers:
          - { name: waiting, host: hv04.lab.example }
          - { name: moving, host: hv06.lab.example }
          - { name: gone, host: hv05.lab.example, status: soft_deleted }
        migrations:
          - { server: waiting, to: hv06.lab.example, type: migration, status: finished }
          - { server: moving, to: hv04.lab.example }
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_hypervisor_of_a_world_is_judged_as_it_is()
    {
        await using var lab = await StartAsync(World);

        var results = new List<CheckResult>();
        for (var number = 1; number <= 6; number++)
            results.Add(await EmptyAsync(lab.Session, number));

        Assert.Equal([StepOutcome.Passed, StepOutcome.Passed, StepOutcome.Failed, StepOutcome.Failed, StepOutcome.Failed, StepOutcome.Failed], results.Select(result => result.Outcome));
        Assert.Contains("Placement has allocations of 2 consumers on provider 'hv03.lab.example'", results[2].Evidence, StringComparison.Ordinal);
        Assert.Equal(3, results[2].Evidence.Split("leaked: no server has this id").Length);
        // A resize away that waits for its confirmation, and a live migration that comes here.
        Assert.Contains("Nova has no server on 'hv04.lab.example'", results[3].Evidence, StringComparison.Ordinal);
        Assert.Contains("2 migrations under way: ", results[3].Evidence, StringComparison.Ordinal);
        Assert.Contains("(held by migration 1 of server ", results[3].Evidence, StringComparison.Ordinal);
        Assert.Contains("(held by live-migration 2 of server ", results[3].Evidence, StringComparison.Ordinal);
        Assert.Contains("Nova has 1 server on 'hv05': gone (", results[4].Evidence, StringComparison.Ordinal);
        Assert.Contains(", SOFT_DELETED, project ", results[4].Evidence, StringComparison.Ordinal);
        Assert.DoesNotContain("leaked", results[3].Evidence + results[4].Evidence + results[5].Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_a_cell_is_down_nothing_is_proven_empty_and_afterwards_it_is()
    {
        await using var lab = await StartAsync(World);
        await lab.SetHostAsync(6, new { cellDown = true });
        var (inIt, beside, up, tenants) = (await EmptyAsync(lab.Session, 6), await EmptyAsync(lab.Session, 1), await UpAsync(lab.Session, 6), await TenantsAsync(lab.Session, 1));
        await lab.SetHostAsync(6, new { cellDown = false });

        Assert.Equal((StepOutcome.Unknown, StepOutcome.Unknown, StepOutcome.Unknown, StepOutcome.Unknown), (inIt.Outcome, beside.Outcome, up.Outcome, tenants.Outcome));
        Assert.Contains("its cell does not answer", inIt.Evidence, StringComparison.Ordinal);
        Assert.Equal((StepOutcome.Passed, StepOutcome.Passed), ((await EmptyAsync(lab.Session, 1)).Outcome, (await UpAsync(lab.Session, 6)).Outcome));
    }

    [Fact]
    public async Task What_else_is_on_a_machine_is_named()
    {
        await using var lab = await StartAsync(World);

        var (none, many, gateway) = (await TenantsAsync(lab.Session, 1), await TenantsAsync(lab.Session, 2), await TenantsAsync(lab.Session, 3));

        Assert.Equal((StepOutcome.Passed, StepOutcome.Failed, StepOutcome.Failed), (none.Outcome, many.Outcome, gateway.Outcome));
        Assert.Equal("Nova has nothing but nova-compute on it; Neutron has nothing on it that serves others (Open vSwitch agent); none of Cinder's 5 services is on it", none.Evidence);
        Assert.Contains("Nova has nova-conductor (up), nova-scheduler (up) on it", many.Evidence, StringComparison.Ordinal);
        Assert.Contains("an L3 agent with 2 routers: router-a (", many.Evidence, StringComparison.Ordinal);
        Assert.Contains("a DHCP agent with 1 network: internal (", many.Evidence, StringComparison.Ordinal);
        Assert.Contains("Cinder has cinder-volume 'hv02.lab.example@lvm' (enabled, up), cinder-backup 'hv02.lab.example' (enabled, up) on it", many.Evidence, StringComparison.Ordinal);
        Assert.Contains("Neutron has OVN Controller Gateway agent ", gateway.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Services_that_the_catalog_leaves_out_are_told()
    {
        await using var lab = await StartAsync("hypervisors: [{ name: hv01.lab.example }]\nkeystone: { not-in-catalog: [network, volumev3] }");

        var result = await TenantsAsync(lab.Session, 1);

        Assert.Equal(StepOutcome.Passed, result.Outcome);
        Assert.EndsWith("there is no Neutron in the catalog of our region; there is no Cinder in the catalog of our region", result.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task To_a_reader_and_to_whoever_cannot_log_in_nothing_is_proven()
    {
        await using var lab = await StartAsync(World);
        var password = (await lab.StateAsync()).GetProperty("users").EnumerateArray().First(user => user.GetProperty("name").GetString() == "reader").GetProperty("password").GetString()!;
        await using var reader = lab.Open(new Dictionary<string, object> { ["openstack.username"] = "reader", ["openstack.password"] = password });
        await using var stranger = lab.Open(new Dictionary<string, object> { ["openstack.password"] = "wrong" });

        foreach (var session in new[] { reader, stranger })
            Assert.Equal((StepOutcome.Unknown, StepOutcome.Unknown, StepOutcome.Unknown), ((await EmptyAsync(session, 1)).Outcome, (await TenantsAsync(session, 1)).Outcome, (await UpAsync(session, 1)).Outcome));
    }

    [Theory]
    [InlineData("nova", "GET /servers/detail")]
    [InlineData("nova", "GET /os-migrations")]
    [InlineData("placement", "GET /resource_providers/{id}/allocations")]
    public async Task A_service_that_fails_in_the_middle_proves_nothing(string service, string call)
    {
        await using var lab = await StartAsync(World);
        await lab.FaultAsync(new { service, call, effect = "status:403" });

        Assert.Equal(StepOutcome.Unknown, (await EmptyAsync(lab.Session, 1)).Outcome);
    }

    [Fact]
    public async Task A_runbook_puts_a_hypervisor_back_and_undo_takes_that_away()
    {
        await using var lab = await StartAsync(World);
        var service = lab.Session.Get<NovaClient>();
        var id = (await service.ServiceAsync("hv05.lab.example", Token)).Id;
        var runbook = lab.Session.Runbooks.Reader.Read(
            $$"""
            runbook: test/put-back
            target: hypervisor
            parameters:
              id: { type: string }
              traits: { type: string }
            steps:
              - wait: openstack.compute-service.wait-up
                with: { service-id: "${parameter.id}", within: 5m }
              - check: openstack.compute-service.up
                with: { service-id: "${parameter.id}" }
              - change: openstack.aggregate.membership
                with: { aggregates: [az-b, isolation] }
              - change: openstack.traits
                with: { traits: "${parameter.traits}" }
              - check: openstack.aggregates
                with: { aggregates: [az-b, isolation], az: az-b, traits: "${parameter.traits}" }
              - change: openstack.compute-service.enable
                with: { only-if-claimed: true }
            """,
            "put-back.yaml");
        var request = new RunRequest
        {
            Phases = [new RunbookPhase("PutBack", runbook)], Targets = [new ActionTarget(ActionTarget.Hypervisor, "hv05.lab.example", "MH-105")], Identity = lab.Session.Identity("put back"),
            Inputs = new Dictionary<string, string> { ["id"] = id, ["traits"] = "CUSTOM_RACK_R01,CUSTOM_KEPT" },
        };

        List<StepRecord> records = [], undone = [];
        await foreach (var record in lab.Session.Runner().RunAsync(request, Token))
            records.Add(record);
        Assert.Equal([StepOutcome.Passed, StepOutcome.Passed, StepOutcome.Done, StepOutcome.Done, StepOutcome.Passed, StepOutcome.Unchanged], records.Select(record => record.Outcome));
        Assert.Equal(("in az-b, not in isolation", "in az-b, isolation"), (records[2].Before, records[2].After));
        Assert.Equal(["nova POST /os-aggregates/{id}/action hv05", "placement PUT /traits/{name} CUSTOM_KEPT", "placement PUT /resource_providers/{id}/traits hv05.lab.example"], await lab.WritesAsync());

        await foreach (var record in lab.Session.Runner().UndoAsync(records[0].RunId, new UndoOptions(SessionScope.Person), Token))
            undone.Add(record);
        Assert.Equal([StepOutcome.Undone, StepOutcome.Undone], undone.Where(record => record.Kind == StepKind.Change && record.Outcome != StepOutcome.Unchanged).Select(record => record.Outcome));
        var dossier = await lab.Session.Get<ComputeDossierReader>().ReadAsync("hv05.lab.example", Token);
        Assert.Equal("az-b", Assert.Single(dossier.Aggregates).Name);
        Assert.Equal("CUSTOM_RACK_R01", Assert.Single(dossier.CustomTraits));
    }

    [Fact]
    public async Task A_wait_for_what_stays_down_ends_as_waiting_and_says_for_what()
    {
        await using var lab = await StartAsync(World);
        await lab.SetHostAsync(1, new { serviceUp = false });
        var runbook = lab.Session.Runbooks.Reader.Read("runbook: test/wait\ntarget: hypervisor\nsteps:\n  - wait: openstack.compute-service.wait-up\n    with: { within: 0 }\n", "wait.yaml");

        StepRecord? last = null;
        await foreach (var record in lab.Session.Runner().RunAsync(new RunRequest { Phases = [new RunbookPhase("Wait", runbook)], Targets = [new ActionTarget(ActionTarget.Hypervisor, "hv01.lab.example")], Identity = lab.Session.Identity("wait") }, Token))
            last = record;

        Assert.Equal(StepOutcome.Waiting, last!.Outcome);
        Assert.StartsWith($"Resume-OpsRun {last.RunId} looks again: nova-compute is not up: nova-compute on 'hv01.lab.example' (id ", last.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("traits: [GPU]", "does not match ^CUSTOM_")]
    [InlineData("{}", "traits is missing")]
    public async Task What_placement_would_refuse_is_refused_before_anything_runs(string with, string expected)
    {
        await using var lab = await StartAsync(World);

        var error = Assert.Throws<RunbookException>(() => lab.Session.Runbooks.Reader.Read($"runbook: test/traits\ntarget: hypervisor\nsteps:\n  - change: openstack.traits\n    with: {(with == "{}" ? with : $"{{ {with} }}")}\n", "traits.yaml"));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    private static async Task<PhaseLab> StartAsync(string world)
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, world, Token);
            return await PhaseLab.StartAsync(new LabOptions { WorldFile = path, VirtualMachines = 0, Speed = 3600 });
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static Task<CheckResult> EmptyAsync(SessionScope session, int number) => RunAsync(session, new CheckHypervisorEmpty(), number, new NoParameters());

    private static Task<CheckResult> TenantsAsync(SessionScope session, int number) => RunAsync(session, new CheckTenants(), number, new CheckTenantsParameters());

    private static Task<CheckResult> UpAsync(SessionScope session, int number) => RunAsync(session, new CheckComputeServiceUp(), number, new CheckComputeServiceUpParameters());

    private static Task<CheckResult> RunAsync(SessionScope session, Check check, int number, object parameters) => check.RunAsync(
        new ActionContext { Target = new ActionTarget(ActionTarget.Hypervisor, $"hv{number:00}.lab.example"), Run = session.Identity("proof"), Step = check.Name, Clients = session, Time = session.Time, Log = SilentLog.Instance },
        parameters, Token);
}

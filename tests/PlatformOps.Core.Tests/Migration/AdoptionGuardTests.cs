using PlatformOps.Core.Migration;
using PlatformOps.Core.Services.NetBox;
using PlatformOps.Core.Services.OpenStack;
using PlatformOps.Lab;
using PlatformOps.Migration;
using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Migration;

/// <summary>What keeps Adoption from configuring and enabling what is not meant: each in a world where nothing else would, and by what the lab counted.</summary>
public sealed class AdoptionGuardTests
{
    private const string Carol = "RL9 - cd [ops:20260101-000000-beef carol MH-999]";

    private static readonly string[] Both = ["hv01.lab.example", "hv02.lab.example"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Kayobe_works_on_the_hypervisors_of_the_batch_and_on_no_other()
    {
        await using var lab = await ReinstalledAsync(1, 2);

        var records = await lab.RunAsync("Adoption", Target(1), Target(2));

        Assert.Empty(PhaseLab.Problems(records));
        Assert.Equal(Both.SelectMany(name => new[] { $"kayobe overcloud host configure {name}", $"kayobe overcloud service deploy {name}" }).Order(StringComparer.Ordinal), (await lab.WritesAsync()).Where(write => write.StartsWith("kayobe ", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        // The controllers' common services, once for the batch, behind its hosts.
        var runs = (await lab.StateAsync()).GetProperty("kayobe").GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("command").GetString()).ToList();
        Assert.Equal(["overcloud host configure", "overcloud service deploy", "overcloud service deploy"], runs[^3..]);
        Assert.All(records.Where(record => record.Step == "kayobe.controllers"), record => Assert.EndsWith("--limit controllers -kl controllers -kt common', on the cloud's controllers", record.Message, StringComparison.Ordinal));
        Assert.Equal(2, records.Count(record => record is { Step: "kayobe.controllers", Outcome: StepOutcome.Done }));
        foreach (var number in (int[])[1, 2])
            Assert.False((await lab.HostAsync(number)).GetProperty("serviceDisabled").GetBoolean());
    }

    [Theory]
    [InlineData("openstack.compute-service.claim")]
    [InlineData("host.compute-id")]
    [InlineData("kayobe.checkout")]
    [InlineData("kayobe.host.configure")]
    public async Task What_speaks_against_it_stops_it_before_Kayobe_touches_a_host(string step)
    {
        await using var lab = await ReinstalledAsync(1);
        switch (step)
        {
            case "openstack.compute-service.claim":
                await lab.SetHostAsync(1, new { disabledReason = Carol });
                break;
            case "host.compute-id":
                await lab.SetHostAsync(1, new { files = new Dictionary<string, string> { ["/var/lib/nova/compute_id"] = "11111111-2222-4333-8444-555555555555\n" } });
                break;
            case "kayobe.checkout":
                await lab.SetKayobeAsync(new { changes = new[] { "etc/kayobe/networks.yml" } });
                break;
            default:
                // The inventory that is built leaves it out.
                await lab.Session.Effects.RunAsync(new SetDeviceStatus(), MigrationRun.TargetOf(Target(1)), new SetDeviceStatusParameters("planned"), null, Token);
                break;
        }

        // Where Kayobe is run all the same, it ends soon.
        await lab.SetKayobeAsync(new { trouble = new Dictionary<string, string> { [Both[0]] = "failed" } });
        await lab.ForgetWritesAsync();

        var records = await lab.RunAsync("Adoption", Target(1));

        Assert.DoesNotContain(await lab.WritesAsync(), write => write.StartsWith("kayobe ", StringComparison.Ordinal));
        // Nor was Kayobe asked to.
        Assert.DoesNotContain(await lab.WriteDetailsAsync(), write => write.StartsWith("ssh ", StringComparison.Ordinal) && write.Contains("overcloud", StringComparison.Ordinal));
        Assert.Equal(step, records.Single(record => record.Outcome == StepOutcome.Failed).Step);
    }

    /// <summary>A hypervisor that was only taken out of service, with its servers on it.</summary>
    [Theory]
    [InlineData("host.os")]
    [InlineData("openstack.hypervisor.empty")]
    [InlineData("hypervisor.identity")]
    public async Task What_was_never_reinstalled_or_holds_servers_or_is_another_machine_is_not_adopted(string step)
    {
        await using var lab = await PhaseLab.StartAsync();
        (await lab.RunAsync("Setup,PreDrain", PhaseLab.Target(1))).AreWell();
        if (step == "openstack.hypervisor.empty")
            await lab.SetHostAsync(1, new { osVersion = "9.5" });
        else if (step == "hypervisor.identity")
            await lab.SetBmcAsync(1, """{"serialNumber":"ANOTHER1"}""");
        await lab.ForgetWritesAsync();

        var plan = await lab.PlanAsync("Adoption", PhaseLab.Target(1));
        var records = await lab.RunAsync("Adoption", PhaseLab.Target(1));

        Assert.Equal(step, records.Failed().Step);
        Assert.DoesNotContain(await lab.WritesAsync(), write => !write.StartsWith("jira ", StringComparison.Ordinal));
        Assert.Equal("Backlog", await lab.StatusAsync(1));
        Assert.Contains(plan, record => record.Step == step && record.Message.StartsWith("would stop here", StringComparison.Ordinal));
        // Neither silenced nor claimed for it.
        Assert.True((await lab.HostAsync(1)).GetProperty("serviceDisabled").GetBoolean());
    }

    [Fact]
    public async Task A_resume_does_not_ask_what_was_given_back_to_be_empty()
    {
        await using var lab = await ReinstalledAsync(1);
        var target = PhaseLab.Target(1);
        await lab.FaultAsync(new { service = "jira", call = "POST /issue/*/transitions", effect = "status:400", after = 1, count = 1 });
        var bend = new PhaseLab.Bend((_, at) => at == "ticket.done" ? lab.SetHostAsync(1, new { leakedAllocations = 1 }) : null);

        Assert.Equal("ticket.done", (await lab.BendAsync("Adoption", bend, target)).Failed().Step);
        Assert.False((await lab.HostAsync(1)).GetProperty("serviceDisabled").GetBoolean());

        Assert.Empty(PhaseLab.Problems(await lab.ResumeAsync()));
    }

    [Theory]
    [InlineData("hypervisor.compute")]
    [InlineData("openstack.compute-service.enable")]
    public async Task What_is_another_place_in_the_cloud_or_another_persons_is_not_given_back_to_the_scheduler(string step)
    {
        await using var lab = await ReinstalledAsync(1);
        var bend = new PhaseLab.Bend((_, at) => at != "openstack.compute-service.wait-up" ? null : step == "hypervisor.compute" ? LeaveAggregateAsync(lab) : lab.SetHostAsync(1, new { disabledReason = Carol }));

        var records = await lab.BendAsync("Adoption", bend, Target(1));

        Assert.Single(bend.Done);
        Assert.True((await lab.HostAsync(1)).GetProperty("serviceDisabled").GetBoolean());
        Assert.Equal(step, records.Single(record => record.Outcome == StepOutcome.Failed).Step);
    }

    [Theory]
    [InlineData("kayobe.host.configure", "claim")]
    [InlineData("kayobe.host.configure", "identity")]
    [InlineData("kayobe.service.deploy", "claim")]
    [InlineData("kayobe.service.deploy", "identity")]
    [InlineData("kayobe.host.configure", "system")]
    [InlineData("kayobe.service.deploy", "system")]
    [InlineData("kayobe.host.configure", "servers")]
    [InlineData("kayobe.service.deploy", "servers")]
    public async Task What_became_anothers_or_another_machine_is_not_touched_by_Kayobe_and_the_rest_of_its_batch_is(string step, string what)
    {
        await using var lab = await ReinstalledAsync(1, 2);
        // Since the phase began: only what looks again immediately before can tell.
        var bend = new PhaseLab.Bend((number, at) => number != 2 || at != step ? null
            : what == "claim" ? lab.SetHostAsync(2, new { disabledReason = Carol })
            : what == "system" ? lab.SetHostAsync(2, new { osVersion = "8.10" })
            : what == "servers" ? lab.SetHostAsync(2, new { leakedAllocations = 1 })
            : lab.SetBmcAsync(2, """{"serialNumber":"ANOTHER1"}"""));

        var records = await lab.BendAsync("Adoption", bend, Target(1), Target(2));

        Assert.Single(bend.Done);
        var command = step == "kayobe.host.configure" ? "overcloud host configure" : "overcloud service deploy";
        Assert.Equal([$"kayobe {command} {Both[0]}"], (await lab.WritesAsync()).Where(write => write.StartsWith($"kayobe {command} hv", StringComparison.Ordinal)));
        var failed = Assert.Single(records, record => record.Outcome == StepOutcome.Failed);
        Assert.Equal((step, Both[1]), (failed.Step, failed.Target));
        Assert.Contains($"{what switch { "claim" => "our claim", "system" => "operating system", "servers" => "empty hypervisor", _ => "identity" }} does not hold for hv02.lab.example, so nothing was changed", failed.Message, StringComparison.Ordinal);
        Assert.False((await lab.HostAsync(1)).GetProperty("serviceDisabled").GetBoolean());
        Assert.True((await lab.HostAsync(2)).GetProperty("serviceDisabled").GetBoolean());
    }

    private static MigrationTarget Target(int number) => PhaseLab.Target(number) with { TicketId = null };

    private static async Task<PhaseLab> ReinstalledAsync(params int[] numbers)
    {
        var lab = await PhaseLab.StartAsync(new LabOptions { Hypervisors = 6, VirtualMachines = 0, Speed = 36000 });
        Assert.Empty(PhaseLab.Problems(await lab.RunAsync("Setup,PreDrain,PreReinstall", [.. numbers.Select(Target)])));
        foreach (var number in numbers)
            await lab.SetHostAsync(number, new { reinstall = new { osVersion = "9.5" } });
        Assert.Empty(PhaseLab.Problems(await lab.RunAsync("PostReinstall", [.. numbers.Select(Target)])));
        await lab.ForgetWritesAsync();
        return lab;
    }

    private static async Task LeaveAggregateAsync(PhaseLab lab)
    {
        var nova = lab.Session.Get<NovaClient>();
        await nova.RemoveFromAggregateAsync((await nova.AggregatesAsync(Token)).First(aggregate => aggregate.Hosts.Contains(Both[0])), Both[0], Token);
    }
}

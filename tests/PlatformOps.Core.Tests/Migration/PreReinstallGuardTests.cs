using PlatformOps.Core.Migration;
using PlatformOps.Errors;
using PlatformOps.Lab;
using PlatformOps.Migration;
using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Migration;

/// <summary>What keeps PreReinstall from handing over a hypervisor that must stay: each in a world where nothing else would, and by what the lab counted.</summary>
public sealed class PreReinstallGuardTests
{
    private const string Carol = "RL9 - cd [ops:20260101-000000-beef carol MH-999]";

    /// <summary>What speaks against it, and the check that sees it.</summary>
    public static TheoryData<string> Guards => ["openstack.claim", "hypervisor.identity", "openstack.hypervisor.empty", "host.domains.none", "openstack.tenants", "host.tenants"];

    // Machines with Mellanox cards: each of the three is bent before another of the three effects, when every check of the phase has passed.
    [Theory, MemberData(nameof(Guards))]
    public async Task What_shows_between_the_checks_and_an_effect_stops_that_effect(string guard)
    {
        (int Number, string Step)[] places = [(3, "kayobe.pxe"), (6, "aquilon.host.delete"), (9, "aquilon.install")];
        await using var lab = await DrainedAsync(9, 3, 6, 9);
        var bend = new PhaseLab.Bend((number, step) => places.Contains((number, step)) ? SpeakAgainstAsync(lab, number, guard) : null);

        var records = await lab.BendAsync("PreReinstall", bend, [.. places.Select(place => PhaseLab.Target(place.Number))]);

        Assert.Equal(places, bend.Done.Order());
        var writes = await lab.WriteDetailsAsync();
        Assert.All(places, place => AssertNotSent(writes, place.Number, place.Step));
        // Those before it were: the others had nothing against them.
        Assert.Contains(writes, write => write.StartsWith("aquilon del_host hv09.lab.example", StringComparison.Ordinal));
        Assert.Equal(places, records.Where(record => record.Outcome == StepOutcome.Failed).Select(record => (Number(record.Target), record.Step)).Order());
        foreach (var (number, _) in places)
            Assert.Equal("boot", await lab.PxeAsync(number));
    }

    [Fact]
    public async Task What_speaks_against_it_from_the_start_stops_it_before_anything_of_the_hypervisor_is_changed()
    {
        var checks = Guards.Select(row => row.Data).Where(guard => guard != "openstack.claim").ToList();
        await using var lab = await DrainedAsync(6, 1, 2, 3, 4, 5);
        for (var i = 0; i < checks.Count; i++)
            await SpeakAgainstAsync(lab, i + 1, checks[i]);

        var records = await lab.RunAsync("PreReinstall", [.. checks.Select((_, i) => PhaseLab.Target(i + 1))]);

        // The ticket is told, and nothing else has happened.
        Assert.DoesNotContain(await lab.WritesAsync(), write => !write.StartsWith("jira", StringComparison.Ordinal) && !write.StartsWith("nova", StringComparison.Ordinal));
        Assert.Equal(checks.Select((check, i) => (i + 1, check)), records.Where(record => record.Outcome is StepOutcome.Failed or StepOutcome.Unknown).Select(record => (Number(record.Target), record.Step)).Order());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("carol is on leave")]
    public async Task Another_persons_hypervisor_is_handed_over_only_by_who_takes_it_over(string? takeOver)
    {
        await using var lab = await DrainedAsync(6, 3);
        await lab.SetHostAsync(3, new { disabledReason = Carol });

        await lab.TakeOverAsync("PreReinstall", takeOver, PhaseLab.Target(3));

        var writes = await lab.WritesAsync();
        var host = await lab.HostAsync(3);
        if (takeOver is null)
        {
            Assert.All(writes, write => Assert.StartsWith("jira ", write, StringComparison.Ordinal));
            Assert.Equal(Carol, host.GetProperty("disabledReason").GetString());
            return;
        }

        Assert.Contains("aquilon pxeswitch hv03.lab.example", writes);
        Assert.Contains($"[ops:{lab.Session.Store.Ids().First()} ", host.GetProperty("disabledReason").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("targets.protected", "hv03*")]
    [InlineData("targets.allow", "hv05*")]
    public async Task A_protected_hypervisor_is_not_touched_nor_one_that_is_not_allowed(string key, string pattern)
    {
        await using var lab = await DrainedAsync(6, 3);
        await using var session = lab.Open(new Dictionary<string, object> { [key] = pattern });

        var records = await PhaseLab.RunAsync(session, "PreReinstall", PhaseLab.Target(3));

        Assert.IsType<RefusedException>(Assert.Single(records).Error);
        Assert.Empty(await lab.WritesAsync());
    }

    [Fact]
    public async Task Nothing_is_armed_where_the_checks_were_left_out()
    {
        await using var lab = await DrainedAsync(6, 1);
        await lab.SetAquilonAsync(1, new { buildStatus = "rebuild" });

        var records = await lab.RunFromAsync("PreReinstall", "aquilon.install", PhaseLab.Target(1));

        AssertNotSent(await lab.WriteDetailsAsync(), 1, "aquilon.install");
        Assert.Contains("openstack.tenants, host.tenants", records.Single(record => record.Step == "aquilon.install").Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_armed_outside_the_change_window()
    {
        await using var lab = await DrainedAsync(6, 1);
        await lab.FaultAsync(new { service = "aquilon", call = "make", effect = "status:400" });
        Assert.Contains(await lab.RunAsync("PreReinstall", PhaseLab.Target(1)), record => record is { Step: "aquilon.make", Outcome: StepOutcome.Failed });
        await lab.ClearFaultsAsync();
        var closed = DateTime.UtcNow.AddDays(3).DayOfWeek.ToString()[..3].ToLowerInvariant();

        var records = await lab.ResumeAsync($"\nchange-windows:\n  - days: [{closed}]\n");

        AssertNotSent(await lab.WriteDetailsAsync(), 1, "aquilon.install");
        Assert.Contains("no change window is open", records.Single(record => record.Step == "aquilon.install").Message, StringComparison.Ordinal);
        Assert.Equal(StepOutcome.Done, records.Single(record => record.Step == "aquilon.make").Outcome);
    }

    [Fact]
    public async Task A_hypervisor_that_was_armed_is_disarmed_when_the_phase_fails_and_stays_so_when_it_is_taken_back()
    {
        await using var lab = await DrainedAsync(6, 1);
        var bend = new PhaseLab.Bend((_, step) => step == "ticket.done" ? lab.FaultAsync(new { service = "jira", call = "POST /issue/*/transitions", effect = "status:400" }) : null);
        var records = await lab.BendAsync("PreReinstall", bend, PhaseLab.Target(1));
        await lab.ClearFaultsAsync();

        Assert.Contains(records, record => record is { Step: "aquilon.install", Outcome: StepOutcome.Done });
        Assert.Contains(records, record => record is { Step: "on-failure/aquilon.boot", Outcome: StepOutcome.Done });
        Assert.Equal("boot", await lab.PxeAsync(1));
        await lab.ForgetWritesAsync();

        var undone = await lab.UndoAsync();

        Assert.Equal("boot", await lab.PxeAsync(1));
        AssertNotSent(await lab.WriteDetailsAsync(), 1, "aquilon.install");
        Assert.Equal([("on-failure/aquilon.boot", StepOutcome.Skipped), ("aquilon.install", StepOutcome.Undone)], undone.Where(record => record.Action == "aquilon.boot").Select(record => (record.Step, record.Outcome)));
        Assert.All(undone.Where(record => record.Action != "aquilon.boot"), record => Assert.NotEqual(StepOutcome.Undone, record.Outcome));
    }

    // Empty, ours, with a dossier.
    private static async Task<PhaseLab> DrainedAsync(int hypervisors, params int[] numbers)
    {
        var lab = await PhaseLab.StartAsync(new LabOptions { Hypervisors = hypervisors, VirtualMachines = 0, Speed = 36000 });
        Assert.Empty(PhaseLab.Problems(await lab.RunAsync("Setup,PreDrain", [.. numbers.Select(PhaseLab.Target)])));
        await lab.ForgetWritesAsync();
        return lab;
    }

    private static Task SpeakAgainstAsync(PhaseLab lab, int number, string guard) => lab.SetHostAsync(number, guard switch
    {
        "openstack.claim" => (object)new { disabledReason = Carol },
        "hypervisor.identity" => new { files = new Dictionary<string, string> { ["/sys/class/dmi/id/product_serial"] = "SOMEBODYELSE\n" } },
        "openstack.hypervisor.empty" => new { leakedAllocations = 1 },
        "host.domains.none" => new { domains = new[] { "stray" } },
        "openstack.tenants" => new { tenants = new[] { "cinder-volume" } },
        "host.tenants" => new { units = new Dictionary<string, string> { ["ceph-osd@3.service"] = "active" } },
        _ => throw new ArgumentOutOfRangeException(nameof(guard)),
    });

    private static void AssertNotSent(IReadOnlyList<string> writes, int number, string step)
    {
        var name = $"hv{number:00}.lab.example";
        if (step == "kayobe.pxe")
            Assert.DoesNotContain(writes, write => write.StartsWith("kayobe ", StringComparison.Ordinal) && write.Contains(name, StringComparison.Ordinal));
        if (step is "kayobe.pxe" or "aquilon.host.delete")
            Assert.DoesNotContain(writes, write => write.StartsWith($"aquilon del_host {name}", StringComparison.Ordinal));
        Assert.DoesNotContain(writes, write => write.StartsWith($"aquilon pxeswitch {name}", StringComparison.Ordinal) && write.Contains("--install", StringComparison.Ordinal));
    }

    private static int Number(string target) => int.Parse(target.AsSpan(2, 2), System.Globalization.CultureInfo.InvariantCulture);
}

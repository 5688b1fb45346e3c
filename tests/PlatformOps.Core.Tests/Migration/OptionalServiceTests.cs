using PlatformOps.Core.Configuration;
using PlatformOps.Core.Migration;
using PlatformOps.Core.Secrets;
using PlatformOps.Core.Sessions;
using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Migration;

/// <summary>A site that has a cloud, an inventory and SSH, and none of the services that phases can do without.</summary>
public sealed class OptionalServiceTests
{
    private static readonly string[] There = ["openstack", "netbox", "ssh", "migration", "hosts", "http"];

    [Fact]
    public async Task Every_phase_runs_at_a_site_without_the_services_that_it_can_do_without()
    {
        await using var lab = await PhaseLab.StartAsync();
        await using var site = Without(lab);
        var target = PhaseLab.Target(1);

        await WellAsync("Noops,Setup,PreDrain");
        await lab.MoveServersAwayAsync(1);
        await WellAsync("Drain");
        var armed = await WellAsync("PreReinstall");
        await lab.SetHostAsync(1, new { reinstall = new { osVersion = "9.5" } });
        await WellAsync("PostReinstall");
        // Whoever deploys here does it without Kayobe.
        await lab.SetHostAsync(1, new { serviceUp = true });
        await WellAsync("Adoption");
        await WellAsync("Finish");

        Assert.Equal("skipped: the configuration has no section aquilon", armed.Single(record => record.Step == "aquilon.install").Message);
        Assert.DoesNotContain(await lab.WritesAsync(), write => !write.StartsWith("nova ", StringComparison.Ordinal) && !write.StartsWith("netbox ", StringComparison.Ordinal) && !write.StartsWith("ssh ", StringComparison.Ordinal));

        async Task<List<StepRecord>> WellAsync(string phases)
        {
            var records = await PhaseLab.RunAsync(site, phases, target);
            Assert.All(records, record => Assert.True(record.Outcome is StepOutcome.Passed or StepOutcome.Done or StepOutcome.Unchanged or StepOutcome.Reported or StepOutcome.Skipped, $"{record.Phase}.{record.Step} {record.Outcome}: {record.Message}"));
            return records;
        }
    }

    [Fact]
    public async Task A_plan_leaves_out_the_same_steps()
    {
        await using var lab = await PhaseLab.StartAsync();
        await using var site = Without(lab);

        var planned = new List<StepRecord>();
        await foreach (var record in site.Runner(MigrationRun.Ticket(site)).PlanAsync(MigrationRun.Request(site, ["PreReinstall"], [PhaseLab.Target(1)], site.Identity("plan")), TestContext.Current.CancellationToken))
            planned.Add(record);

        Assert.Equal("would be skipped: the configuration has no section kayobe", planned.Single(record => record.Step == "kayobe.pxe").Message);
    }

    // What a phase cannot do without is never optional: a slip in the configuration must not leave a proof out.
    [Fact]
    public void No_phase_does_without_its_cloud_its_inventory_and_its_login()
        => Assert.All(MigrationPhases.Names, phase => Assert.Empty(MigrationPhases.Get(Registrations.Runbooks(), phase).Runbook.OptionalServices.Intersect(["openstack", "netbox", "ssh"])));

    private static SessionScope Without(PhaseLab lab)
    {
        var configuration = lab.Session.Configuration;
        var sections = configuration.Sections.Where(section => There.Contains(NameOf(section.Key))).ToDictionary();
        Assert.True(sections.Count < configuration.Sections.Count);
        return new SessionScope(configuration with { Sections = sections }, new SecretStore(new Redactor()), TimeProvider.System, lab.Session.Store.Files);
    }

    private static string NameOf(Type section) => ((SectionAttribute)Attribute.GetCustomAttribute(section, typeof(SectionAttribute))!).Name;
}

using PlatformOps.Core.Changes;
using PlatformOps.Core.Migration;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Sessions;
using PlatformOps.Errors;

namespace PlatformOps.Core.Tests.Runbooks;

public sealed class RunbookLibraryTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("runbooks");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Every_phase_has_a_built_in_runbook_that_reads()
        => Assert.All(MigrationPhases.Names, phase => Assert.NotEmpty(MigrationPhases.Get(Library(null), phase).Runbook.Steps));

    [Fact]
    public void PreDrain_does_what_the_phase_says_in_this_order()
        => Assert.Equal(
            ["hypervisor.dossier", "host.os", "netbox.device.exists", "openstack.room", "openstack.compute-service.disable", "host.package"],
            Library(null).Get("hypervisor/pre-drain").Steps.Select(step => step.Action.Name));

    [Fact]
    public void Aquilon_is_given_all_its_steps_in_this_order_and_arms_last()
        => Assert.Equal(
            [
                "aquilon.ticket", "aquilon.record", "aquilon.import", "aquilon.buildstatus", "aquilon.host.delete", "aquilon.machine.delete", "aquilon.host.import",
                "aquilon.interface.boot", "aquilon.interfaces.remove", "aquilon.disk.remove", "aquilon.manage", "aquilon.make", "aquilon.boot",
            ],
            Library(null).Get("hypervisor/pre-reinstall").Steps.Select(step => step.Action.Name).Where(name => name.StartsWith("aquilon.", StringComparison.Ordinal)));

    [Fact]
    public void What_hands_a_hypervisor_to_the_installer_is_proven_again_immediately_before()
    {
        var steps = Library(null).Get("hypervisor/pre-reinstall").Steps;

        // How it boots, the first delete, and what arms the installer, which comes last but for the ticket.
        InOrder("hypervisor/pre-reinstall", "openstack.hypervisor.empty", "hypervisor.identity", "kayobe.pxe", "aquilon.record", "aquilon.host.delete", "aquilon.install");
        Assert.Equal("kayobe.pxe", steps.First(step => step.IsDestructive).Name);
        // What is Aquilon's proves it by itself.
        Assert.Equal(
            ["openstack.claim", "hypervisor.identity", "openstack.hypervisor.empty", "host.domains.none", "openstack.tenants", "host.tenants"],
            steps.Single(step => step.Guards.Count > 0 && step.Name == "kayobe.pxe").Guards.Select(guard => guard.Name));
        Assert.Equal(["hypervisor.dossier.boot", "aquilon.install", "ticket.done"], steps.TakeLast(3).Select(step => step.Name));
    }

    [Fact]
    public void What_arms_is_listed_as_destructive_and_what_disarms_on_failure_as_neither_that_nor_to_be_undone()
    {
        var steps = RunbookInfos.From(Library(null).Get("hypervisor/pre-reinstall")).Steps.Where(step => step.Action == "aquilon.boot").ToDictionary(step => step.Step);

        Assert.Equal((true, true), (steps["aquilon.install"].IsDestructive, steps["aquilon.install"].CanUndo));
        Assert.Equal((false, false), (steps["on-failure/aquilon.boot"].IsDestructive, steps["on-failure/aquilon.boot"].CanUndo));
    }

    [Fact]
    public void The_installer_is_disarmed_before_anything_is_changed_on_the_new_system_and_disks_are_taken_only_of_the_right_machine()
    {
        // What is not installed yet stays armed.
        InOrder("hypervisor/post-reinstall", "hypervisor.reinstalled", "hypervisor.identity", "host.os", "aquilon.localboot", "host.storage");
    }

    [Fact]
    public void Compute_id_is_back_before_nova_is_started()
    {
        InOrder("hypervisor/adoption", "host.compute-id", "kayobe.host.configure", "kayobe.service.deploy", "openstack.compute-service.wait-up", "openstack.compute-service.enable");
    }

    [Fact]
    public void A_sites_runbook_takes_the_place_of_the_built_in_one_of_the_same_name()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "mine.yaml"), "runbook: hypervisor/pre-drain\ntarget: hypervisor\nsteps:\n  - report: hypervisor.disks\n");

        var runbook = Library(_folder.FullName).Get("hypervisor/pre-drain");

        Assert.Equal("hypervisor.disks", Assert.Single(runbook.Steps).Action.Name);
        Assert.EndsWith("mine.yaml", runbook.Origin, StringComparison.Ordinal);
    }

    [Fact]
    public void A_replacement_with_fewer_guards_is_told_and_no_other()
    {
        const string Head = "runbook: hypervisor/pre-reinstall\ntarget: hypervisor\nsteps:\n";
        const string All = "guard: [openstack.claim, hypervisor.identity, openstack.hypervisor.empty, host.domains.none, openstack.tenants, host.tenants]";

        Assert.Contains(
            "mine.yaml: kayobe.playbook has no guard openstack.hypervisor.empty, host.domains.none, openstack.tenants, host.tenants, which kayobe.pxe of the built-in hypervisor/pre-reinstall has",
            Assert.Single(Fewer(Head + "  - change: kayobe.playbook\n    with: { playbook: x.yml }\n    guard: [hypervisor.identity, openstack.claim]\n")), StringComparison.Ordinal);
        Assert.Empty(Fewer(Head + $"  - change: kayobe.playbook\n    with: {{ playbook: x.yml }}\n    {All}\n"));
        Assert.Empty(Fewer("runbook: site/mine\ntarget: hypervisor\nsteps:\n  - change: kayobe.playbook\n    with: { playbook: x.yml }\n"));
        Assert.All(Library(null).List().Runbooks.Values, runbook => Assert.Empty(Library(null).FewerGuards(runbook)));

        static IEnumerable<string> Fewer(string text) => Library(null).FewerGuards(Library(null).Reader.Read(text, "mine.yaml"));
    }

    [Fact]
    public void Two_files_with_one_name_are_refused()
    {
        foreach (var name in (string[])["a.yaml", "b.yaml"])
            File.WriteAllText(Path.Combine(_folder.FullName, name), "runbook: x\ntarget: hypervisor\nsteps:\n  - report: hypervisor.disks\n");

        Assert.Contains("a.yaml", Assert.Throws<RunbookException>(() => Library(_folder.FullName).Get("x")).Message, StringComparison.Ordinal);
        Assert.NotEmpty(Library(_folder.FullName).Get("hypervisor/setup").Steps);
    }

    [Theory]
    [InlineData("runbook: hypervisor/pre-drain\ntarget: hypervisor\nsteps:\n  - report: none\n")]
    [InlineData("runbook: 'hypervisor/pre-drain' # ours\nsteps: [")]
    [InlineData("{\"runbook\": \"hypervisor/pre-drain\", }}")]
    public void A_wrong_file_keeps_the_runbook_that_it_would_replace_from_running_and_no_other(string text)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "mine.yaml"), text);

        Assert.Contains("mine.yaml", Assert.Throws<RunbookException>(() => Library(_folder.FullName).Get("hypervisor/pre-drain")).Message, StringComparison.Ordinal);
        Assert.NotEmpty(Library(_folder.FullName).Get("hypervisor/setup").Steps);
        Assert.Single(Library(_folder.FullName).List().Broken);
    }

    [Fact]
    public void A_file_that_nobody_can_read_may_be_any_runbook()
    {
        File.CreateSymbolicLink(Path.Combine(_folder.FullName, "gone.yaml"), Path.Combine(_folder.FullName, "nowhere"));
        File.CreateSymbolicLink(Path.Combine(_folder.FullName, ".#editing.yaml"), "somebody@host");

        Assert.Contains("gone.yaml", Assert.Throws<RunbookException>(() => Library(_folder.FullName).Get("hypervisor/setup")).Message, StringComparison.Ordinal);
        Assert.Single(Library(_folder.FullName).List().Broken);
    }

    [Fact]
    public void A_name_that_is_not_there_is_told_with_those_that_are()
        => Assert.Contains("hypervisor/setup", Assert.Throws<ObjectNotFoundException>(() => Library(null).Get("hypervisor/predrain")).Message, StringComparison.Ordinal);

    // They are all there, and one comes after the other.
    private static void InOrder(string runbook, params string[] wanted)
    {
        var steps = Library(null).Get(runbook).Steps.Select(step => step.Name).ToList();
        Assert.Equal(wanted, steps.Where(wanted.Contains));
    }

    private static RunbookLibrary Library(string? folder) => new(new RunbookReader(Registrations.Catalog, MigrationSettings.Names), folder);
}

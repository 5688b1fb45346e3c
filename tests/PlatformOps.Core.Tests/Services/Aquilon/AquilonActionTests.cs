using PlatformOps.Core.Changes;
using PlatformOps.Core.Configuration;
using PlatformOps.Core.Logging;
using PlatformOps.Core.Runbooks;
using PlatformOps.Core.Services.Aquilon;
using PlatformOps.Core.Sessions;
using PlatformOps.Errors;
using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Services.Aquilon;

public sealed class AquilonActionTests
{
    [Theory]
    [InlineData("ready", "decommissioned,failed", "decommissioned")]
    [InlineData("build", "ready,almostready", "ready")]
    [InlineData("almostready", "ready,almostready", "almostready")]
    [InlineData("failed", "ready,rebuild", "rebuild")]
    public async Task A_build_status_becomes_the_first_that_the_table_allows(string before, string wanted, string after)
    {
        await using var lab = await AquilonLab.StartAsync();
        await lab.SetAsync(1, new { buildStatus = before });

        var record = await lab.ApplyAsync(new SetBuildStatus(), new SetBuildStatusParameters(wanted.Split(',')));

        Assert.Equal(before == after ? StepOutcome.Unchanged : StepOutcome.Done, record.Outcome);
        Assert.Equal(after, (await lab.MachineAsync()).GetProperty("buildStatus").GetString());
    }

    [Fact]
    public async Task A_build_status_that_cannot_follow_is_refused_with_those_that_can()
    {
        await using var lab = await AquilonLab.StartAsync();

        var error = await Assert.ThrowsAsync<RefusedException>(() => lab.ApplyAsync(new SetBuildStatus(), new SetBuildStatusParameters(["build", "install"])));

        Assert.Equal("hv01.lab.example is ready in Aquilon, and from there it cannot become build or install: possible are almostready, rebuild, reinstall, failed, decommissioned.", error.Message);
        await Assert.ThrowsAsync<RefusedException>(() => lab.ApplyAsync(new SetBuildStatus(), new SetBuildStatusParameters(["redy"])));
        Assert.Empty(await lab.WritesAsync());
    }

    [Fact]
    public async Task The_boot_interface_is_set_with_the_default_route_once()
    {
        await using var lab = await AquilonLab.StartAsync(("aquilon.boot-interface", "eth1"));

        Assert.Equal(StepOutcome.Done, (await lab.ApplyAsync(new BootAquilonInterface(), new BootAquilonInterfaceParameters())).Outcome);
        Assert.Equal(StepOutcome.Unchanged, (await lab.ApplyAsync(new BootAquilonInterface(), new BootAquilonInterfaceParameters())).Outcome);

        var ports = (await lab.MachineAsync()).GetProperty("interfaces").EnumerateArray().ToDictionary(port => port.GetProperty("name").GetString()!);
        Assert.Equal((true, true, false, false), (ports["eth1"].GetProperty("boot").GetBoolean(), ports["eth1"].GetProperty("defaultRoute").GetBoolean(), ports["eth0"].GetProperty("boot").GetBoolean(), ports["eth0"].GetProperty("defaultRoute").GetBoolean()));
        Assert.Contains("it has bmc0, br0, eth0, eth1, vlan100", (await Assert.ThrowsAsync<ObjectNotFoundException>(() => lab.ApplyAsync(new BootAquilonInterface(), new BootAquilonInterfaceParameters("eth9")))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Interfaces_but_those_to_keep_are_removed_addresses_first_and_added_again_by_undo()
    {
        await using var lab = await AquilonLab.StartAsync();

        var records = await lab.RunTextAsync("  - change: aquilon.interfaces.remove\n");

        Assert.Equal("interfaces in Aquilon on hv01.lab.example: br0, eth1, vlan100 (10.40.0.2) → removed", records[^1].Message);
        Assert.Equal(["eth0", "bmc0"], AquilonLab.InterfacesOf(await lab.MachineAsync()));
        Assert.Equal(["del_interface", "del_interface", "del_interface_address", "del_interface"], (await lab.WritesAsync()).Select(write => write.Split(' ')[0]));

        Assert.Equal(StepOutcome.Undone, Assert.Single(await lab.UndoAsync()).Outcome);
        var machine = await lab.MachineAsync();
        Assert.Equal(["bmc0", "br0", "eth0", "eth1", "vlan100"], AquilonLab.InterfacesOf(machine).Order(StringComparer.Ordinal));
        Assert.Contains("10.40.0.2", machine.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bridge_is_removed_once_its_parts_have_left_it_and_the_primary_address_never()
    {
        await using var lab = await AquilonLab.StartAsync();
        await lab.SetAsync(1, new { master = "br0" });

        Assert.Equal(StepOutcome.Done, (await lab.ApplyAsync(new RemoveAquilonInterfaces(), new RemoveAquilonInterfacesParameters(["br0"]))).Outcome);
        Assert.Equal(["update_interface system7001", "del_interface system7001"], await lab.WritesAsync());

        var error = await Assert.ThrowsAsync<RefusedException>(() => lab.ApplyAsync(new RemoveAquilonInterfaces(), new RemoveAquilonInterfacesParameters(["eth0", "eth1"])));
        Assert.Equal("eth0 has the primary address 10.20.0.2 of hv01.lab.example, and Aquilon removes no such interface. Leave it.", error.Message);
        Assert.Equal(2, (await lab.WritesAsync()).Count);
    }

    [Fact]
    public async Task A_disk_goes_by_rule_from_the_models_that_it_names_and_comes_back_by_undo()
    {
        await using var lab = await AquilonLab.StartAsync();

        Assert.Equal("disks in Aquilon on hv01.lab.example: is already as they are: no rule is for this machine", (await lab.RunTextAsync("  - change: aquilon.disk.remove\n"))[^1].Message);
        Assert.Equal("disks in Aquilon on hv04.lab.example: sda (480 GB sata) → without sda", (await lab.RunTextAsync("  - change: aquilon.disk.remove\n", 4))[^1].Message);
        Assert.Equal(0, (await lab.MachineAsync(4)).GetProperty("disks").GetArrayLength());

        Assert.Equal(StepOutcome.Undone, Assert.Single(await lab.UndoAsync()).Outcome);
        Assert.Equal(["del_disk netbox-1004", "add_disk netbox-1004"], await lab.WritesAsync());
        Assert.Equal(StepOutcome.Unchanged, (await lab.ApplyAsync(new RemoveAquilonDisks(), new RemoveAquilonDisksParameters("sdx"))).Outcome);
    }

    [Theory]
    [InlineData("*A100*", null, "hv-a100", "hv1", true)]
    [InlineData("*a100*", "hv1*", "hv-a100", "hv2", false)]
    [InlineData(null, "hv1*", "anything", "hv1.example.org", true)]
    [InlineData("*a100*", null, null, "hv1", false)]
    public void A_rule_fits_by_model_and_name(string? model, string? name, string? ofModel, string ofName, bool fits)
        => Assert.Equal(fits, new AquilonDiskRule { Model = model, Name = name, Disk = "sda" }.Fits(ofModel, ofName));

    [Fact]
    public async Task A_host_is_managed_from_the_configured_sandbox_and_back_by_undo()
    {
        await using var lab = await AquilonLab.StartAsync(("aquilon.sandbox", "ops/rl9"));

        Assert.Equal("branch in Aquilon on hv01.lab.example: domain prod_cloud → sandbox ops/rl9", (await lab.RunTextAsync("  - change: aquilon.manage\n"))[^1].Message);
        Assert.Equal("ops/rl9", (await lab.MachineAsync()).GetProperty("branch").GetString());

        Assert.Equal(StepOutcome.Undone, Assert.Single(await lab.UndoAsync()).Outcome);
        Assert.Equal("prod_cloud", (await lab.MachineAsync()).GetProperty("branch").GetString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Commits_are_left_behind_only_where_the_configuration_says_so(bool force)
    {
        await using var lab = await AquilonLab.StartAsync(("aquilon.sandbox", "ops/rl9"), ("aquilon.force-manage", force));
        await lab.SetAsync(new { unpublished = new[] { "prod_cloud" } });

        if (force)
        {
            Assert.Equal(StepOutcome.Done, (await lab.ApplyAsync(new ManageAquilonHost(), new ManageAquilonHostParameters())).Outcome);
            Assert.Contains("--force", Assert.Single(await lab.WriteDetailsAsync("manage")), StringComparison.Ordinal);
            return;
        }

        var error = await Assert.ThrowsAsync<ServiceException>(() => lab.ApplyAsync(new ManageAquilonHost(), new ManageAquilonHostParameters()));
        Assert.Contains("contains uncommitted files. Publish what is in the branch", error.Message, StringComparison.Ordinal);
        Assert.Empty(await lab.WritesAsync());
    }

    [Fact]
    public async Task A_member_of_a_cluster_is_managed_with_it_and_a_branch_is_one()
    {
        await using var lab = await AquilonLab.StartAsync();
        await lab.SetAsync(1, new { cluster = "cl1" });

        Assert.Contains("aq manage --cluster cl1", (await Assert.ThrowsAsync<RefusedException>(() => lab.ApplyAsync(new ManageAquilonHost(), new ManageAquilonHostParameters(Sandbox: "ops/rl9")))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<RefusedException>(() => lab.ApplyAsync(new ManageAquilonHost(), new ManageAquilonHostParameters("prod", "ops/rl9"), 2));
        await Assert.ThrowsAsync<RefusedException>(() => lab.ApplyAsync(new ManageAquilonHost(), new ManageAquilonHostParameters(Sandbox: "rl9"), 2));
        await Assert.ThrowsAsync<RefusedException>(() => lab.ApplyAsync(new ManageAquilonHost(), new ManageAquilonHostParameters("--all"), 2));
        Assert.Empty(await lab.WritesAsync());
    }

    [Fact]
    public async Task A_host_is_made_once_and_one_that_was_imported_because_it_is_bound_to_nothing()
    {
        await using var lab = await AquilonLab.StartAsync();

        Assert.Equal("configuration in Aquilon on hv01.lab.example: hypervisor, rocky 8x-x86_64 → kayobe-prod, rocky 9x-x86_64", (await lab.ApplyAsync(new MakeAquilonHost(), new MakeAquilonHostParameters())).Message);
        Assert.Equal(StepOutcome.Unchanged, (await lab.ApplyAsync(new MakeAquilonHost(), new MakeAquilonHostParameters())).Outcome);

        await lab.SetAsync(1, new { bootserver = (string?)null });
        Assert.Equal("kayobe-prod, rocky 9x-x86_64, not made", (await lab.ApplyAsync(new MakeAquilonHost(), new MakeAquilonHostParameters())).Before);
        Assert.Equal(StepOutcome.Done, (await lab.ApplyAsync(new MakeAquilonHost(), new MakeAquilonHostParameters(Recompile: true))).Outcome);
        Assert.Equal(4, (await lab.MachineAsync()).GetProperty("compilations").GetInt32());
        Assert.Contains("Not Found: Personality nosuch", (await Assert.ThrowsAsync<ServiceException>(() => lab.ApplyAsync(new MakeAquilonHost(), new MakeAquilonHostParameters("nosuch")))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_personality_that_requires_no_service_is_made_without_any()
    {
        await using var lab = await AquilonLab.StartAsync(("aquilon.personality", "inventory"));

        Assert.Equal(StepOutcome.Done, (await lab.ApplyAsync(new MakeAquilonHost(), new MakeAquilonHostParameters())).Outcome);
        Assert.Equal(StepOutcome.Unchanged, (await lab.ApplyAsync(new MakeAquilonHost(), new MakeAquilonHostParameters())).Outcome);
    }

    [Fact]
    public async Task Install_is_switched_when_the_status_allows_it_and_local_boot_always()
    {
        await using var lab = await AquilonLab.StartAsync();

        Assert.Contains("is ready in Aquilon, and is not switched to install before that is changed", (await Assert.ThrowsAsync<RefusedException>(() => lab.ApplyAsync(new SwitchAquilonBoot(), new SwitchAquilonBootParameters(AquilonBoot.Install)))).Message, StringComparison.Ordinal);
        await lab.SetAsync(1, new { buildStatus = "rebuild" });
        Assert.Equal("network boot in Aquilon on hv01.lab.example: localboot → install", (await lab.RunTextAsync("  - change: aquilon.boot\n    with: { boot: install }\n"))[^1].Message);
        Assert.Equal("install", await lab.PxeAsync());

        Assert.Equal(StepOutcome.Undone, Assert.Single(await lab.UndoAsync()).Outcome);
        Assert.Equal("boot", await lab.PxeAsync());
        await lab.SetAsync(1, new { pxe = "install", buildStatus = "ready", cluster = "cl1" });
        Assert.Equal(StepOutcome.Done, (await lab.ApplyAsync(new SwitchAquilonBoot(), new SwitchAquilonBootParameters(AquilonBoot.Localboot))).Outcome);
    }

    [Fact]
    public async Task What_was_switched_to_local_boot_is_not_switched_to_install_by_undo_and_what_was_to_install_is_whatever_it_was_before()
    {
        await using var lab = await AquilonLab.StartAsync();
        await lab.SetAsync(1, new { pxe = "install", buildStatus = "rebuild" });
        await lab.RunTextAsync("  - change: aquilon.boot\n    with: { boot: localboot }\n");

        var left = Assert.Single(await lab.UndoAsync());

        Assert.Equal(StepOutcome.Skipped, left.Outcome);
        Assert.Contains("nothing is armed by taking back. Where that is wanted: Set-AquilonBoot hv01.lab.example -Boot Install.", left.Message, StringComparison.Ordinal);
        Assert.Equal("boot", await lab.PxeAsync());

        await lab.SetAsync(1, new { pxe = "undefined" });
        await lab.RunTextAsync("  - change: aquilon.boot\n    with: { boot: install }\n");
        Assert.Equal(StepOutcome.Undone, Assert.Single(await lab.UndoAsync()).Outcome);
        Assert.Equal("boot", await lab.PxeAsync());
    }

    [Fact]
    public async Task Without_a_bootserver_and_in_a_cluster_nothing_is_switched_to_install()
    {
        await using var lab = await AquilonLab.StartAsync();
        await lab.SetAsync(1, new { buildStatus = "rebuild", cluster = "cl1" });
        Assert.Contains("is a member of the cluster cl1", (await Assert.ThrowsAsync<RefusedException>(() => lab.ApplyAsync(new SwitchAquilonBoot(), new SwitchAquilonBootParameters(AquilonBoot.Install)))).Message, StringComparison.Ordinal);

        await lab.SetAsync(1, new { bootserver = (string?)null });
        var error = await Assert.ThrowsAsync<RefusedException>(() => lab.ApplyAsync(new SwitchAquilonBoot(), new SwitchAquilonBootParameters(AquilonBoot.Install)));
        Assert.Contains("is bound to no bootserver in Aquilon", error.Message, StringComparison.Ordinal);
        Assert.Empty(await lab.WritesAsync());
    }

    [Theory]
    [InlineData("status for hv1.example.org: boot since: Fri", "localboot")]
    [InlineData("[INFO] x status for hv1.example.org: 10.0.0.1 boot since: Fri (PXE variant=PXELINUX)\n[INFO] x status for hv1.example.org: 10.0.0.1 install since: Fri (PXE variant=GRUB2)", "install")]
    [InlineData("x status for HV1.example.org: 2001:db8::1 undefined since: unknown", "undefined")]
    [InlineData("status for hv10.example.org: install since: Fri", null)]
    [InlineData("all is well", null)]
    public void What_the_bootserver_tells_is_read_for_this_host(string said, string? boot) => Assert.Equal(boot, SwitchAquilonBoot.Parse(said, "hv1.example.org"));

    [Fact]
    public async Task An_installation_that_switched_itself_back_and_became_ready_is_no_drift()
    {
        await using var lab = await AquilonLab.StartAsync();
        await lab.SetAsync(1, new { buildStatus = "rebuild" });
        var boot = (Change)new SwitchAquilonBoot();
        var status = (Change)new SetBuildStatus();
        object install = new SwitchAquilonBootParameters(AquilonBoot.Install), rebuild = new SetBuildStatusParameters(["rebuild"]);
        var context = new ActionContext { Target = AquilonLab.Target(1), Run = lab.Session.Identity("test"), Step = "x", Clients = lab.Session, Time = lab.Session.Time, Log = SilentLog.Instance };
        await lab.ApplyAsync(boot, install);
        var left = await status.ObserveAsync(context, rebuild, TestContext.Current.CancellationToken);

        await lab.SetAsync(1, new { pxe = "boot", buildStatus = "ready" });
        Assert.True(boot.StillHolds(context, install, null, await boot.ObserveAsync(context, install, TestContext.Current.CancellationToken)));
        Assert.True(status.StillHolds(context, rebuild, left, await status.ObserveAsync(context, rebuild, TestContext.Current.CancellationToken)));
        await lab.SetAsync(1, new { pxe = "rescue", buildStatus = "failed" });
        Assert.False(boot.StillHolds(context, install, null, await boot.ObserveAsync(context, install, TestContext.Current.CancellationToken)));
        Assert.False(status.StillHolds(context, rebuild, left, await status.ObserveAsync(context, rebuild, TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task A_ticket_that_ends_too_soon_stops_what_changes_before_it_begins()
    {
        await using var lab = await AquilonLab.StartAsync();
        Assert.StartsWith("ops@LAB.EXAMPLE on aquilon.lab.example, good for ", (await lab.CheckAsync(new CheckAquilonTicket(), new CheckAquilonTicketParameters())).Evidence, StringComparison.Ordinal);

        // A ticket of its own, which nothing here may renew.
        await lab.ReopenAsync(("aquilon.login", "kerberos"));
        await lab.AdvanceAsync(TimeSpan.FromHours(9.8));
        Assert.Equal(StepOutcome.Passed, (await lab.CheckAsync(new CheckAquilonTicket(), new CheckAquilonTicketParameters())).Outcome);
        await lab.AdvanceAsync(TimeSpan.FromDays(6.6));
        await lab.ReopenAsync(("aquilon.login", "kerberos"));

        var late = await lab.CheckAsync(new CheckAquilonTicket(), new CheckAquilonTicketParameters());
        Assert.Equal(StepOutcome.Failed, late.Outcome);
        await Assert.ThrowsAsync<ServiceAuthenticationException>(() => lab.ApplyAsync(new SetBuildStatus(), new SetBuildStatusParameters(["rebuild"])));
        Assert.Empty(await lab.WritesAsync());
    }

    [Fact]
    public async Task Facts_serve_conditions_and_tell_where_the_record_is()
    {
        await using var lab = await AquilonLab.StartAsync();

        var records = await lab.RunTextAsync("""
              - change: aquilon.buildstatus
                when: "${fact.aquilon.buildstatus} == ready"
                with: { statuses: [rebuild] }
              - change: aquilon.disk.remove
                when: "${fact.aquilon.model} == xma-hv-2022-a100"
              - change: aquilon.record

            """);

        Assert.Equal([StepOutcome.Done, StepOutcome.Skipped, StepOutcome.Done], records.Select(record => record.Outcome));
        var context = new ActionContext { Target = AquilonLab.Target(1), Run = lab.Session.Identity("x") with { RunId = lab.LastRun.RunId }, Step = "x", Clients = lab.Session, Time = lab.Session.Time, Log = SilentLog.Instance };
        var facts = await new AquilonFacts().ReadAsync(context, TestContext.Current.CancellationToken);
        Assert.True(File.Exists(facts["aquilon.record"]));
        Assert.Equal(("true", "system7001", "rebuild", "prod_cloud", false), (facts["aquilon.exists"], facts["aquilon.machine"], facts["aquilon.buildstatus"], facts["aquilon.branch"], facts.ContainsKey("aquilon.cluster")));
    }

    [Fact]
    public async Task The_probe_tells_the_broker_and_a_role_that_may_only_read()
    {
        await using var lab = await AquilonLab.StartAsync();
        await foreach (var health in lab.Session.Get<ServiceProbes>().ProbeAsync(["aquilon"], TestContext.Current.CancellationToken))
            Assert.Equal((true, "1.12.94", "ops@LAB.EXAMPLE", "ssh://aquilon.lab.example"), (health.IsHealthy, health.Version, health.Identity, health.Address));

        await lab.SetAsync(new { role = "nobody" });
        await foreach (var health in lab.Session.Get<ServiceProbes>().ProbeAsync(["aquilon"], TestContext.Current.CancellationToken))
            Assert.Equal("ops@LAB.EXAMPLE has the role nobody: it may only read. aq permission gives it another", Assert.Single(health.MissingRights));
        await Assert.ThrowsAsync<ServiceAuthenticationException>(() => lab.ApplyAsync(new SetBuildStatus(), new SetBuildStatusParameters(["rebuild"])));
        Assert.Empty(await lab.WritesAsync());
    }

    [Fact]
    public async Task A_justification_goes_with_every_change()
    {
        await using var lab = await AquilonLab.StartAsync(("aquilon.justification", "tcm=123"), ("aquilon.reason", "reinstall of it's OS"));
        await lab.SetAsync(new { needsJustification = true });

        Assert.Equal(StepOutcome.Done, (await lab.ApplyAsync(new SetBuildStatus(), new SetBuildStatusParameters(["rebuild"]))).Outcome);
        Assert.Contains("--justification tcm=123 --reason reinstall of it's OS", Assert.Single(await lab.WriteDetailsAsync("change_status")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_host_that_aq_runs_on_is_never_a_target()
    {
        await using var lab = await AquilonLab.StartAsync();

        foreach (var name in new[] { "aquilon.lab.example", "aquilon", "AQUILON.lab.example" })
        {
            var error = await Assert.ThrowsAsync<RefusedException>(() => lab.Session.Effects.RunAsync(new SetBuildStatus(), new ActionTarget(ActionTarget.Hypervisor, name), new SetBuildStatusParameters(["rebuild"]), null, TestContext.Current.CancellationToken));
            Assert.Equal($"[lab] {name} is protected: aquilon is worked on from there.", error.Message);
        }
    }

    [Fact]
    public async Task A_target_is_held_to_the_name_that_Aquilon_has_for_it_and_several_are_refused()
    {
        await using var lab = await AquilonLab.StartAsync();
        var configuration = lab.Session.Configuration;

        var protection = await Assert.ThrowsAsync<RefusedException>(() => IdentifyAsync(lab, configuration with { HostIdentity = new HostIdentity { Aquilon = ["${name}.lab.example"] }, Targets = new TargetRules { Protected = ["hv02.lab.example"] } }, "hv02.internal"));
        Assert.Contains("hv02.internal, which a service calls hv02.lab.example, is protected", protection.Message, StringComparison.Ordinal);

        var several = await Assert.ThrowsAsync<AmbiguousNameException>(() => IdentifyAsync(lab, configuration with { HostIdentity = new HostIdentity { Aquilon = ["${fqdn}", "hv02.${domain}"] } }, "hv01.lab.example"));
        Assert.Contains("names 2 hosts in Aquilon: hv01.lab.example, hv02.lab.example", several.Message, StringComparison.Ordinal);
        Assert.Equal("hv01.lab.example", (await IdentifyAsync(lab, configuration, "hv01.lab.example"))["aquilon"]);
    }

    [Fact]
    public async Task A_host_that_was_deleted_has_no_name()
    {
        await using var lab = await AquilonLab.StartAsync();

        Assert.Empty(await IdentifyAsync(lab, lab.Session.Configuration, "hv77.lab.example"));
    }

    [Fact]
    public async Task The_password_is_in_no_file_and_no_state()
    {
        await using var lab = await AquilonLab.StartAsync();
        await lab.RunAsync("aquilon/reset");
        var section = (await File.ReadAllTextAsync(lab.ConfigurationPath, TestContext.Current.CancellationToken)).Split("aquilon:")[1];
        var password = section.Split("password: '")[1].Split('\'')[0];

        var files = string.Concat(Directory.EnumerateFiles(lab.Session.Store.StateFolder, "*", SearchOption.AllDirectories).Select(File.ReadAllText));
        Assert.Contains("kinit ops", files, StringComparison.Ordinal);
        Assert.DoesNotContain(password, files, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyDictionary<string, string>> IdentifyAsync(AquilonLab lab, OpsConfiguration configuration, string name)
    {
        await using var session = new SessionScope(configuration, lab.Session.Secrets, lab.Session.Time, lab.Session.Store.Files);
        return await new TargetIdentifier(session).IdentifyAsync(new ActionTarget(ActionTarget.Hypervisor, name), ["aquilon"], TestContext.Current.CancellationToken);
    }
}

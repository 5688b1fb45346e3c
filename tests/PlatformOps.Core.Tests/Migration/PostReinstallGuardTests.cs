using PlatformOps.Core.Migration;
using PlatformOps.Core.Services.NetBox;
using PlatformOps.Lab;
using PlatformOps.Migration;
using PlatformOps.Runs;

namespace PlatformOps.Core.Tests.Migration;

/// <summary>What keeps PostReinstall from a machine or disks that are not meant, and disarms the installer: each in a world where nothing else would, and by what the lab counted.</summary>
public sealed class PostReinstallGuardTests
{
    private const string Disk = "nvme0n1";

    private static readonly string[] Wiping = ["ssh mkfs.xfs", "ssh wipefs", "ssh sgdisk", "ssh mdadm"];

    private static MigrationTarget Target => PhaseLab.Target(1) with { TicketId = null };

    private static object AnotherMachine => new { files = new Dictionary<string, string> { ["/sys/class/dmi/id/product_serial"] = "SOMEBODYELSE\n" } };

    [Fact]
    public async Task With_nothing_against_it_the_disk_is_made_ready_and_the_next_boot_from_the_network_installs_nothing()
    {
        await using var lab = await ReinstalledAsync();

        var records = await lab.RunAsync("PostReinstall", Target);

        Assert.Empty(PhaseLab.Problems(records));
        Assert.Contains(await lab.WritesAsync(), write => write.StartsWith("ssh mkfs.xfs", StringComparison.Ordinal));
        var (key, boot) = (Text(await lab.HostAsync(1), "hostKey"), Text(await lab.HostAsync(1), "bootId"));
        await lab.SetBmcAsync(1, """{"boot":"Pxe"}""");
        await lab.SetHostAsync(1, new { reboot = true });
        await lab.UntilAsync(1, host => host.GetProperty("up").GetBoolean() && Text(host, "bootId") != boot);
        Assert.Equal(("Pxe", key), (Text(await lab.HostAsync(1), "bootedFrom"), Text(await lab.HostAsync(1), "hostKey")));
    }

    [Fact]
    public async Task It_is_active_in_the_inventory_again_in_the_role_of_a_hypervisor_which_must_exist()
    {
        await using var lab = await ReinstalledAsync();
        await using (var session = lab.Open(new Dictionary<string, object> { ["netbox.role"] = "nosuch" }))
            Assert.Equal("netbox.device.role", (await PhaseLab.RunAsync(session, "PostReinstall", Target)).Failed().Step);
        Assert.Equal(("active", "Hypervisor"), await InInventoryAsync());

        await using (var session = lab.Open(new Dictionary<string, object> { ["netbox.role"] = "openstack-compute" }))
            Assert.Empty(PhaseLab.Problems(await PhaseLab.RunAsync(session, "PostReinstall", Target)));
        Assert.Equal(("active", "OpenStack Compute"), await InInventoryAsync());

        async Task<(string Status, string? Role)> InInventoryAsync()
        {
            var device = await lab.Session.Get<NetBoxClient>().DeviceAsync(Target.HypervisorName, TestContext.Current.CancellationToken);
            return (device.Status, device.Role);
        }
    }

    [Fact]
    public async Task A_machine_that_was_not_started_since_its_dossier_is_waited_for_whatever_it_runs()
    {
        await using var lab = await DrainedAsync();
        await lab.SetHostAsync(1, new { osVersion = "9.5", disks = new Dictionary<string, object?> { [Disk] = null } });

        var records = await lab.RunAsync("PostReinstall", Target);

        Assert.Empty(await lab.WritesAsync());
        Assert.Equal(("hypervisor.reinstalled", StepOutcome.Waiting), (records[^1].Step, records[^1].Outcome));
    }

    [Fact]
    public async Task Another_machine_is_not_disarmed_nor_anything_else()
    {
        await using var lab = await ReinstalledAsync();
        var bend = new PhaseLab.Bend((_, step) => step == "ticket.begun" ? lab.SetHostAsync(1, AnotherMachine) : null);

        var records = await lab.BendAsync("PostReinstall", bend, Target);

        Assert.Single(bend.Done);
        AssertWipedNothing(await lab.WritesAsync());
        Assert.DoesNotContain(await lab.WritesAsync(), write => write.StartsWith("aquilon", StringComparison.Ordinal) || write.StartsWith("netbox", StringComparison.Ordinal));
        Assert.Equal("hypervisor.identity", records.First(record => record.Outcome == StepOutcome.Failed).Step);
    }

    /// <summary>What stops it, where it shows from a step on that comes before.</summary>
    [Theory]
    [InlineData("bmc.boot-override.none", "aquilon.ready")]
    [InlineData("host.os", "hypervisor.identity")]
    [InlineData("host.efi", "hypervisor.disks")]
    [InlineData("host.storage", "host.storage")]
    public async Task What_speaks_against_taking_the_disks_stops_it(string check, string from)
    {
        await using var lab = await ReinstalledAsync();
        var bend = new PhaseLab.Bend((_, step) => step != from ? null : check switch
        {
            "bmc.boot-override.none" => lab.SetBmcAsync(1, """{"boot":"Pxe"}"""),
            "host.os" => lab.SetHostAsync(1, new { osVersion = "8.10" }),
            "host.efi" => lab.SetHostAsync(1, new { bootMode = "bios" }),
            _ => lab.SetHostAsync(1, AnotherMachine),
        });

        var records = await lab.BendAsync("PostReinstall", bend, Target);

        Assert.Single(bend.Done);
        AssertWipedNothing(await lab.WritesAsync());
        Assert.Equal(check, records.Single(record => record.Outcome == StepOutcome.Failed).Step);
    }

    [Fact]
    public async Task What_another_claimed_since_the_phase_began_keeps_its_disks()
    {
        await using var lab = await ReinstalledAsync();
        var bend = new PhaseLab.Bend((_, step) => step == "host.storage" ? lab.SetHostAsync(1, new { disabledReason = "RL9 [ops:r1 carol MH-900]" }) : null);

        var records = await lab.BendAsync("PostReinstall", bend, Target);

        Assert.Single(bend.Done);
        AssertWipedNothing(await lab.WritesAsync());
        var failed = records.Single(record => record.Outcome == StepOutcome.Failed);
        Assert.Equal("host.storage", failed.Step);
        Assert.Contains("is claimed by carol for MH-900", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_done_to_the_disks_while_the_installer_cannot_be_disarmed()
    {
        await using var lab = await ReinstalledAsync();
        await lab.FaultAsync(new { service = "aquilon", call = "pxeswitch", effect = "status:400" });

        var records = await lab.RunAsync("PostReinstall", Target);

        AssertWipedNothing(await lab.WritesAsync());
        Assert.Equal("aquilon.localboot", records.Single(record => record.Outcome == StepOutcome.Failed).Step);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_disk_with_data_is_taken_by_its_recorded_serial_number_only(bool isSame)
    {
        await using var lab = await DrainedAsync(new { disks = new Dictionary<string, object?> { [Disk] = new { fileSystem = "ext4", mountPoint = "/var/lib/nova/instances" } } });
        var dossiers = lab.Session.Get<DossierStore>();
        var dossier = dossiers.Latest(Target.HypervisorName)!;
        if (!isSame)
            dossiers.Write(dossier with { Host = dossier.Host with { Disks = [.. dossier.Host.Disks!.Select(disk => disk with { Serial = disk.Serial + "0" })] } });
        await lab.SetHostAsync(1, new { reinstall = new { osVersion = "9.5" } });

        var records = await lab.RunAsync("PostReinstall", Target);

        if (isSame)
        {
            Assert.Contains(await lab.WritesAsync(), write => write.StartsWith("ssh mkfs.xfs", StringComparison.Ordinal));
            return;
        }

        AssertWipedNothing(await lab.WritesAsync());
        Assert.Contains("was not recorded as a data disk of this host", records.Single(record => record.Step == "host.storage").Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Taking_the_phase_back_arms_nothing()
    {
        await using var lab = await ReinstalledAsync(new { bootMode = "bios" });
        // From where the broker would take it back to, and arm it then.
        await lab.SetAquilonAsync(1, new { buildStatus = "rebuild" });
        Assert.Equal("host.efi", (await lab.RunAsync("PostReinstall", Target)).Single(record => record.Outcome == StepOutcome.Failed).Step);
        Assert.Equal("boot", await lab.PxeAsync(1));

        var undone = await lab.UndoAsync();

        Assert.Equal("boot", await lab.PxeAsync(1));
        Assert.DoesNotContain(await lab.WriteDetailsAsync(), write => write.StartsWith("aquilon pxeswitch", StringComparison.Ordinal) && write.Contains("--install", StringComparison.Ordinal));
        Assert.Equal(StepOutcome.Skipped, undone.Single(record => record.Step == "aquilon.localboot").Outcome);
    }

    // Out of service with a dossier, and handed to the installer.
    private static async Task<PhaseLab> DrainedAsync(object? before = null)
    {
        var lab = await PhaseLab.StartAsync(new LabOptions { Hypervisors = 4, VirtualMachines = 0, Speed = 36000 });
        if (before is not null)
            await lab.SetHostAsync(1, before);
        Assert.Empty(PhaseLab.Problems(await lab.RunAsync("PreDrain,PreReinstall", Target)));
        Assert.Equal("install", await lab.PxeAsync(1));
        await lab.ForgetWritesAsync();
        return lab;
    }

    // And installed anew, with a blank data disk; the installer did not disarm itself.
    private static async Task<PhaseLab> ReinstalledAsync(object? after = null)
    {
        var lab = await DrainedAsync();
        await lab.SetHostAsync(1, new { reinstall = new { osVersion = "9.5" }, disks = new Dictionary<string, object?> { [Disk] = null } });
        if (after is not null)
            await lab.SetHostAsync(1, after);
        return lab;
    }

    private static string? Text(System.Text.Json.JsonElement host, string name) => host.GetProperty(name).GetString();

    private static void AssertWipedNothing(IReadOnlyList<string> writes)
        => Assert.DoesNotContain(writes, write => Wiping.Any(program => write.StartsWith(program, StringComparison.Ordinal)));
}

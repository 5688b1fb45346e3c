using System.Net.Http.Json;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Migration;
using PlatformOps.Core.Services.Hosts;
using PlatformOps.Core.Services.Hosts.Storage;
using PlatformOps.Core.Services.OpenStack;
using PlatformOps.Core.Sessions;
using PlatformOps.Core.Tests.Migration;
using PlatformOps.Errors;
using PlatformOps.Runs;
using PlatformOps.TestKit.Changes;

namespace PlatformOps.Core.Tests.Services.Hosts.Storage;

/// <summary>The change against the lab's hosts: hv01 is a Lenovo with one NVMe disk, hv04 an XMA with two.</summary>
public sealed class HostStorageTests
{
    private const string Instances = "/var/lib/nova/instances";
    private const int Lenovo = 1;
    private const int Gpu = 4;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<int, string> Hosts => new() { { Lenovo, "hv-2022-lenovo" }, { Gpu, "xma-hv-2022-a100" } };

    [Theory, MemberData(nameof(Hosts))]
    public async Task A_host_in_service_is_ready_and_nothing_is_done(int number, string model)
    {
        await using var lab = await StartAsync();

        var plan = await HostLab.PlanAsync(lab.Session, new HostStorageChange(), number, new HostStorageParameters { Model = model });
        var record = await HostLab.ApplyAsync(lab.Session, new HostStorageChange(), number, new HostStorageParameters { Model = model });

        Assert.Equal((StepOutcome.Unchanged, StepOutcome.Unchanged), (plan.Outcome, record.Outcome));
        Assert.Contains($"mounted at {Instances}", record.Message);
        Assert.Empty(await lab.WritesAsync());
    }

    [Theory, MemberData(nameof(Hosts))]
    public async Task After_a_reinstall_the_recorded_data_disks_are_mounted_again_and_not_formatted(int number, string model)
    {
        await using var lab = await StartAsync();
        var facts = await HostFacts.ReadAsync(lab.Session.Get<Core.Ssh.RemoteShell>().Root(HostLab.Target(number).Name, new RecordingLog()), Stop);
        var parameters = new HostStorageParameters { Model = model, Recorded = [string.Join("; ", RecordedDisk.Of(facts.Disks!, Instances))] };
        Assert.Equal(number == Gpu ? 2 : 1, RecordedDisk.Of(facts.Disks!, Instances).Count);
        await HostLab.RunAsync(lab.Session, number, "touch", $"{Instances}/before");
        await using var session = await ReinstallAsync(lab, number);
        var before = (await lab.WritesAsync()).Count;

        // Without the record they are somebody's.
        var refused = await Assert.ThrowsAsync<RefusedException>(() => HostLab.ApplyAsync(session, new HostStorageChange(), number, parameters with { Recorded = [] }));
        Assert.Contains("was not recorded as a data disk of this host", refused.Message);
        Assert.Equal(before, (await lab.WritesAsync()).Count);

        var record = await HostLab.ApplyAsync(session, new HostStorageChange(), number, parameters);

        Assert.Equal(StepOutcome.Done, record.Outcome);
        Assert.Contains("before\n", await HostLab.RunAsync(session, number, "ls", Instances));
        Assert.DoesNotContain((await lab.WritesAsync()).Skip(before), write => write.Contains("mkfs", StringComparison.Ordinal) || write.Contains("wipefs", StringComparison.Ordinal) || write.Contains("sgdisk", StringComparison.Ordinal));
        await RebootAsync(lab, session, number);
        Assert.Equal(StepOutcome.Unchanged, (await HostLab.ApplyAsync(session, new HostStorageChange(), number, parameters)).Outcome);
        Assert.Equal($"{(number == Gpu ? "/dev/md0" : "/dev/nvme0n1")}\n", await HostLab.RunAsync(session, number, "findmnt", "-n", "-o", "SOURCE", Instances));
    }

    [Theory, MemberData(nameof(Hosts))]
    public async Task Blank_disks_are_made_ready_and_a_second_run_formats_nothing(int number, string model)
    {
        await using var lab = await StartAsync();
        await using var session = await ReinstallAsync(lab, number);
        await BlankAsync(lab, number);
        var parameters = new HostStorageParameters { Model = model };

        var plan = await HostLab.PlanAsync(session, new HostStorageChange(), number, parameters);
        var record = await HostLab.ApplyAsync(session, new HostStorageChange(), number, parameters);

        Assert.Equal(StepOutcome.Planned, plan.Outcome);
        Assert.Contains($"mount {Instances}", plan.After);
        Assert.Equal(StepOutcome.Done, record.Outcome);
        var fstab = await HostLab.RunAsync(session, number, "grep", "instances", "/etc/fstab");
        Assert.EndsWith($" {Instances} xfs rw,relatime,attr2,inode64,logbufs=8,logbsize=32k,noquota 0 0\n", fstab);
        Assert.StartsWith("UUID=", fstab);
        Assert.Equal("644 root root\n", await HostLab.RunAsync(session, number, "stat", "-c", "%a %U %G", "/etc/fstab"));
        var writes = (await lab.WritesAsync()).Count;
        Assert.Equal(StepOutcome.Unchanged, (await HostLab.ApplyAsync(session, new HostStorageChange(), number, parameters with { Force = ["nvme0n1"] })).Outcome);
        Assert.Equal(writes, (await lab.WritesAsync()).Count);

        await RebootAsync(lab, session, number);
        Assert.Equal(StepOutcome.Unchanged, (await HostLab.ApplyAsync(session, new HostStorageChange(), number, parameters)).Outcome);
    }

    [Fact]
    public async Task A_foreign_disk_is_refused_until_it_is_forced_by_name()
    {
        await using var lab = await StartAsync();
        await using var session = await ReinstallAsync(lab, Lenovo);
        await lab.SetHostAsync(Lenovo, new { disks = new Dictionary<string, object> { ["nvme0n1"] = new { fileSystem = "ext4", uuid = "77777777-0000-4000-8000-000000000000" } } });
        var parameters = new HostStorageParameters { Profile = "hv-2022-lenovo" };
        var writes = (await lab.WritesAsync()).Count;

        var refused = await Assert.ThrowsAsync<RefusedException>(() => HostLab.ApplyAsync(session, new HostStorageChange(), Lenovo, parameters));
        Assert.Contains("carries ext4:77777777-0000-4000-8000-000000000000", refused.Message);
        Assert.Equal(writes, (await lab.WritesAsync()).Count);

        Assert.Equal(StepOutcome.Done, (await HostLab.ApplyAsync(session, new HostStorageChange(), Lenovo, parameters with { Force = ["nvme0n1"] })).Outcome);
        Assert.Equal("xfs\n", await HostLab.RunAsync(session, Lenovo, "findmnt", "-n", "-o", "FSTYPE", Instances));
    }

    [Theory]
    [InlineData("mdadm")]
    [InlineData("mkfs.xfs")]
    [InlineData("sgdisk")]
    [InlineData("mount")]
    [InlineData("systemctl")]
    public async Task A_run_whose_connection_drops_in_a_step_is_gone_on_with_and_makes_nothing_twice(string command)
    {
        await using var lab = await StartAsync();
        await using var session = await ReinstallAsync(lab, Gpu);
        await BlankAsync(lab, Gpu);
        var parameters = new HostStorageParameters { Model = "xma-hv-2022-a100" };
        // The command runs, and its answer is lost.
        await lab.FaultAsync(new { service = "ssh", effect = "ssh-drop", call = command, count = 1 });

        StepRecord? first = null;
        try
        {
            first = await HostLab.ApplyAsync(session, new HostStorageChange(), Gpu, parameters);
        }
        catch (OpsException error)
        {
            Assert.DoesNotContain("Resolve-OpsStep", error.Message);
        }

        // The last step's answer may be lost and all be there.
        var second = await HostLab.ApplyAsync(session, new HostStorageChange(), Gpu, parameters);

        Assert.Contains(second.Outcome, first is null ? [StepOutcome.Done] : new[] { StepOutcome.Unchanged });
        var writes = await lab.WritesAsync();
        Assert.Single(writes, write => write.StartsWith("ssh mkfs.xfs", StringComparison.Ordinal));
        Assert.Equal(2, writes.Count(write => write.StartsWith("ssh sgdisk", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_host_that_changed_between_the_plan_and_the_steps_is_left_alone()
    {
        await using var lab = await StartAsync();
        await using var session = await ReinstallAsync(lab, Gpu);
        await BlankAsync(lab, Gpu);
        var change = (Core.Changes.Change)new HostStorageChange();
        var parameters = new HostStorageParameters { Model = "xma-hv-2022-a100", Force = ["nvme0n1"] };
        var context = HostLab.Context(session, Gpu);
        var agreed = await change.ObserveAsync(context, parameters, Stop);
        await lab.SetHostAsync(Gpu, new { disks = new Dictionary<string, object> { ["nvme0n1"] = new { fileSystem = "ext4" } } });
        var writes = (await lab.WritesAsync()).Count;

        // Forced, but not as what it is now.
        var refused = await Assert.ThrowsAsync<RefusedException>(() => change.ApplyAsync(context, parameters, agreed, Stop));

        Assert.Contains("it changed since it was looked at", refused.Message);
        Assert.Equal(writes, (await lab.WritesAsync()).Count);
    }

    [Theory]
    [InlineData("r640", "No storage profile is for the hardware model 'r640'")]
    [InlineData("hv-2022-lenovo", "the profile wants 1 disk, transport nvme, and 2 are such")]
    public async Task A_model_without_a_profile_or_with_other_disks_is_an_error(string model, string error)
    {
        await using var lab = await StartAsync();

        Assert.Contains(error, (await Assert.ThrowsAnyAsync<OpsException>(() => HostLab.PlanAsync(lab.Session, new HostStorageChange(), Gpu, new HostStorageParameters { Model = model }))).Message);
    }

    [Fact]
    public async Task What_cannot_be_read_is_an_error_and_never_blank()
    {
        await using var lab = await StartAsync();
        await lab.SetHostAsync(Lenovo, new { missing = new[] { "wipefs" } });

        Assert.Contains("wipefs", (await Assert.ThrowsAsync<RemoteHostException>(() => HostLab.PlanAsync(lab.Session, new HostStorageChange(), Lenovo, new HostStorageParameters { Profile = "hv-2022-lenovo" }))).Message);
    }

    [Fact]
    public void It_may_destroy_and_is_asked_for_at_the_highest_impact()
    {
        Change change = new HostStorageChange();

        Assert.True(change.IsDestructive(new HostStorageParameters { Profile = "hv-2022-lenovo" }));
        Assert.False(change.CanUndo);
        Assert.Equal(Impact.High, change.Impact);
    }

    // Formatting asks that the machine is the one that was written down, and ours.
    private static async Task<PhaseLab> StartAsync()
    {
        var lab = await PhaseLab.StartAsync(new Lab.LabOptions { Hypervisors = 4, VirtualMachines = 0, Speed = 20_000 });
        foreach (var number in new[] { Lenovo, Gpu })
        {
            await HostLab.ApplyAsync(lab.Session, new TakeDossier(), number, new Core.Changes.NoParameters());
            await HostLab.ApplyAsync(lab.Session, new DisableComputeService(), number, new DisableComputeServiceParameters("RL9"));
            await lab.MoveServersAwayAsync(number);
        }

        await lab.ForgetWritesAsync();
        return lab;
    }

    /// <summary>Has the host installed anew, and opens a session that takes its new key; root is let in again as the Setup phase does.</summary>
    private static async Task<SessionScope> ReinstallAsync(PhaseLab lab, int number)
    {
        using var http = new HttpClient { BaseAddress = lab.Lab.Address };
        var name = HostLab.Target(number).Name;
        var boot = await BootIdAsync(lab, number);
        (await http.PostAsJsonAsync($"lab/hosts/{name}/reinstall", new { osVersion = "9.5" }, Stop)).EnsureSuccessStatusCode();
        await UntilAsync(async () => await lab.HostAsync(number) is var host && host.GetProperty("up").GetBoolean() && host.GetProperty("bootId").GetString() != boot);
        var session = lab.Open(new Dictionary<string, object> { ["ssh.known-hosts"] = Path.Combine(lab.Lab.Folder, $"known_{number}"), ["ssh.host-key-policy"] = "accept-new" });
        await HostLab.ApplyAsync(session, new RootAccessChange(), number, new Core.Changes.NoParameters());
        return session;
    }

    private static async Task RebootAsync(PhaseLab lab, SessionScope session, int number)
    {
        var boot = await BootIdAsync(lab, number);
        await HostLab.RunAsync(session, number, "systemctl", "reboot");
        await UntilAsync(async () => await lab.HostAsync(number) is var host && host.GetProperty("up").GetBoolean() && host.GetProperty("bootId").GetString() != boot);
    }

    private static async Task<string?> BootIdAsync(PhaseLab lab, int number) => (await lab.HostAsync(number)).GetProperty("bootId").GetString();

    private static Task BlankAsync(PhaseLab lab, int number)
        => lab.SetHostAsync(number, new { disks = Enumerable.Range(0, number == Gpu ? 2 : 1).ToDictionary(i => $"nvme{i}n1", _ => new { fileSystem = (string?)null }) });

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        deadline.CancelAfter(Patience.Long);
        while (!await condition())
            await Task.Delay(10, deadline.Token);
    }
}

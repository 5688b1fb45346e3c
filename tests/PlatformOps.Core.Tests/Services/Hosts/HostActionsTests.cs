using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.Hosts;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;
using PlatformOps.Runs;
using PlatformOps.TestKit;
using PlatformOps.TestKit.Changes;
using PlatformOps.TestKit.Ssh;

namespace PlatformOps.Core.Tests.Services.Hosts;

public sealed class HostActionsTests : IAsyncDisposable
{
    private readonly ScriptedSsh _ssh = new();
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _ssh.DisposeAsync();

    [Theory]
    [InlineData("rocky", "9", StepOutcome.Passed)]
    [InlineData("ROCKY", "9", StepOutcome.Passed)]
    [InlineData("rocky", "9.4", StepOutcome.Passed)]
    [InlineData("rocky", "9.5", StepOutcome.Failed)]
    [InlineData("rocky", "8", StepOutcome.Failed)]
    [InlineData("centos", "9", StepOutcome.Failed)]
    [InlineData("rocky", "94", StepOutcome.Failed)]
    public async Task The_operating_system_is_compared_by_distribution_and_version(string id, string version, StepOutcome expected)
    {
        _ssh.On("cat -- /etc/os-release", HostFactsTests.Rocky);

        var answer = await RunAsync(new HostOsCheck(), new HostOsParameters { Id = id, Version = version });

        Assert.Equal(expected, answer.Outcome);
        Assert.Contains("rocky 9.4", answer.Evidence);
    }

    [Fact]
    public async Task A_host_that_tells_no_version_is_unknown()
    {
        _ssh.On("cat -- /etc/os-release", "ID=rocky\n");

        Assert.Equal(StepOutcome.Unknown, (await RunAsync(new HostOsCheck(), new HostOsParameters { Id = "rocky", Version = "9" })).Outcome);
    }

    [Fact]
    public async Task A_host_is_reachable_where_root_logs_in()
    {
        _ssh.On("true");
        Assert.Equal(StepOutcome.Passed, (await RunAsync(new HostReachableCheck(), new HostReachableParameters())).Outcome);

        _ssh.On((_, _) => true, (_, _) => throw new RemoteHostException("hv1", "root@hv1 was not reached: Connection refused."));
        Assert.Equal(StepOutcome.Failed, (await RunAsync(new HostReachableCheck(), new HostReachableParameters())).Outcome);

        _ssh.On((_, _) => true, (_, _) => throw new HostKeyException("changed"));
        await Assert.ThrowsAsync<HostKeyException>(() => RunAsync(new HostReachableCheck(), new HostReachableParameters()));
    }

    [Fact]
    public async Task A_host_that_hangs_is_not_reachable_when_the_time_is_up()
    {
        _ssh.OnWaiting();
        var check = RunAsync(new HostReachableCheck(), new HostReachableParameters { Within = TimeSpan.FromSeconds(5) });
        _time.Advance(TimeSpan.FromSeconds(5));

        var answer = await check;

        Assert.Equal(StepOutcome.Failed, answer.Outcome);
        Assert.Contains("within 5 s", answer.Evidence);
    }

    [Fact]
    public async Task Reports_list_disks_and_GPUs_and_none_is_an_answer()
    {
        _ssh.On($"lsblk -J -b -o {BlockDeviceListing.Columns}", HostFactsTests.Lsblk).On("lspci -nn", HostFactsTests.Lspci);

        var disks = await ((Report)new DiskReport()).RunAsync(Context(), new NoParameters(), Stop);
        var gpus = await ((Report)new GpuReport()).RunAsync(Context(), new NoParameters(), Stop);
        _ssh.On("lspci -nn", "");
        var none = await ((Report)new GpuReport()).RunAsync(Context(), new NoParameters(), Stop);
        _ssh.On("lspci -nn", "", 127, "not found");

        Assert.Contains("nvme0n1  3577.0 GiB  Micron  serial N1  nvme  linux_raid_member  mounted at /var/lib/nova/instances", disks);
        Assert.Equal("17:00.0  NVIDIA Corporation GA100 [A100 PCIe 80GB] [10de:20b5]", gpus);
        Assert.Equal("no GPUs", none);
        await Assert.ThrowsAsync<RemoteHostException>(() => ((Report)new GpuReport()).RunAsync(Context(), new NoParameters(), Stop));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(100, false)]
    public async Task A_package_is_up_to_date_where_dnf_knows_no_update(int exit, bool isDesired)
    {
        _ssh.On("cat -- /etc/os-release", HostFactsTests.Rocky).On("rpm -q --qf %{VERSION}-%{RELEASE} qemu-kvm", "8.2.0-11.el9").On("dnf -q check-update qemu-kvm", exit: exit);
        Change change = new PackageChange();

        var state = await change.ObserveAsync(Context(), Package, Stop);

        Assert.Equal(isDesired, change.IsDesired(Context(), Package, state));
        Assert.Equal(new PackageState("8.2.0-11.el9", exit == 100), state);
        Assert.Equal(state, change.Load(change.Save(state)));
    }

    [Theory]
    [InlineData("8.2.0-11.el9", false, StepOutcome.Unchanged)]
    // The repository got a newer one, or the host and then nothing newer is there: nobody took ours away.
    [InlineData("8.2.0-11.el9", true, StepOutcome.Unchanged)]
    [InlineData("8.2.0-12.el9", false, StepOutcome.Unchanged)]
    [InlineData("8.1.0-4.el9", true, StepOutcome.Drifted)]
    [InlineData(null, false, StepOutcome.Drifted)]
    public async Task An_updated_package_still_holds_until_it_went_back(string? now, bool hasUpdate, StepOutcome expected)
    {
        _ssh.On("cat -- /etc/os-release", HostFactsTests.Rocky)
            .On("rpm -q --qf %{VERSION}-%{RELEASE} qemu-kvm", now ?? "package qemu-kvm is not installed", now is null ? 1 : 0)
            .On("dnf -q check-update qemu-kvm", exit: hasUpdate ? 100 : 0);
        Change change = new PackageChange();

        Assert.Equal(expected, (await Gate.VerifyAsync(change, Context(), Package, change.Save(new PackageState("8.2.0-11.el9", false)), Stop)).Outcome);
    }

    [Fact]
    public async Task A_package_that_is_not_installed_is_refused()
    {
        _ssh.On("cat -- /etc/os-release", HostFactsTests.Rocky).On("rpm -q --qf %{VERSION}-%{RELEASE} qemu-kvm", "package qemu-kvm is not installed", 1);
        Change change = new PackageChange();

        var state = await change.ObserveAsync(Context(), Package, Stop);

        Assert.Throws<RefusedException>(() => change.IsDesired(Context(), Package, state));
    }

    [Fact]
    public async Task A_failed_update_shows_name_resolution_and_repositories()
    {
        _ssh.On("cat -- /etc/os-release", HostFactsTests.Rocky)
            .On("dnf -y update qemu-kvm", "", 1, "Error: Failed to download metadata for repo 'appstream'\n")
            .On("cat -- /etc/resolv.conf", "nameserver 10.0.0.53\n")
            .On("dnf repolist", "repo id   repo name\nappstream Rocky\x1b[0m 9\n");

        var error = await Assert.ThrowsAsync<RemoteHostException>(() => ((Change)new PackageChange()).ApplyAsync(Context(), Package, new PackageState("1", true), Stop));

        Assert.Contains("exit 1", error.Message);
        Assert.Contains("Failed to download metadata", error.Message);
        Assert.Contains("nameserver 10.0.0.53", error.Message);
        Assert.Contains("appstream Rocky 9", error.Message);
        Assert.DoesNotContain('\x1b', error.Message);
    }

    [Fact]
    public async Task An_update_that_was_cut_is_unknown()
    {
        _ssh.On("cat -- /etc/os-release", HostFactsTests.Rocky).On("dnf -y update qemu-kvm", exit: null);

        await Assert.ThrowsAsync<OutcomeUnknownException>(() => ((Change)new PackageChange()).ApplyAsync(Context(), Package, new PackageState("1", true), Stop));
    }

    [Fact]
    public async Task On_Debian_apt_is_asked_and_used()
    {
        _ssh.On("cat -- /etc/os-release", "ID=debian\nVERSION_ID=12\n")
            .On("dpkg-query -W -f=${db:Status-Status} ${Version} qemu-kvm", "installed 7.2+dfsg-7")
            .On("apt-get -s -q install --only-upgrade -- qemu-kvm", "Inst qemu-kvm [7.2] (7.3 Debian)\n")
            .On((_, c) => c.Arguments.Contains("-y"), (_, c) => Task.FromResult(ScriptedSsh.Result(c.Environment["DEBIAN_FRONTEND"] == "noninteractive" ? 0 : 1)));
        Change change = new PackageChange();

        Assert.Equal(new PackageState("7.2+dfsg-7", true), await change.ObserveAsync(Context(), Package, Stop));
        await change.ApplyAsync(Context(), Package, new PackageState("7.2", true), Stop);
        Assert.Contains("install --only-upgrade -- qemu-kvm", _ssh.Seen[^1]);
    }

    [Fact]
    public async Task A_command_is_observed_by_what_it_creates_or_by_its_probe()
    {
        Change change = new HostCommandChange();
        var creates = new HostCommandParameters { Argv = ["mk", "x"], Creates = "/x" };
        var unless = new HostCommandParameters { Argv = ["mk", "x"], Unless = ["have", "x"] };
        _ssh.On("test -e /x", exit: 1).On("have x", exit: 0).On("mk x");

        var before = await change.ObserveAsync(Context(), creates, Stop);

        Assert.True(change.CanObserve(creates));
        Assert.False(change.IsDesired(Context(), creates, before));
        Assert.True(change.IsDesired(Context(), unless, await change.ObserveAsync(Context(), unless, Stop)));
        await change.ApplyAsync(Context(), creates, before, Stop);
        Assert.Equal("root@hv1: mk x", _ssh.Seen[^1]);
        Assert.Equal(ProbeAnswer.NotHappened, await change.ProbeAsync(Context(), creates, before, before, Stop));
    }

    [Fact]
    public async Task A_command_without_a_probe_cannot_be_observed_and_is_undecidable_when_interrupted()
    {
        Change change = new HostCommandChange();
        var parameters = new HostCommandParameters { Argv = ["reboot"] };

        var state = await change.ObserveAsync(Context(), parameters, Stop);

        Assert.False(change.CanObserve(parameters));
        Assert.False(change.IsIdempotent);
        Assert.False(change.IsDesired(Context(), parameters, state));
        Assert.Equal(ProbeAnswer.Undecidable, await change.ProbeAsync(Context(), parameters, state, state, Stop));
        Assert.Empty(_ssh.Seen);
    }

    [Fact]
    public void The_registration_lists_every_action_once()
        => Assert.Equal(["host.command", "host.compute-id", "host.domains.none", "host.efi", "host.file", "host.os", "host.package", "host.reachable", "host.root-access", "host.storage", "host.tenants", "hypervisor.disks", "hypervisor.gpus"], new HostsRegistration().Actions.Select(a => a.Name).Order());

    private static PackageParameters Package { get; } = new() { Name = "qemu-kvm" };

    private Task<CheckResult> RunAsync(Check check, object parameters) => check.RunAsync(Context(), parameters, Stop);

    private ActionContext Context()
        => TestRun.Context(_time, new RemoteShell(_ssh, new SshTransportOptions { UserName = "ops", KnownHosts = new KnownHosts("/nonexistent", HostKeyPolicy.Strict, []) }));
}

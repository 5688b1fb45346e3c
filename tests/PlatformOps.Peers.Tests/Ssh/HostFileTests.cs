using System.Text;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.Hosts;
using PlatformOps.Core.Services.Hosts.Storage;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;
using PlatformOps.TestKit.Changes;

namespace PlatformOps.Peers.Tests.Ssh;

/// <summary>What actions on hosts read and write, with the real programs behind a real sshd.</summary>
public sealed class HostFileTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_is_observed_as_it_was_written_and_what_is_no_file_is_refused()
    {
        Assert.SkipUnless(Environment.UserName == "root", "host.file works as root");
        await using var farm = await SshdFarm.StartAsync();
        var (context, ssh) = await ContextAsync(farm);
        await using var _ = ssh;
        Change change = new HostFileChange();
        var wanted = new HostFileParameters { Path = Path.Combine(farm.Folder, "it's a file"), Content = "Grüße\n", Mode = "0640" };

        var before = await change.ObserveAsync(context, wanted, Stop);
        await change.ApplyAsync(context, wanted, before, Stop);
        var after = await change.ObserveAsync(context, wanted, Stop);

        Assert.Equal(new HostFileState(null, null), before);
        Assert.True(change.IsDesired(context, wanted, after));
        Assert.Equal("Grüße\n", await File.ReadAllTextAsync(wanted.Path, Stop));
        Assert.Equal(new FileOwnership("root", "root", "0640"), ((HostFileState)after).Ownership);
        Assert.False(change.IsDesired(context, wanted with { Mode = "0600" }, after));
        await change.UndoAsync(context, wanted, before, Stop);
        Assert.False(File.Exists(wanted.Path));

        File.CreateSymbolicLink(wanted.Path, "/etc/hostname");
        await Assert.ThrowsAsync<RefusedException>(() => change.ObserveAsync(context, wanted, Stop));
        await Assert.ThrowsAsync<RefusedException>(() => change.ObserveAsync(context, wanted with { Path = farm.Folder }, Stop));
    }

    [Fact]
    public async Task A_compute_id_is_written_with_its_folder()
    {
        Assert.SkipUnless(Environment.UserName == "root", "host.compute-id works as root");
        Assert.SkipWhen(File.Exists("/var/lib/nova/compute_id"), "nova-compute lives here");
        await using var farm = await SshdFarm.StartAsync();
        var (context, ssh) = await ContextAsync(farm);
        await using var _ = ssh;
        Change change = new ComputeIdChange();
        var wanted = new ComputeIdParameters { Id = Guid.NewGuid(), Paths = [Path.Combine(farm.Folder, "nova", "compute_id")] };

        var before = await change.ObserveAsync(context, wanted, Stop);
        await change.ApplyAsync(context, wanted, before, Stop);

        Assert.True(change.IsDesired(context, wanted, await change.ObserveAsync(context, wanted, Stop)));
        Assert.Equal($"{wanted.Id}\n", await File.ReadAllTextAsync(wanted.Paths[0], Stop));
    }

    [Fact]
    public async Task What_lsblk_findmnt_and_wipefs_print_here_is_read()
    {
        await using var farm = await SshdFarm.StartAsync();
        var host = await farm.AddAsync();
        await using var ssh = farm.Transport();
        var remote = new RemoteHost(ssh, host.Address, new RecordingLog());
        var image = Path.Combine(farm.Folder, "image");
        await using (var file = File.Create(image))
            file.SetLength(16 * 1024 * 1024);

        var mounts = await MountListing.ReadAsync(remote, Stop);
        Assert.Contains(mounts, mount => mount is { Target: "/proc", FileSystem: "proc" });
        Assert.All(await BlockDeviceListing.ReadAsync(remote, Stop), device => Assert.StartsWith("/dev/", device.Path));
        Assert.SkipUnless(File.Exists("/usr/sbin/wipefs") && File.Exists("/usr/sbin/mkswap"), "util-linux has no wipefs and mkswap here");
        Assert.Empty(await SignaturesAsync());
        await remote.ChangeAsync(["/usr/sbin/mkswap", "-U", "aaaaaaaa-0000-4000-8000-000000000000", "-L", "a,b", image], Stop);
        Assert.Equal([new Signature("swap", "aaaaaaaa-0000-4000-8000-000000000000")], await SignaturesAsync());

        async Task<IReadOnlyList<Signature>> SignaturesAsync()
            => Signature.Parse(Encoding.UTF8.GetString((await remote.ReadAsync(["/usr/sbin/wipefs", "-n", "-p", image], Stop)).OutputBytes.Span));
    }

    private static async Task<(ActionContext Context, ISshTransport Transport)> ContextAsync(SshdFarm farm)
    {
        var host = await farm.AddAsync();
        var options = farm.Options() with { Port = host.Port };
        var transport = SshdFarm.Transport(options);
        return (TestRun.Context(TimeProvider.System, new RemoteShell(transport, options), target: host.Address.Name), transport);
    }
}

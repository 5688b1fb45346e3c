using System.Runtime.Versioning;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;
using PlatformOps.TestKit.Changes;

namespace PlatformOps.Peers.Tests.Ssh;

/// <summary>Files put and got on a real sshd.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class RemoteFileTests
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, InlineData(true), InlineData(false)]
    public async Task Bytes_come_back_as_they_were_put_with_the_mode_that_was_asked_for(bool shares)
    {
        await using var farm = await SshdFarm.StartAsync();
        var sshd = await farm.AddAsync();
        await using var ssh = farm.Transport(shares);
        var host = new RemoteHost(ssh, sshd.Address, new RecordingLog());
        var path = Path.Combine(farm.Folder, "a b'$(id)\n.txt");
        var bytes = new byte[2_000_000];
        new Random(3).NextBytes(bytes);
        await File.WriteAllTextAsync(path, "old", Stop);

        await host.PutAsync(path, bytes, Mode, null, Stop);

        Assert.True((await host.GetAsync(path, bytes.Length, Stop))!.Value.Span.SequenceEqual(bytes));
        Assert.Equal(Mode, File.GetUnixFileMode(path));
        await host.PutAsync(path, ReadOnlyMemory<byte>.Empty, Mode, $"{Environment.UserName}:", Stop);
        Assert.Empty(await File.ReadAllBytesAsync(path, Stop));
        Assert.Null(await host.GetAsync(path + "x", 1, Stop));
        Assert.Empty(Directory.GetFiles(farm.Folder, "*.ops-*"));
    }

    [Fact]
    public async Task What_was_there_stays_where_it_cannot_be_replaced_or_the_content_was_cut()
    {
        await using var farm = await SshdFarm.StartAsync();
        var sshd = await farm.AddAsync();
        await using var ssh = farm.Transport();
        var host = new RemoteHost(ssh, sshd.Address, new RecordingLog());
        var path = Path.Combine(farm.Folder, "file");
        await File.WriteAllTextAsync(path, "old", Stop);

        await Assert.ThrowsAsync<RemoteHostException>(() => host.PutAsync(path, "new"u8.ToArray(), Mode, "no-such-user", Stop));
        await Assert.ThrowsAsync<RemoteHostException>(() => host.PutAsync(farm.Folder, "new"u8.ToArray(), Mode, null, Stop));
        await Assert.ThrowsAsync<RemoteHostException>(() => host.PutAsync(path + "/x", "new"u8.ToArray(), Mode, null, Stop));
        await Assert.ThrowsAsync<ArgumentException>(() => host.PutAsync("file", "new"u8.ToArray(), Mode, null, Stop));

        // The connection goes while the content is on its way.
        var sending = host.PutAsync(path, new byte[16 * 1024 * 1024], Mode, null, Stop);
        while (Directory.GetFiles(farm.Folder, "file.ops-*").Length == 0 && !sending.IsCompleted)
            await Task.Delay(1, Stop);
        sshd.Cut();
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => sending);

        Assert.Equal("old", await File.ReadAllTextAsync(path, Stop));
    }

    [Fact]
    public async Task Of_a_symbolic_link_the_link_is_replaced()
    {
        await using var farm = await SshdFarm.StartAsync();
        var sshd = await farm.AddAsync();
        await using var ssh = farm.Transport();
        var (path, other) = (Path.Combine(farm.Folder, "link"), Path.Combine(farm.Folder, "other"));
        await File.WriteAllTextAsync(other, "another's", Stop);
        File.CreateSymbolicLink(path, other);

        await new RemoteHost(ssh, sshd.Address, new RecordingLog()).PutAsync(path, "new"u8.ToArray(), Mode, null, Stop);

        Assert.Equal("another's", await File.ReadAllTextAsync(other, Stop));
        Assert.Equal("new", await File.ReadAllTextAsync(path, Stop));
    }
}

using PlatformOps.Core.Ssh.OpenSsh;

namespace PlatformOps.Core.Tests.Ssh;

public sealed class PrivateFolderTests
{
    [Fact]
    public void A_moment_without_room_for_it_is_no_end_of_the_session()
    {
        var made = 0;
        using var folder = new PrivateFolder(() => ++made == 1 ? throw new IOException("No space left on device") : Directory.CreateTempSubdirectory("ops-").FullName);

        Assert.Throws<IOException>(() => folder.FullPath);

        Assert.True(Directory.Exists(folder.FullPath));
        Assert.Equal((folder.FullPath, 2), (folder.FullPath, made));
    }

    [Fact]
    public void Many_who_ask_at_once_have_one()
    {
        var made = 0;
        using var folder = new PrivateFolder(() =>
        {
            Interlocked.Increment(ref made);
            return Directory.CreateTempSubdirectory("ops-").FullName;
        });

        Parallel.For(0, 20, _ => Assert.True(Directory.Exists(folder.FullPath)));

        Assert.Equal(1, made);
    }
}

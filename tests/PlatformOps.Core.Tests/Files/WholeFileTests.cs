using System.Text;
using PlatformOps.Core.Files;

namespace PlatformOps.Core.Tests.Files;

public sealed class WholeFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ops-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_file_is_replaced_through_its_link_and_keeps_its_mode_and_mark()
    {
        var (file, link) = (In("real.txt"), In("link.txt"));
        File.WriteAllText(file, "old", new UTF8Encoding(true));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, WholeFile.OwnerOnly | UnixFileMode.GroupRead);
        File.CreateSymbolicLink(link, file);

        WholeFile.WriteText(link, "new");

        Assert.Equal([0xEF, 0xBB, 0xBF, .. "new"u8], File.ReadAllBytes(file));
        Assert.NotNull(new FileInfo(link).LinkTarget);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(WholeFile.OwnerOnly | UnixFileMode.GroupRead, File.GetUnixFileMode(file));
        Assert.Equal(2, _folder.GetFiles().Length);
    }

    [Fact]
    public void A_file_that_is_the_owners_alone_is_so_whatever_was_there()
    {
        File.WriteAllText(In("state"), "old");

        WholeFile.Write(In("state"), "new"u8, WholeFile.OwnerOnly);

        if (!OperatingSystem.IsWindows())
            Assert.Equal(WholeFile.OwnerOnly, File.GetUnixFileMode(In("state")));
    }

    [Fact]
    public void What_is_there_is_left_where_it_may_not_be_replaced()
    {
        File.WriteAllText(In("file"), "old");

        Assert.Throws<IOException>(() => WholeFile.Write(In("file"), "new"u8, overwrite: false));

        Assert.Equal("old", File.ReadAllText(In("file")));
        Assert.Single(_folder.GetFiles());
    }

    [Fact]
    public void A_path_that_cannot_be_written_is_named_with_why_and_nothing_is_left_behind()
    {
        Directory.CreateDirectory(In("folder"));
        File.WriteAllText(In("file"), "");

        Assert.Equal($"{In("none/report.md")} cannot be written: there is no folder {In("none")}. Make it first, or give another path.", Assert.Throws<DirectoryNotFoundException>(() => WholeFile.WriteText(In("none/report.md"), "")).Message);
        Assert.Equal($"{In("folder")} cannot be written: it is a folder. Give the path of a file.", Assert.Throws<IOException>(() => WholeFile.WriteText(In("folder"), "")).Message);
        Assert.StartsWith($"{In("file/report.md")} cannot be written: there is no folder", Assert.ThrowsAny<IOException>(() => WholeFile.WriteText(In("file/report.md"), "")).Message, StringComparison.Ordinal);
        Assert.Single(_folder.GetFiles());
    }

    [Fact]
    public void What_the_system_says_of_the_draft_is_told_of_the_path()
    {
        var path = In(new string('x', 300));
        var message = Assert.ThrowsAny<IOException>(() => WholeFile.WriteText(path, "")).Message;
        Assert.StartsWith($"{path} cannot be written: ", message, StringComparison.Ordinal);
        Assert.DoesNotContain(".new", message, StringComparison.Ordinal);
        Assert.Empty(_folder.GetFiles());
    }

    private string In(string name) => Path.Combine(_folder.FullName, name);
}

using PlatformOps.Core.Ssh;
using PlatformOps.Errors;
using PlatformOps.TestKit.Files;

namespace PlatformOps.Core.Tests.Ssh;

public sealed class KnownHostsTests : IDisposable
{
    // Made with ssh-keygen; nobody has the private halves.
    private const string FirstLine = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMmUxORU+S4nFJF/D46jzjkxs5ge4LUEa+j3WCe/dLV7";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string FilePath => Path.Combine(_folder.Path, "known_hosts");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_fingerprint_is_the_one_that_ssh_keygen_shows()
    {
        var key = HostKey.TryParse(FirstLine)!;

        Assert.Equal("ssh-ed25519", key.Type);
        Assert.Equal("SHA256:9OdePbJgKk/PNlOrLBg2YVoF7cAgirzKUgDMI6Hm9v4", key.Fingerprint);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ssh-ed25519")]
    [InlineData("ssh-ed25519 !!!")]
    [InlineData("ssh-ed25519 AAAA")]
    [InlineData("ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIMmUxORU+S4nFJF/D46jzjkxs5ge4LUEa+j3WCe/dLV7")]
    public void What_is_no_key_or_lies_about_its_type_is_none(string text) => Assert.Null(HostKey.TryParse(text));

    [Theory]
    [InlineData("hv1", 22, "hv1", true)]
    [InlineData("hv1", 22, "HV1", true)]
    [InlineData("hv1,10.0.0.1", 22, "10.0.0.1", true)]
    [InlineData("hv1", 22, "hv2", false)]
    [InlineData("hv*.example.org", 22, "hv12.example.org", true)]
    [InlineData("hv?", 22, "hv1", true)]
    [InlineData("hv?", 22, "hv12", false)]
    [InlineData("*.example.org,!hv9.example.org", 22, "hv9.example.org", false)]
    [InlineData("!hv9.example.org,*.example.org", 22, "hv9.example.org", false)]
    [InlineData("!hv9", 22, "hv1", false)]
    [InlineData("[hv1]:2222", 2222, "hv1", true)]
    [InlineData("[hv1]:2222", 22, "hv1", false)]
    [InlineData("[hv1]:2222", 2223, "hv1", false)]
    [InlineData("hv1", 2222, "hv1", true)]
    [InlineData("*", 22, "anything", true)]
    public async Task A_line_is_about_the_hosts_that_its_patterns_name(string hosts, int port, string host, bool isFound)
    {
        await File.WriteAllTextAsync(FilePath, $"# comment\n\n{hosts} {FirstLine}\n", Stop);

        var found = await Strict().FindAsync(host, port, Stop);

        Assert.Equal(isFound, found.Count == 1);
    }

    [Fact]
    public async Task Hashed_names_are_found()
    {
        await File.WriteAllTextAsync(FilePath, "|1|iOg/PcM5szlDJ+n9lQzWDie4V0E=|b2CumGNY+saA73lk9QXbw74Uao0= ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMmUxORU+S4nFJF/D46jzjkxs5ge4LUEa+j3WCe/dLV7\n", Stop);

        Assert.Single(await Strict().FindAsync("hv1.example.org", 22, Stop));
        Assert.Single(await Strict().FindAsync("HV1.example.org", 22, Stop));
        Assert.Empty(await Strict().FindAsync("hv2.example.org", 22, Stop));
    }

    [Fact]
    public async Task A_known_key_passes_and_another_or_none_does_not()
    {
        await File.WriteAllTextAsync(FilePath, $"hv1 {FirstLine}\n", Stop);
        var known = Strict();

        await known.RequireAsync("hv1", 22, First, Stop);
        var changed = await Assert.ThrowsAsync<HostKeyException>(() => known.RequireAsync("hv1", 22, Second, Stop));
        var unknown = await Assert.ThrowsAsync<HostKeyException>(() => known.RequireAsync("hv2", 22, Second, Stop));

        Assert.Contains(First.Fingerprint, changed.Message);
        Assert.Contains(Second.Fingerprint, changed.Message);
        Assert.Contains("line 1", changed.Message);
        Assert.Contains(Second.Fingerprint, unknown.Message);
        Assert.Equal("hv2", unknown.TargetName);
        Assert.EndsWith(
            $"To replace it by hand: ssh-keygen -R hv1 -f {ShellQuoting.Word(FilePath)}; ssh-keyscan -t ed25519 hv1 >> {ShellQuoting.Word(FilePath)}; ssh-keygen -l -F hv1 -f {ShellQuoting.Word(FilePath)}, which must show the fingerprint that you compared.",
            changed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_revoked_key_never_passes_and_does_not_make_the_next_one_a_change()
    {
        var known = new KnownHosts(FilePath, HostKeyPolicy.AcceptNew, []);
        await known.AddAsync("hv1", 22, First, Stop);
        await known.RevokeAsync("hv1", 22, First, Stop);

        Assert.Equal(HostKeyState.Revoked, await known.StateAsync("hv1", 22, First, Stop));
        Assert.Equal(HostKeyState.Unknown, await known.StateAsync("hv1", 22, Second, Stop));
        Assert.Contains("revoked", (await Assert.ThrowsAsync<HostKeyException>(() => known.RequireAsync("hv1", 22, First, Stop))).Message);
    }

    [Fact]
    public async Task A_revocation_without_a_port_holds_for_every_port()
    {
        var known = Strict();
        await known.AddAsync("hv1", 2222, First, Stop);
        await known.RevokeAsync("hv1", 22, First, Stop);

        Assert.Equal(HostKeyState.Revoked, await known.StateAsync("hv1", 2222, First, Stop));
    }

    [Fact]
    public async Task AcceptNew_takes_a_new_host_but_no_other_key_of_a_known_one_not_even_of_another_type()
    {
        var known = new KnownHosts(FilePath, HostKeyPolicy.AcceptNew, []);
        await known.RequireAsync("hv1", 22, First, Stop);

        Assert.Equal($"hv1 {First}\n", await File.ReadAllTextAsync(FilePath, Stop));
        await Assert.ThrowsAsync<HostKeyException>(() => known.RequireAsync("hv1", 22, Second, Stop));
        await Assert.ThrowsAsync<HostKeyException>(() => known.RequireAsync("hv1", 22, Ecdsa, Stop));
    }

    [Fact]
    public async Task A_key_that_was_taken_survives_the_loss_of_power()
    {
        var machine = new DurableDisk(Directory.CreateDirectory(Path.Combine(_folder.Path, "machine")).FullName);
        var path = Path.Combine(machine.Root, ".ssh", "known_hosts");
        var known = new KnownHosts(path, HostKeyPolicy.AcceptNew, [], new MortalDisk(machine));
        await known.RequireAsync("hv1", 22, First, Stop);
        await known.AddAsync("hv2", 22, Second, Stop);
        machine.LosePower();

        Assert.Equal($"hv1 {First}\nhv2 {Second}\n", await File.ReadAllTextAsync(path, Stop));
    }

    [Fact]
    public async Task Strict_and_Pinned_write_nothing()
    {
        foreach (var policy in new[] { HostKeyPolicy.Strict, HostKeyPolicy.Pinned })
            await Assert.ThrowsAsync<HostKeyException>(() => new KnownHosts(FilePath, policy, []).RequireAsync("hv1", 22, First, Stop));

        Assert.False(File.Exists(FilePath));
    }

    [Fact]
    public async Task Pinned_does_not_read_the_systems_files()
    {
        var system = _folder.File("system", $"hv1 {First}\n");

        await new KnownHosts(FilePath, HostKeyPolicy.Strict, [system]).RequireAsync("hv1", 22, First, Stop);
        await Assert.ThrowsAsync<HostKeyException>(() => new KnownHosts(FilePath, HostKeyPolicy.Pinned, [system]).RequireAsync("hv1", 22, First, Stop));
    }

    [Fact]
    public async Task A_certificate_authority_is_recognised_and_is_no_hosts_key()
    {
        await File.WriteAllTextAsync(FilePath, $"@cert-authority *.example.org {First}\n", Stop);

        var error = await Assert.ThrowsAsync<HostKeyException>(() => Strict().RequireAsync("hv1.example.org", 22, First, Stop));

        Assert.Contains("certificate authority", error.Message);
    }

    [Fact]
    public async Task Lines_are_appended_after_a_last_one_without_its_end_and_the_file_is_private()
    {
        var known = new KnownHosts(Path.Combine(_folder.Path, "new", "known_hosts"), HostKeyPolicy.AcceptNew, []);
        await known.AddAsync("hv1", 22, First, Stop);
        await File.WriteAllTextAsync(known.FilePath, $"hv1 {First}", Stop);
        await known.AddAsync("::1", 2222, Second, Stop);

        Assert.Equal($"hv1 {First}\n[::1]:2222 {Second}\n", await File.ReadAllTextAsync(known.FilePath, Stop));
        if (OperatingSystem.IsWindows())
            return;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(known.FilePath));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(known.FilePath)!));
    }

    [Fact]
    public async Task Fifty_hosts_added_at_once_are_all_there()
    {
        var known = new KnownHosts(FilePath, HostKeyPolicy.AcceptNew, []);

        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => known.RequireAsync($"hv{i}", 22, First, Stop)));

        Assert.Equal(50, (await File.ReadAllLinesAsync(FilePath, Stop)).Length);
    }

    [Fact]
    public async Task Lines_that_cannot_be_read_are_passed_over()
    {
        await File.WriteAllTextAsync(FilePath, $"hv1\nhv1 ssh-ed25519\nhv1 ssh-ed25519 ???\n@other hv1 {Second}\n|1|x|y {Second}\n\0\nhv1 {First} comment with words\n", Stop);

        Assert.Equal(First, Assert.Single(await Strict().FindAsync("hv1", 22, Stop)).Key);
    }

    private static HostKey First { get; } = HostKey.TryParse(FirstLine)!;

    private static HostKey Second { get; } = HostKey.TryParse("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIQuMFFC5mlGsOFd3uDzJGI75jud5dqEaxGBbmfZ8eGi")!;

    private static HostKey Ecdsa { get; } = HostKey.TryParse("ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBHLgG8vs1nHhFkbIDuloZbiP0rLwhNVgiX/nTgU2xj/A3vtdWF0AGi1UATD/TYB7Gksum4Wbi0fqViHdqQ65cUQ=")!;

    private KnownHosts Strict() => new(FilePath, HostKeyPolicy.Strict, []);
}

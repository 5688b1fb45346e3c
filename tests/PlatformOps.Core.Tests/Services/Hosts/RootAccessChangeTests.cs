using System.Text;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.Hosts;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;
using PlatformOps.TestKit;
using PlatformOps.TestKit.Changes;
using PlatformOps.TestKit.Ssh;

namespace PlatformOps.Core.Tests.Services.Hosts;

/// <summary>Against a host with sudo, in memory, that lets root in by the file that the commands make.</summary>
public sealed class RootAccessChangeTests : IAsyncDisposable
{
    private const string Key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0LXqfmSkJaPE5tGVAySfsvDYUFCGAlSCqMzgBLj0lq";
    private const string KeysFile = "/root/.ssh/authorized_keys";

    private readonly TemporaryFolder _folder = new();
    private readonly ScriptedSsh _ssh = new();
    private readonly FakeTimeProvider _time = new();
    private string? _keys;
    private string? _mode;
    private bool _hasFolder;

    public RootAccessChangeTests()
    {
        _folder.File("key", "private");
        _folder.File("key.pub", Key + " ops@runner\n");
        _ssh.On((_, _) => true, (host, command) => Task.FromResult(Answer(host, command)));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return _ssh.DisposeAsync();
    }

    [Theory]
    [InlineData(null, "")]
    [InlineData("", "")]
    [InlineData("ssh-rsa AAAA other\n", "ssh-rsa AAAA other\n")]
    [InlineData("ssh-rsa AAAA other", "ssh-rsa AAAA other\n")]
    public async Task The_key_is_appended_once_to_what_is_there_and_root_logs_in(string? before, string kept)
    {
        _keys = before;
        Change change = new RootAccessChange();

        var state = await change.ObserveAsync(Context(), new NoParameters(), Stop);
        Assert.False(change.IsDesired(Context(), new NoParameters(), state));
        await change.ApplyAsync(Context(), new NoParameters(), state, Stop);
        await change.ApplyAsync(Context(), new NoParameters(), state, Stop);

        Assert.Equal($"{kept}{Key} ops@runner\n", _keys);
        Assert.Equal("0600", _mode);
        Assert.True(change.IsDesired(Context(), new NoParameters(), await change.ObserveAsync(Context(), new NoParameters(), Stop)));
        Assert.Contains(new SshHost("hv1", "root"), _ssh.Forgotten);
    }

    [Fact]
    public async Task A_key_that_is_there_with_options_or_another_comment_is_not_added_again()
    {
        _keys = $"from=\"10.0.0.0/8\",no-pty {Key} an older comment\n";
        _mode = "0644";

        await ((Change)new RootAccessChange()).ApplyAsync(Context(), new NoParameters(), new RootAccessState(false), Stop);

        Assert.Equal(1, _keys.Split(Key).Length - 1);
        Assert.Equal("0600", _mode);
        Assert.DoesNotContain(_ssh.Seen, c => c.Contains("tee"));
    }

    [Fact]
    public async Task The_key_never_goes_into_a_command()
    {
        await ((Change)new RootAccessChange()).ApplyAsync(Context(), new NoParameters(), new RootAccessState(false), Stop);

        Assert.All(_ssh.Seen, c => Assert.StartsWith("ops@hv1: sudo -n ", c));
        Assert.DoesNotContain(_ssh.Seen, c => c.Contains("AAAA"));
    }

    [Fact]
    public async Task Sudo_that_wants_a_password_is_an_error_and_nothing_is_changed()
    {
        _ssh.On((_, c) => c.Arguments[0] == "sudo", (_, _) => Task.FromResult(ScriptedSsh.Result(1, "", "sudo: a password is required\n")));

        var error = await Assert.ThrowsAsync<RemoteHostException>(() => ((Change)new RootAccessChange()).ApplyAsync(Context(), new NoParameters(), new RootAccessState(false), Stop));

        Assert.Contains("a password is required", error.Message);
        Assert.Single(_ssh.Seen);
    }

    [Fact]
    public async Task Where_root_is_the_configured_account_there_is_nobody_to_install_the_key()
        => await Assert.ThrowsAsync<RefusedException>(() => ((Change)new RootAccessChange()).ApplyAsync(Context("root"), new NoParameters(), new RootAccessState(false), Stop));

    [Fact]
    public async Task An_append_that_was_cut_is_unknown_and_is_not_repeated_blindly()
    {
        _ssh.On((_, c) => c.Arguments.Contains("tee"), (_, c) =>
        {
            Answer(new SshHost("hv1", "ops"), c);
            return Task.FromResult(ScriptedSsh.Result(null));
        });
        Change change = new RootAccessChange();

        await Assert.ThrowsAsync<OutcomeUnknownException>(() => change.ApplyAsync(Context(), new NoParameters(), new RootAccessState(false), Stop));
        await change.ApplyAsync(Context(), new NoParameters(), new RootAccessState(false), Stop);

        Assert.Equal(1, _keys!.Split(Key).Length - 1);
    }

    private SshResult Answer(SshHost host, SshCommand command)
    {
        var words = string.Join(' ', command.Arguments);
        if (host.UserName == "root")
            return _keys?.Contains(Key) == true && _mode == "0600" && words == "true" ? ScriptedSsh.Result(0) : throw new RemoteHostException(host.Name, "refused") { LoginRefused = true };
        switch (words)
        {
            case $"sudo -n cat -- {KeysFile}":
                return _keys is null ? ScriptedSsh.Result(1, "", $"cat: {KeysFile}: No such file or directory\n") : ScriptedSsh.Result(0, _keys);
            case "sudo -n install -d -m 0700 -o root -g root /root/.ssh":
                _hasFolder = true;
                return ScriptedSsh.Result(0);
            case $"sudo -n tee -a {KeysFile}":
                Assert.True(_hasFolder);
                _keys += Encoding.UTF8.GetString(command.Input!.Value.Span);
                _mode ??= "0644";
                return ScriptedSsh.Result(0, Encoding.UTF8.GetString(command.Input!.Value.Span));
            case $"sudo -n chown root:root {KeysFile}":
                return ScriptedSsh.Result(0);
            case $"sudo -n chmod 0600 {KeysFile}":
                _mode = "0600";
                return ScriptedSsh.Result(0);
            default:
                return ScriptedSsh.Result(1, "", $"sudo: {command.Arguments[2]}: command not found\n");
        }
    }

    [Theory]
    [InlineData("ops", "refused. Invoke-MigrationStep -Step Setup, or Grant-RemoteRootAccess hv1, lets root in.")]
    [InlineData("root", "refused")]
    public async Task Who_is_refused_as_root_is_told_what_lets_root_in_where_another_account_can(string user, string message)
    {
        var error = await Assert.ThrowsAsync<RemoteHostException>(() => Context(user).Client<RemoteShell>().Root("hv1", new RecordingLog()).ReadAsync(["true"], Stop));
        Assert.Equal((message, true), (error.Message, error.LoginRefused));
    }

    private ActionContext Context(string user = "ops")
        => TestRun.Context(_time, new RemoteShell(_ssh, new SshTransportOptions
        {
            UserName = user,
            KeyPath = Path.Combine(_folder.Path, "key"),
            KnownHosts = new KnownHosts("/nonexistent", HostKeyPolicy.Strict, []),
        }));
}

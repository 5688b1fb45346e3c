using PlatformOps.Core.Logging;
using PlatformOps.Core.Ssh;
using PlatformOps.Core.Tests.Migration;
using PlatformOps.Errors;
using PlatformOps.Runs;
using PlatformOps.TestKit;
using PlatformOps.TestKit.Changes;
using PlatformOps.TestKit.Ssh;

namespace PlatformOps.Core.Tests.Ssh;

public sealed class RemoteHostTests : IAsyncDisposable
{
    private readonly ScriptedSsh _ssh = new();
    private readonly RecordingLog _log = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private RemoteHost Host => new(_ssh, new SshHost("hv1", "root"), _log);

    public ValueTask DisposeAsync() => _ssh.DisposeAsync();

    [Fact]
    public async Task Every_command_is_logged_with_its_result_and_never_its_output()
    {
        _ssh.On("cat -- /etc/shadow", "top-secret\n").On("fails", "", 2, "oops");

        await Host.ReadAsync(["cat", "--", "/etc/shadow"], Stop);
        await Host.RunAsync(new SshCommand(["fails"]), Stop);

        Assert.Collection(
            _log.Lines,
            l => Assert.Matches("^hv1: cat -- /etc/shadow: exit 0 in 0.0[0-9] s, output 11 bytes \\(sha256 [0-9a-f]{12}\\), no errors$", l),
            l => Assert.StartsWith("hv1: fails: exit 2 in ", l));
        Assert.DoesNotContain(_log.Lines, l => l.Contains("top-secret"));
    }

    [Fact]
    public async Task Who_waits_for_a_silent_host_is_told_after_a_few_seconds()
    {
        var time = new FakeTimeProvider();
        TaskCompletionSource<SshResult> answer = new();
        _ssh.On((_, _) => true, (_, _) => answer.Task);
        System.Collections.Concurrent.ConcurrentQueue<(string Of, string Text)> told = new();
        AmbientNotice.Current = (of, text) => told.Enqueue((of, text));
        try
        {
            var running = new RemoteHost(_ssh, new SshHost("hv1", "root"), _log, time).RunAsync(new SshCommand(["virsh", "list"]), Stop);
            await time.WhenTimersPendingAsync();
            time.Advance(TimeSpan.FromSeconds(14));
            Assert.Empty(told);
            time.Advance(TimeSpan.FromSeconds(1));
            await time.WhenTimersPendingAsync();
            Assert.Equal(("SSH to hv1", "No answer from hv1 for 15 s: 'virsh list' is waited for, at most 2 min in all."), Assert.Single(told));
            answer.SetResult(ScriptedSsh.Result(0));
            await running;
            Assert.Equal(0, time.PendingTimers);
        }
        finally
        {
            AmbientNotice.Current = null;
        }
    }

    [Fact]
    public async Task A_failed_command_is_an_error_with_command_exit_status_and_clean_errors()
    {
        _ssh.On("dnf -y update 'a b'", "", 1, "\x1b[31mError:\x1b[0m no such\a package\n");
        _ssh.On((_, c) => c.Arguments[0] == "dnf", (_, _) => Task.FromResult(ScriptedSsh.Result(1, "", "\x1b[31mError:\x1b[0m no such\a package\n")));

        var error = await Assert.ThrowsAsync<RemoteHostException>(() => Host.ReadAsync(["dnf", "-y", "update", "a b"], Stop));

        Assert.Equal("'dnf -y update 'a b'' on hv1: exit 1. It said: Error: no such package", error.Message);
        Assert.Equal("hv1", error.TargetName);
    }

    [Fact]
    public async Task Output_that_was_cut_behind_its_exit_status_is_no_answer_to_a_read_and_a_change_counts()
    {
        _ssh.On((_, _) => true, (_, _) => Task.FromResult(ScriptedSsh.Result(0) with { Cut = "the connection dropped" }));

        var change = await Host.ChangeAsync(["mkfs"], Stop);
        Func<Task>[] reads = [() => Host.ReadAsync(["virsh", "list"], Stop), () => Host.ReadFileAsync("/etc/fstab", Stop), () => Host.LookAsync(new SshCommand(["virsh", "list"]), Stop)];

        Assert.Equal(0, change.ExitStatus);
        foreach (var read in reads)
            Assert.StartsWith("The connection dropped while reading '", (await Assert.ThrowsAsync<RemoteHostException>(read)).Message, StringComparison.Ordinal);
        // The exit status alone is the answer.
        Assert.True(await Host.TestAsync(["test", "-e", "/etc/fstab"], Stop));
        Assert.Contains(_log.Lines, l => l.Contains("mkfs: exit 0 in ", StringComparison.Ordinal) && l.EndsWith("no errors, not all of it: the connection dropped", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_change_that_was_cut_is_unknown_and_a_read_that_was_cut_is_an_error()
    {
        _ssh.On("mkfs", exit: null).On("lsblk", exit: null);

        var change = await Assert.ThrowsAsync<OutcomeUnknownException>(() => Host.ChangeAsync(["mkfs"], Stop));
        var read = await Assert.ThrowsAsync<RemoteHostException>(() => Host.ReadAsync(["lsblk"], Stop));

        Assert.Equal("'mkfs' was begun on hv1, and nobody knows how it ended: the connection dropped. Look on the host before it is repeated.", change.Message);
        Assert.Equal("The connection dropped while reading 'lsblk' on hv1, so the answer is not known. Nothing was changed.", read.Message);
        Assert.Contains(_log.Lines, l => l.StartsWith("hv1: lsblk: no exit status (the connection dropped) in ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(125, false)]
    public async Task A_test_answers_yes_or_no(int exit, bool answer)
    {
        _ssh.On("test -e /x", exit: exit);

        Assert.Equal(answer, await Host.TestAsync(["test", "-e", "/x"], Stop));
    }

    [Theory]
    [InlineData(126)]
    [InlineData(127)]
    [InlineData(143)]
    [InlineData(null)]
    public async Task A_test_that_did_not_run_to_its_end_is_no_answer(int? exit)
    {
        _ssh.On("test -e /x", exit: exit);

        await Assert.ThrowsAsync<RemoteHostException>(() => Host.TestAsync(["test", "-e", "/x"], Stop));
    }

    [Fact]
    public async Task An_absent_file_is_null_and_one_that_cannot_be_read_an_error()
    {
        _ssh.On("cat -- /absent", "", 1, "cat: /absent: No such file or directory\n");
        _ssh.On("cat -- /locked", "", 1, "cat: /locked: Permission denied\n");

        Assert.Null(await Host.ReadFileAsync("/absent", Stop));
        await Assert.ThrowsAsync<RemoteHostException>(() => Host.ReadFileAsync("/locked", Stop));
    }

    [Fact]
    public async Task A_file_over_the_cap_is_an_error_and_never_half_a_file()
    {
        _ssh.On("cat -- /x", "12345");

        Assert.Equal("12345"u8.ToArray(), (await Host.GetAsync("/x", 5, Stop))!.Value.ToArray());
        Assert.Contains("has 5 bytes, more than the 4", (await Assert.ThrowsAsync<RemoteHostException>(() => Host.GetAsync("/x", 4, Stop))).Message);
    }

    [Fact]
    public async Task A_file_that_was_put_while_the_connection_dropped_is_the_old_or_the_new_one()
    {
        _ssh.On((_, c) => c.Arguments.Contains("ops-put"), (_, _) => Task.FromResult(ScriptedSsh.Result(null)));

        var error = await Assert.ThrowsAsync<OutcomeUnknownException>(() => Host.PutAsync("/etc/nova/compute_id", "secret"u8.ToArray(), UnixFileMode.UserRead, null, Stop));

        Assert.Equal("/etc/nova/compute_id on hv1 is the old file or the new one: the connection dropped. It can be written again.", error.Message);
        Assert.DoesNotContain(_ssh.Seen.Concat(_log.Lines), l => l.Contains("secret"));
    }

    [Fact]
    public async Task A_file_is_put_on_a_lab_host_with_its_owner_and_mode()
    {
        await using var lab = await PhaseLab.StartAsync();
        await lab.SetHostAsync(1, new { rootAccess = true });
        var host = lab.Session.Get<RemoteShell>().Root("hv01.lab.example", _log);

        await host.PutAsync("/var/lib/nova/compute_id", "c0ffee\n"u8.ToArray(), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, "nova:nova", Stop);

        Assert.Equal("c0ffee\n", await host.ReadFileAsync("/var/lib/nova/compute_id", Stop));
        Assert.Equal("640 nova nova\n", await host.ReadTextAsync(["stat", "-c", "%a %U %G", "/var/lib/nova/compute_id"], Stop));
        Assert.Equal("compute_id\ninstances\n", await host.ReadTextAsync(["ls", "/var/lib/nova"], Stop));
        Assert.Contains(_log.Lines, l => l.StartsWith("hv01.lab.example: put 7 bytes (sha256 ", StringComparison.Ordinal) && l.EndsWith(") to /var/lib/nova/compute_id, mode 640, nova:nova: exit 0", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_result_for_people_is_clean_and_keeps_the_bytes()
    {
        _ssh.On("x", "\x1b[1mbold\n", null);

        var model = Host.ToModel(await Host.RunAsync(new SshCommand(["x"]), Stop));

        Assert.Equal(StepOutcome.Unknown, model.Outcome);
        Assert.Equal("bold\n", model.Output);
        Assert.Equal("\x1b[1mbold\n"u8.ToArray(), model.OutputBytes);
    }
}

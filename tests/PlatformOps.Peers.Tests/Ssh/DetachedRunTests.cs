using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;
using PlatformOps.TestKit;
using PlatformOps.TestKit.Changes;

namespace PlatformOps.Peers.Tests.Ssh;

/// <summary>Commands that outlive their connection, on a real sshd with real processes.</summary>
[SupportedOSPlatform("linux")]
public sealed class DetachedRunTests : IAsyncLifetime
{
    // Of this process: inputs of all runs of an account are side by side in /dev/shm.
    private static readonly string RunId = $"run{Environment.ProcessId}";
    private static readonly DetachedKey Key = DetachedKey.Of(RunId, "127.0.0.1", "kayobe");

    private readonly RecordingLog _log = new();
    private SshdFarm? _farm;
    private SshdHost? _sshd;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private SshdFarm Farm => _farm!;

    private string Home => Path.Combine(Farm.Folder, "home");

    private string RunFolder => Path.Combine(Home, ".local/state/platformops/detached", Key.Text);

    /// <summary>A command adds a line whenever it begins.</summary>
    private string Begun => Path.Combine(Farm.Folder, "begun");

    private string Go => Path.Combine(Farm.Folder, "go");

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Directory.Exists("/proc/self") && Directory.Exists("/dev/shm"), "not a Linux with /dev/shm");
        _farm = await SshdFarm.StartAsync();
        _sshd = await _farm.AddAsync();
        Directory.CreateDirectory(Home);
        UseShell("sh");
    }

    public async ValueTask DisposeAsync()
    {
        if (_farm is null)
            return;
        // What a test left running would run for ever.
        foreach (var claim in Directory.GetFiles(Home, "claim", SearchOption.AllDirectories))
        {
            var pid = (await File.ReadAllTextAsync(claim)).Split(' ')[0];
            if (IsAlive(pid) && (await File.ReadAllTextAsync($"/proc/{pid}/cmdline")).Contains(Farm.Folder, StringComparison.Ordinal))
                KillGroup(pid);
        }

        await _farm.DisposeAsync();
    }

    [Theory]
    [InlineData("dash")]
    [InlineData("bash")]
    [InlineData("busybox")]
    public async Task It_ends_as_any_command_does(string shell)
    {
        UseShell(shell);
        await using var ssh = Farm.Transport();
        string[] nasty = ["", " ", "$HOME", "$(id)", "'", "\"", "\\", "a\nb", "*", "é 漢", "%h", "-n"];
        var command = new SshCommand(["sh", "-c", "cat; printf '%s|' \"$A\" \"$@\"; pwd; printf 'e\\0\\377' >&2; exit 7", "x", .. nasty]) { Input = "in|"u8.ToArray(), Environment = new Dictionary<string, string> { ["A"] = "$B 'c'" } };

        var result = await Run(ssh).RunAsync(command, Stop);

        Assert.Equal(7, result.ExitStatus);
        Assert.Equal($"in|$B 'c'|{string.Join('|', nasty)}|{Home}\n", Encoding.UTF8.GetString(result.OutputBytes.Span));
        Assert.Equal([(byte)'e', 0, 255], result.ErrorBytes.ToArray());
        Assert.Contains(_log.Lines, l => l.Contains($"started as {Key}", StringComparison.Ordinal));
        Assert.Contains(_log.Lines, l => l.Contains($"as {Key}: exit 7 in ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(3, "exit", "3")]
    [InlineData(127, "no-such-program")]
    [InlineData(126, "/etc/passwd")]
    [InlineData(137, "sh", "-c", "kill -KILL $$")]
    public async Task Its_own_end_is_known_whatever_it_is(int exit, params string[] arguments)
    {
        await using var ssh = Farm.Transport();

        Assert.Equal(exit, (await Run(ssh).RunAsync(new SshCommand(arguments), Stop)).ExitStatus);
    }

    [Fact]
    public async Task Dropped_connections_lose_no_byte_and_double_none()
    {
        await using var ssh = Farm.Transport();
        var seen = new MemoryStream();
        var cuts = 0;
        // As long as it takes to be cut three times, however busy this machine is.
        var command = new SshCommand(["sh", "-c", "i=0; while [ $i -lt 300 ] || [ ! -e \"$0\" ]; do echo line $i; i=$((i+1)); sleep 0.01; done", Go])
        {
            OnOutput = piece =>
            {
                seen.Write(piece.Data.Span);
                if (seen.Length / 500 > cuts)
                {
                    if (++cuts == 3)
                        File.WriteAllText(Go, "");
                    _sshd!.Cut();
                }
            },
        };

        var result = await Run(ssh).RunAsync(command, Stop);

        var expected = string.Concat(Enumerable.Range(0, result.OutputBytes.Span.Count((byte)'\n')).Select(i => $"line {i}\n"));
        Assert.Equal(0, result.ExitStatus);
        Assert.InRange(cuts, 3, int.MaxValue);
        Assert.Equal(expected, Encoding.UTF8.GetString(result.OutputBytes.Span));
        Assert.Equal(expected, Encoding.UTF8.GetString(seen.ToArray()));
    }

    [Fact]
    public async Task Much_output_comes_whole_over_connections_that_are_cut_in_mid_byte()
    {
        var bytes = new byte[5_000_000];
        new Random(7).NextBytes(bytes);
        var file = Path.Combine(Farm.Folder, "random");
        await File.WriteAllBytesAsync(file, bytes, Stop);
        await using var ssh = Farm.Transport();
        // Enough for a login and one piece, not for two.
        _sshd!.CutAfter(1_700_000);

        var result = await Run(ssh).RunAsync(new SshCommand(["cat", file]), Stop);

        Assert.Equal(0, result.ExitStatus);
        Assert.True(result.OutputBytes.Span.SequenceEqual(bytes));
        Assert.True(_sshd.Connections > 3);
    }

    [Fact]
    public async Task Cut_anywhere_in_its_start_it_begins_once_or_is_told_not_to_have_run()
    {
        var begun = 0;
        for (var bytes = 2200; bytes <= 4600; bytes += 200)
        {
            await using var ssh = Farm.Transport();
            _sshd!.CutAfter(bytes);
            var run = new RemoteHost(ssh, _sshd.Address, _log).Detached(DetachedKey.Of(RunId, "127.0.0.1", $"cut {bytes}"));
            var command = new SshCommand(["sh", "-c", "cat >> \"$0\"", Begun]) { Input = Encoding.UTF8.GetBytes($"{bytes}\n") };
            var first = run.RunAsync(command, Stop);
            await Task.WhenAny(first, Task.Delay(700, Stop));
            _sshd.CutAfter(long.MaxValue);
            _sshd.Cut();
            try
            {
                var result = await first;
                Assert.Equal((0, null), (result.ExitStatus, result.Lost));
                begun++;
            }
            catch (RemoteHostException)
            {
                Assert.Equal(DetachedPhase.Absent, (await run.StateAsync(Stop)).Phase);
            }
        }

        var lines = await File.ReadAllLinesAsync(Begun, Stop);
        Assert.InRange(begun, 1, 12);
        Assert.Equal(begun, lines.Length);
        Assert.Equal(lines.Distinct(), lines);
    }

    [Fact]
    public async Task Of_18_MiB_the_first_16_are_kept()
    {
        await using var ssh = Farm.Transport();

        var result = await Run(ssh).RunAsync(new SshCommand(["head", "-c", $"{18 * 1024 * 1024}", "/dev/zero"]), Stop);

        Assert.Equal(16 * 1024 * 1024, result.OutputBytes.Length);
        Assert.Equal(2 * 1024 * 1024, result.DroppedBytes);
    }

    [Fact]
    public async Task Whoever_stops_waiting_leaves_it_running_and_another_process_attaches()
    {
        var command = Waiting();
        await using (var ssh = Farm.Transport())
        {
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Stop);
            var running = Run(ssh).RunAsync(command, cancel.Token);
            await UntilAsync(() => File.Exists(Begun));
            await cancel.CancelAsync();
            var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
            Assert.Contains($"left running on 127.0.0.1 as {Key}", cancelled.Message);
        }

        await using var fresh = Farm.Transport();
        Assert.Equal(DetachedPhase.Running, (await Run(fresh).StateAsync(Stop)).Phase);
        var attached = Run(fresh).RunAsync(command, Stop);
        await File.WriteAllTextAsync(Go, "", Stop);

        var result = await attached;
        Assert.Equal(5, result.ExitStatus);
        Assert.Equal("begun\ndone\n", Encoding.UTF8.GetString(result.OutputBytes.Span));
        Assert.Equal(new DetachedState(DetachedPhase.Ended, 5), await Run(fresh).StateAsync(Stop));
        // And once more, to its result.
        Assert.Equal(5, (await Run(fresh).RunAsync(command, Stop)).ExitStatus);
        Assert.Single(await File.ReadAllLinesAsync(Begun, Stop));
    }

    [Fact]
    public async Task Past_its_time_it_is_left_running_and_unknown()
    {
        await using var ssh = Farm.Transport();

        var result = await Run(ssh).RunAsync(Waiting() with { Timeout = TimeSpan.FromSeconds(2) }, Stop);

        Assert.Null(result.ExitStatus);
        Assert.Equal($"it had not ended after 2 s, and was left running as {Key}", result.Lost);
        Assert.Equal(DetachedPhase.Running, (await Run(ssh).StateAsync(Stop)).Phase);
        await Run(ssh).StopAsync(Stop);
    }

    [Fact]
    public async Task Many_starters_at_once_start_it_once_and_all_see_its_end()
    {
        await using var one = Farm.Transport();
        await using var two = Farm.Transport();
        var command = Waiting() with { Input = "secret"u8.ToArray() };

        var starters = Enumerable.Range(0, 12).Select(i => Run(i % 2 == 0 ? one : two).RunAsync(command, Stop)).ToArray();
        await UntilAsync(() => File.Exists(Begun));
        // What a starter that was killed had taken in.
        await File.WriteAllTextAsync($"/dev/shm/{Key}.left", "half a secret", Stop);
        await Run(one).RunAsync(command with { Timeout = TimeSpan.FromMilliseconds(1500) }, Stop);
        await File.WriteAllTextAsync(Go, "", Stop);

        Assert.All(await Task.WhenAll(starters), r => Assert.Equal("begun\ndone\n", Encoding.UTF8.GetString(r.OutputBytes.Span)));
        Assert.Single(await File.ReadAllLinesAsync(Begun, Stop));
        Assert.Empty(Directory.GetFiles("/dev/shm", Key + "*"));
    }

    [Fact]
    public async Task A_starter_whose_input_comes_late_attaches_to_what_a_faster_one_began()
    {
        await using var ssh = Farm.Transport();
        var command = Waiting() with { Input = "secret"u8.ToArray() };
        // The same script, whose input stays away until another starter has begun.
        using var slow = Process.Start(new ProcessStartInfo("sh", ["-c", DetachedScripts.Start, "ops-detached", Key.Text, "digest", "6", "not run"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["HOME"] = Home },
        })!;
        await UntilAsync(() => Directory.GetFiles("/dev/shm", Key + "*").Length == 1);

        var faster = Run(ssh).RunAsync(command, Stop);
        await UntilAsync(() => Directory.GetFiles("/dev/shm", Key + "*").Length == 0 && _log.Lines.Any(l => l.Contains("started as", StringComparison.Ordinal)));
        await slow.StandardInput.WriteAsync("secret".AsMemory(), Stop);
        slow.StandardInput.Close();

        Assert.Equal("", await slow.StandardError.ReadToEndAsync(Stop));
        Assert.Equal("ops-detached: attached\n", await slow.StandardOutput.ReadToEndAsync(Stop));
        await File.WriteAllTextAsync(Go, "", Stop);
        Assert.Equal(5, (await faster).ExitStatus);
        Assert.Single(await File.ReadAllLinesAsync(Begun, Stop));
        Assert.Empty(Directory.GetFiles("/dev/shm", Key + "*"));
    }

    [Fact]
    public async Task Killed_without_an_exit_status_it_is_unknown_and_never_begun_again()
    {
        await using var ssh = Farm.Transport();
        var running = Run(ssh).RunAsync(Waiting(), Stop);
        await UntilAsync(() => File.Exists(Begun));

        KillGroup(await PidAsync());

        var result = await running;
        Assert.Null(result.ExitStatus);
        Assert.Contains("left no exit status", result.Lost);
        Assert.Null((await Run(ssh).RunAsync(Waiting(), Stop)).ExitStatus);
        Assert.Equal(DetachedPhase.Lost, (await Run(ssh).StateAsync(Stop)).Phase);
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => Run(ssh).ChangeAsync(Waiting(), Stop));
        Assert.Single(await File.ReadAllLinesAsync(Begun, Stop));
    }

    [Theory]
    [InlineData(1, "left no exit status")]
    [InlineData(2, "was rebooted")]
    public async Task A_process_id_counts_only_with_its_start_time_and_boot(int field, string why)
    {
        await using var ssh = Farm.Transport();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var running = Run(ssh).RunAsync(Waiting(), cancel.Token);
        await UntilAsync(() => File.Exists(Begun));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        var claim = (await File.ReadAllTextAsync(Path.Combine(RunFolder, "claim"), Stop)).Split(' ');
        var pid = claim[0];
        claim[field] = "1";
        await File.WriteAllTextAsync(Path.Combine(RunFolder, "claim"), string.Join(' ', claim), Stop);

        var result = await Run(ssh).RunAsync(Waiting(), Stop);

        Assert.Null(result.ExitStatus);
        Assert.Contains(why, result.Lost);
        // What is not surely ours is not stopped either.
        Assert.Equal(DetachedPhase.Lost, (await Run(ssh).StopAsync(Stop)).Phase);
        Assert.True(File.Exists($"/proc/{pid}/stat"));
        KillGroup(pid);
    }

    [Fact]
    public async Task Its_input_is_in_no_argument_list_no_environment_and_no_file()
    {
        const string Canary = "canary-7f3a91c2";
        await using var ssh = Farm.Transport();
        var command = Waiting("read -r secret; printf '%s' \"$secret\" | sha256sum;") with { Input = Encoding.UTF8.GetBytes(Canary + "\n") };

        var running = Run(ssh).RunAsync(command, Stop);
        await UntilAsync(() => File.Exists(Begun));
        var processes = Directory.GetDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), out var id) && id != Environment.ProcessId).SelectMany(d => new[] { d + "/cmdline", d + "/environ" });
        var files = Directory.GetFiles(Farm.Folder, "*", SearchOption.AllDirectories).Concat(Directory.GetFiles("/dev/shm"));
        var found = processes.Concat(files).Where(f => Read(f).Contains(Canary, StringComparison.Ordinal)).ToList();
        await File.WriteAllTextAsync(Go, "", Stop);

        Assert.Empty(found);
        Assert.Contains(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(Canary))).ToLowerInvariant(), Encoding.UTF8.GetString((await running).OutputBytes.Span));
        Assert.DoesNotContain(_log.Lines, l => l.Contains(Canary, StringComparison.Ordinal));

        static string Read(string path)
        {
            try
            {
                return File.ReadAllText(path);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return "";
            }
        }
    }

    [Fact]
    public async Task With_half_of_its_input_nothing_is_begun()
    {
        await using var ssh = Farm.Transport();
        await using var half = new HalfInput(ssh);
        var command = Waiting() with { Input = "0123456789"u8.ToArray() };

        var error = await Assert.ThrowsAsync<RemoteHostException>(() => Run(half).RunAsync(command, Stop));

        Assert.Contains("its input did not arrive whole. Nothing ran.", error.Message);
        Assert.Equal(DetachedPhase.Absent, (await Run(ssh).StateAsync(Stop)).Phase);
        Assert.Empty(Directory.GetFiles("/dev/shm", Key + "*"));
        Assert.False(File.Exists(Begun));
    }

    [Fact]
    public async Task What_cannot_be_started_is_an_error_and_nothing_ran()
    {
        _sshd!.Options = ["SetEnv=HOME=/dev/null"];
        await using var ssh = Farm.Transport();

        var error = await Assert.ThrowsAsync<RemoteHostException>(() => Run(ssh).RunAsync(Waiting(), Stop));

        Assert.Contains("was not started on 127.0.0.1: exit 1", error.Message);
        Assert.False(File.Exists(Begun));
    }

    [Fact]
    public async Task Another_command_under_the_same_name_is_refused()
    {
        await using var ssh = Farm.Transport();
        await Run(ssh).RunAsync(new SshCommand(["true"]), Stop);

        await Assert.ThrowsAsync<RefusedException>(() => Run(ssh).RunAsync(new SshCommand(["touch", Begun]), Stop));

        Assert.False(File.Exists(Begun));
    }

    [Fact]
    public async Task Stopped_it_is_ended_with_all_that_it_started_and_has_no_outcome()
    {
        await using var ssh = Farm.Transport();
        var running = Run(ssh).RunAsync(Waiting("sleep 1000 & echo $! > \"$0.child\";"), Stop);
        await UntilAsync(() => File.Exists(Begun));

        Assert.Equal(DetachedPhase.Lost, (await Run(ssh).StopAsync(Stop)).Phase);

        Assert.Equal("it was stopped", (await running).Lost);
        await UntilAsync(() => !IsAlive(File.ReadAllText(Begun + ".child").Trim()));
        Assert.Equal(DetachedPhase.Lost, (await Run(ssh).StopAsync(Stop)).Phase);
    }

    [Fact]
    public async Task Forgotten_it_leaves_nothing_and_begins_anew()
    {
        await using var ssh = Farm.Transport();
        var running = Run(ssh).RunAsync(Waiting(), Stop);
        await UntilAsync(() => File.Exists(Begun));

        await Assert.ThrowsAsync<RefusedException>(() => Run(ssh).ForgetAsync(Stop));
        await File.WriteAllTextAsync(Go, "", Stop);
        await running;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(RunFolder));
        Assert.All(Directory.GetFiles(RunFolder), f => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(f)));
        await Run(ssh).ForgetAsync(Stop);

        Assert.False(Directory.Exists(RunFolder));
        Assert.Equal(5, (await Run(ssh).RunAsync(Waiting(), Stop)).ExitStatus);
        Assert.Equal(2, (await File.ReadAllLinesAsync(Begun, Stop)).Length);
    }

    [Fact]
    public async Task A_host_that_is_not_reached_again_leaves_the_outcome_unknown()
    {
        await using var ssh = Farm.Transport();
        var run = new RemoteHost(ssh, _sshd!.Address, _log).Detached(Key, TimeSpan.FromSeconds(2));
        var running = run.RunAsync(Waiting(), Stop);
        await UntilAsync(() => _log.Lines.Any(l => l.Contains("started as", StringComparison.Ordinal)));

        _sshd.ClosesAtOnce = true;
        _sshd.Cut();

        var result = await running;
        Assert.Null(result.ExitStatus);
        Assert.Contains($"it may still run as {Key}", result.Lost);
        await File.WriteAllTextAsync(Go, "", Stop);
        _sshd.ClosesAtOnce = false;
        Assert.Equal(5, (await run.RunAsync(Waiting(), Stop)).ExitStatus);
    }

    private DetachedRun Run(ISshTransport ssh) => new RemoteHost(ssh, _sshd!.Address, _log).Detached(Key);

    private SshCommand Waiting(string first = "")
        => new(["sh", "-c", first + " echo x >> \"$0\"; echo begun; while ! [ -e \"$1\" ]; do sleep 0.05; done; echo done; exit 5", Begun, Go]) { Timeout = TimeSpan.FromMinutes(5) };

    /// <summary>What <c>sh</c> is on the host.</summary>
    private void UseShell(string name)
    {
        var path = new[] { "/bin", "/usr/bin" }.Select(f => Path.Combine(f, name)).FirstOrDefault(File.Exists);
        Assert.SkipWhen(path is null, $"{name} is not installed");
        var bin = Path.Combine(Farm.Folder, "bin");
        Directory.CreateDirectory(bin);
        File.Delete(Path.Combine(bin, "sh"));
        File.CreateSymbolicLink(Path.Combine(bin, "sh"), path!);
        _sshd!.Options = [$"SetEnv=HOME={Home} PATH={bin}:/usr/bin:/bin"];
    }

    private async Task<string> PidAsync() => (await File.ReadAllTextAsync(Path.Combine(RunFolder, "claim"), Stop)).Split(' ')[0];

    private static bool IsAlive(string pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/stat").Split(' ')[2] != "Z";
        }
        catch (Exception error) when (error is IOException)
        {
            return false;
        }
    }

    private static void KillGroup(string leader)
    {
        using var kill = Process.Start("kill", ["-KILL", "--", "-" + leader]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        deadline.CancelAfter(Patience.Long);
        while (!condition())
            await Task.Delay(20, deadline.Token);
    }

    /// <summary>A connection that ends in the middle of the input.</summary>
    private sealed class HalfInput(ISshTransport inner) : ISshTransport
    {
        public Task<SshResult> RunAsync(SshHost host, SshCommand command, CancellationToken cancellationToken)
            => inner.RunAsync(host, command.Input is { } input ? command with { Input = input[..(input.Length / 2)] } : command, cancellationToken);

        public void ForgetRefusal(SshHost host) => inner.ForgetRefusal(host);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

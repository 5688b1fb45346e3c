using System.Text;
using PlatformOps.Core.Processes;

namespace PlatformOps.Core.Tests.Processes;

public class ChildProcessTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Output_error_output_and_exit_code_come_back_apart()
    {
        var result = await ChildProcess.RunAsync(Shell("printf out; printf err >&2; exit 7"), Token);

        Assert.Equal(("out", "err", 7), (result.OutputText, result.ErrorText, result.ExitCode));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("$(id) `id` ; 'x' \"y\" \\ *")]
    [InlineData("line\nbreak")]
    [InlineData("-oX")]
    public async Task An_argument_arrives_as_it_is(string argument)
    {
        SkipOnWindows();
        var result = await ChildProcess.RunAsync(new ChildCommand("printf", ["%s", argument]), Token);

        Assert.Equal(argument, result.OutputText);
    }

    [Fact]
    public async Task An_argument_with_NUL_is_refused()
        => await Assert.ThrowsAsync<ArgumentException>(() => ChildProcess.RunAsync(new ChildCommand("/bin/sh", ["a\0b"]), Token));

    [Fact]
    public async Task Input_arrives_and_ends()
    {
        SkipOnWindows();
        var input = new byte[300_000];
        new Random(1).NextBytes(input);
        var result = await ChildProcess.RunAsync(new ChildCommand("cat", []) { Input = input }, Token);

        Assert.True(result.OutputBytes.Span.SequenceEqual(input));
    }

    [Fact]
    public async Task Without_input_the_child_reads_an_end_at_once()
    {
        SkipOnWindows();
        var result = await ChildProcess.RunAsync(new ChildCommand("cat", []), Token);

        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public async Task A_child_that_does_not_read_its_input_is_no_error()
    {
        var result = await ChildProcess.RunAsync(Shell("exit 3") with { Input = new byte[1_000_000] }, Token);

        Assert.Equal(3, result.ExitCode);
    }

    [Fact]
    public async Task Output_over_the_limit_is_counted_and_dropped()
    {
        SkipOnWindows();
        var result = await ChildProcess.RunAsync(new ChildCommand("head", ["-c", "100000", "/dev/zero"]) { OutputLimit = 1000 }, Token);

        Assert.Equal((1000, 99_000L, 0), (result.OutputBytes.Length, result.DroppedBytes, result.ExitCode));
    }

    [Fact]
    public async Task Endless_output_ends_at_the_timeout_and_the_exit_code_is_unknown()
    {
        var result = await ChildProcess.RunAsync(Shell("while :; do echo y; done") with { Timeout = TimeSpan.FromMilliseconds(200), OutputLimit = 100 }, Token);

        Assert.True(result.TimedOut);
        Assert.Null(result.ExitCode);
        Assert.Equal(100, result.OutputBytes.Length);
    }

    [Fact]
    public async Task Cancelling_kills_the_whole_tree()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var child = 0;
        var run = ChildProcess.RunAsync(
            Shell("sleep 600 & echo $!; wait") with
            {
                OnOutput = piece =>
                {
                    child = int.Parse(Encoding.ASCII.GetString(piece.Data.Span), provider: null);
                    cancel.Cancel();
                },
            },
            cancel.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.True(child > 0);
        Assert.True(SpinWait.SpinUntil(() => !IsAlive(child), TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task A_background_child_that_holds_the_output_open_does_not_hold_us()
    {
        var result = await ChildProcess.RunAsync(Shell("sleep 5 & echo done"), Token);

        Assert.Equal("done\n", result.OutputText);
        Assert.True(result.Duration < TimeSpan.FromSeconds(4));
    }

    [Fact]
    public async Task A_callback_that_throws_ends_the_child_and_its_error_comes_out()
    {
        var run = ChildProcess.RunAsync(Shell("while :; do echo y; done") with { OnOutput = _ => throw new InvalidDataException("enough") }, Token);

        Assert.Equal("enough", (await Assert.ThrowsAsync<InvalidDataException>(() => run)).Message);
    }

    [Fact]
    public async Task Variables_are_added_and_removed()
    {
        var result = await ChildProcess.RunAsync(
            Shell("echo \"$OPS_TEST_A-${HOME-none}\"") with { Environment = new Dictionary<string, string?> { ["OPS_TEST_A"] = "a", ["HOME"] = null } },
            Token);

        Assert.Equal("a-none\n", result.OutputText);
    }

    [Theory]
    [InlineData("no-such-program-anywhere")]
    [InlineData("/no/such/program")]
    [InlineData("./relative")]
    [InlineData("")]
    public async Task A_missing_program_is_named(string program)
    {
        var error = await Assert.ThrowsAsync<ProgramException>(() => ChildProcess.RunAsync(new ChildCommand(program, []), Token));

        Assert.Contains($"'{program}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_is_never_taken_from_the_working_directory()
    {
        SkipOnWindows();
        using var folder = new TemporaryFolder();
        var script = folder.Script("ops-stand-in", "exit 0");
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, folder.Path);

        Assert.Equal(script, ProgramPath.Find("ops-stand-in", $"/nowhere:{folder.Path}"));
        Assert.Null(ProgramPath.Find("ops-stand-in", relative));
        Assert.Null(ProgramPath.Find("ops-stand-in", "."));
    }

    [Fact]
    public async Task A_long_lived_child_is_talked_to_and_dies_with_its_handle()
    {
        SkipOnWindows();
        int id;
        await using (var child = ChildProcess.Start(new ChildCommand("cat", [])))
        {
            id = child.Id;
            await child.Input.WriteAsync("ping"u8.ToArray(), Token);
            await child.Input.FlushAsync(Token);
            var buffer = new byte[4];
            await child.Output.ReadExactlyAsync(buffer, Token);
            Assert.Equal("ping"u8.ToArray(), buffer);
            Assert.False(child.HasExited);
        }

        Assert.False(IsAlive(id));
    }

    private static ChildCommand Shell(string script)
    {
        SkipOnWindows();
        return new ChildCommand("/bin/sh", ["-c", script]);
    }

    private static void SkipOnWindows()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("needs a POSIX shell");
    }

    private static bool IsAlive(int id)
    {
        try
        {
            // A zombie that its parent has not yet collected is as dead as it gets.
            return !File.ReadAllText($"/proc/{id}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}

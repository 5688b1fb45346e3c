using System.Text;
using PlatformOps.Core.Processes;
using PlatformOps.Core.Ssh;

namespace PlatformOps.Core.Tests.Ssh;

public sealed class ShellQuotingTests
{
    private static readonly string[] Pieces = ["'", "\"", "\\", "$", "`", "$(id)", "${x}", " ", "\t", "\n", "\r", ";", "&", "|", "<", ">", "(", ")", "{", "}", "[", "]", "*", "?", "~", "!", "#", "=", "%", "^", "-", "--", "a", "é", "漢", "🙂", "\x01", "\x1b[31m", "\x7f", "\u202e", "if", "//", "..", ","];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_POSIX_shell_gives_the_very_same_arguments_back_for_random_ones()
    {
        Assert.SkipUnless(File.Exists("/bin/sh"), "no /bin/sh here");
        var random = new Random(20261120);
        for (var round = 0; round < 60; round++)
        {
            var arguments = Enumerable.Range(0, random.Next(1, 12)).Select(_ => string.Concat(Enumerable.Range(0, random.Next(0, 7)).Select(_ => Pieces[random.Next(Pieces.Length)]))).ToArray();

            Assert.Equal(arguments, await ThroughShellAsync(ShellQuoting.Command(["printf", "%s\\0", .. arguments])));
        }
    }

    [Fact]
    public async Task Variables_reach_the_command_unchanged()
    {
        Assert.SkipUnless(File.Exists("/bin/sh"), "no /bin/sh here");
        foreach (var value in Pieces.Append("").Append("a b'c\"d$(id)\n"))
        {
            var command = ShellQuoting.Command(["sh", "-c", "printf '%s\\0' \"$AQ_HOST\""], new Dictionary<string, string> { ["AQ_HOST"] = value });

            Assert.Equal([value], await ThroughShellAsync(command));
        }
    }

    [Theory]
    [InlineData("if")]
    [InlineData("time")]
    [InlineData("!")]
    [InlineData("{")]
    public async Task A_word_of_the_shells_grammar_is_run_as_a_program_of_that_name(string word)
    {
        Assert.SkipUnless(File.Exists("/bin/sh"), "no /bin/sh here");

        var result = await ChildProcess.RunAsync(new ChildCommand("/bin/sh", ["-c", ShellQuoting.Command([word, "true"])]) { Environment = new Dictionary<string, string?> { ["PATH"] = "/nonexistent" } }, Stop);

        Assert.Equal(127, result.ExitCode);
    }

    [Fact]
    public void What_no_command_line_can_carry_is_refused()
    {
        foreach (var argument in new[] { "a\0b", "\ud800" })
        {
            Assert.Throws<ArgumentException>(() => ShellQuoting.Command(["echo", argument]));
            Assert.Throws<ArgumentException>(() => ShellQuoting.Command(["echo"], new Dictionary<string, string> { ["A"] = argument }));
        }
    }

    [Theory]
    [InlineData("1A")]
    [InlineData("A B")]
    [InlineData("A=B")]
    [InlineData("")]
    [InlineData("A\n")]
    [InlineData("$(id)")]
    public void A_name_that_is_no_variables_is_refused(string name)
        => Assert.Throws<ArgumentException>(() => ShellQuoting.Command(["true"], new Dictionary<string, string> { [name] = "x" }));

    [Theory]
    [InlineData("-S")]
    [InlineData("A=B")]
    public void A_program_that_env_would_take_for_its_own_is_refused_with_variables(string program)
        => Assert.Throws<ArgumentException>(() => ShellQuoting.Command([program], new Dictionary<string, string> { ["A"] = "x" }));

    [Fact]
    public void No_program_is_refused()
    {
        Assert.Throws<ArgumentException>(() => ShellQuoting.Command([]));
        Assert.Throws<ArgumentException>(() => ShellQuoting.Command([""]));
    }

    [Fact]
    public void A_command_that_the_kernel_would_not_take_is_refused_before_it_is_sent()
    {
        ShellQuoting.Command(["echo", new string('a', ShellQuoting.MaxBytes - 5)]);

        Assert.Contains("standard input", Assert.Throws<ArgumentException>(() => ShellQuoting.Command(["echo", new string('a', ShellQuoting.MaxBytes)])).Message);
    }

    [Fact]
    public void Plain_words_stay_readable()
        => Assert.Equal("rpm -q --qf '%{VERSION}' qemu-kvm /a/b.c user@host x:y '' 'a b'", ShellQuoting.Command(["rpm", "-q", "--qf", "%{VERSION}", "qemu-kvm", "/a/b.c", "user@host", "x:y", "", "a b"]));

    private static async Task<string[]> ThroughShellAsync(string command)
    {
        var result = await ChildProcess.RunAsync(new ChildCommand("/bin/sh", ["-c", command]), Stop);
        Assert.Equal(0, result.ExitCode);
        return Encoding.UTF8.GetString(result.OutputBytes.Span).Split('\0')[..^1];
    }
}

namespace PlatformOps.Lab.Tests.Hosts;

public sealed class ShellTests
{
    [Theory]
    [InlineData("echo a b", "a b\n")]
    [InlineData("'echo' 'it'\\''s' \"$HOME\"", "it's /home/ops\n")]
    [InlineData("echo -n x; echo y", "xy\n")]
    [InlineData("false && echo no || echo yes", "yes\n")]
    [InlineData("false; echo $?", "1\n")]
    [InlineData("! false && echo turned", "turned\n")]
    [InlineData("printf '%s-%s\\n' a b c", "a-b\nc-\n")]
    [InlineData("A=1 env | grep ^A=", "A=1\n")]
    [InlineData("A='x y'; echo $A \"$A\" ${A} ${B:-none} ${A:+set}", "x y x y x y none set\n")]
    [InlineData("f=/etc/x.conf; echo ${f##*/} ${f%.conf} ${#f}", "x.conf /etc/x 11\n")]
    [InlineData("echo \"$(echo in \"$(echo deep)\")\" `echo old`", "in deep old\n")]
    [InlineData("echo $((2 + 3))", "5\n")]
    [InlineData("if test -d /etc; then echo dir; else echo none; fi", "dir\n")]
    [InlineData("for i in 1 2 3; do echo $i; done | tail -n 1", "3\n")]
    [InlineData("printf 'a\\nb\\n' | while read x; do echo \"<$x>\"; done", "<a>\n<b>\n")]
    [InlineData("(cd /tmp; pwd); pwd", "/tmp\n/home/ops\n")]
    [InlineData("{ echo a; echo b; } | wc -l", "2\n")]
    [InlineData("echo one > /tmp/f; echo two >> /tmp/f; cat < /tmp/f", "one\ntwo\n")]
    [InlineData("cat /nope 2>&1 | cut -d: -f1", "cat\n")]
    [InlineData("sh -c 'echo $0 $1' name arg", "name arg\n")]
    [InlineData("printf 'a b c\\nd\\n' > /tmp/f; read x y < /tmp/f; echo \"$x|$y\"", "a|b c\n")]
    [InlineData("echo x > /tmp/f; ln /tmp/f /tmp/g && ! ln /tmp/f /tmp/g 2> /dev/null && echo y >> /tmp/g; cat /tmp/f", "x\ny\n")]
    [InlineData("printf 'abcdef' | head -c 4 | tail -c +3", "cd")]
    [InlineData("umask 077; echo x > /tmp/u; mkdir -p /tmp/v; stat -c %a /tmp/u /tmp/v; umask", "600\n700\n0077\n")]
    [InlineData("sh -c '[ $$ = \"$(cut -d \" \" -f 1 /proc/$$/stat)\" ] && echo me'", "me\n")]
    [InlineData("sh -c 'kill -TERM $$; sleep 9; echo never'; echo $?", "143\n")]
    [InlineData("setsid sh -c 'echo $$ > /tmp/p; sh -c \"sleep 1000\" & sleep 1; kill -KILL -$$; sleep 9'; echo $?; while kill -0 -$(cat /tmp/p) 2> /dev/null; do sleep 1; done; echo gone", "137\ngone\n")]
    [InlineData("set -e; false; echo never", "")]
    [InlineData("set -e; false || true; echo still", "still\n")]
    [InlineData("ls /etc/os-rel*", "/etc/os-release\n")]
    [InlineData("echo /none*", "/none*\n")]
    [InlineData("echo '*' \\$HOME # comment", "* $HOME\n")]
    [InlineData("echo a\\\nb", "ab\n")]
    [InlineData("[ 3 -gt 2 ] && [ -n x ] && [ ! -e /nope ] && echo ok", "ok\n")]
    [InlineData("umask 077; command -v lsblk", "/usr/bin/lsblk\n")]
    public async Task It_does_what_a_shell_does(string command, string expected)
    {
        await using var lab = await LabUnderTest.StartAsync();

        Assert.Equal(expected, (await lab.SshAsync(command)).Out);
    }

    [Theory]
    [InlineData("exit 7", 7, "")]
    [InlineData("foo --bar", 127, "sh: foo: command not found\n")]
    [InlineData("sh -c 'exit 3'", 3, "")]
    [InlineData("cat /nope", 1, "cat: /nope: No such file or directory\n")]
    [InlineData("echo x > /etc/x", 1, "bash: line 1: /etc/x: Permission denied\n")]
    [InlineData("grep -q nothing /etc/os-release", 1, "")]
    [InlineData("grep x /nope", 2, "grep: /nope: No such file or directory\n")]
    [InlineData("set -u; echo $NOPE", 1, "bash: line 1: NOPE: unbound variable\n")]
    [InlineData("echo 'open", 2, "bash: -c: line 1: unexpected EOF while looking for matching `''\n")]
    [InlineData("mkdir /tmp/a/b", 1, "mkdir: cannot create directory '/tmp/a/b': No such file or directory\n")]
    public async Task Failures_have_the_status_and_words_of_the_real_programs(string command, int status, string error)
    {
        await using var lab = await LabUnderTest.StartAsync();

        var reply = await lab.SshAsync(command);

        Assert.Equal(status, reply.Status);
        Assert.Equal(error, reply.Error);
    }

    [Fact]
    public async Task Standard_input_reaches_the_command()
    {
        await using var lab = await LabUnderTest.StartAsync();

        Assert.Equal("given\n", (await lab.SshAsync("cat", stdin: "given\n")).Out);
        Assert.Equal("script\n", (await lab.SshAsync("sudo -n sh -s", stdin: "echo script\n")).Out);
        await lab.SshAsync("sudo -n tee /etc/given >/dev/null", stdin: "content");
        Assert.Equal("content", (await lab.SshAsync("cat /etc/given")).Out);
    }

    [Fact]
    public async Task Deep_nesting_is_refused_and_the_lab_lives()
    {
        await using var lab = await LabUnderTest.StartAsync();

        Assert.Equal(2, (await lab.SshAsync(new string('(', 5000))).Status);
        Assert.Equal(0, (await lab.SshAsync("true")).Status);
    }
}

using System.Text;
using PlatformOps.Core.Ssh;

namespace PlatformOps.Core.Tests.Ssh;

public sealed class OutputTextTests
{
    [Theory]
    [InlineData("plain\ttext\nnext", "plain\ttext\nnext")]
    [InlineData("\x1b[31mred\x1b[0m", "red")]
    [InlineData("\x1b]0;title\aafter", "after")]
    [InlineData("\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", "link")]
    [InlineData("a\u009b31mb", "ab")]
    [InlineData("a\u009d0;title\u009cb", "ab")]
    [InlineData("\x1bPdcs\x1b\\x", "x")]
    [InlineData("\x1b(0x", "x")]
    [InlineData("\x1b" + "cx", "x")]
    [InlineData("a\x00\x07\x08\x0b\x7f\x85" + "b", "ab")]
    [InlineData("a\r\nb\rc", "a\nb\nc")]
    [InlineData("safe\u202egnp.exe\u2066x\u200f\u061cy", "safegnp.exexy")]
    [InlineData("\x1b", "")]
    [InlineData("\x1b[", "")]
    [InlineData("\x1b[31", "")]
    [InlineData("\x1b\x1b[1mx", "x")]
    [InlineData("\x1b]never ended\nnext", "\nnext")]
    [InlineData("é 漢 🙂", "é 漢 🙂")]
    public void Only_text_stays(string raw, string clean) => Assert.Equal(clean, OutputText.Clean(raw));

    [Fact]
    public void Bad_UTF8_is_replaced() => Assert.Equal("a\ufffdb", OutputText.Clean([(byte)'a', 0xff, (byte)'b']));

    [Fact]
    public void Half_a_surrogate_pair_is_replaced() => Assert.Equal("a\ufffdb", OutputText.Clean("a\ud83db"));

    [Fact]
    public void Random_bytes_leave_no_control_character_and_are_clean_when_cleaned_again()
    {
        var random = new Random(5);
        for (var round = 0; round < 300; round++)
        {
            var bytes = new byte[random.Next(400)];
            random.NextBytes(bytes);
            for (var i = 0; i < bytes.Length; i++)
            {
                if (random.Next(4) == 0)
                    bytes[i] = "\x1b[]P;m\a\\\n\r"u8[random.Next(10)];
            }

            var clean = OutputText.Clean(bytes);

            Assert.DoesNotContain(clean, c => (char.IsControl(c) && c is not ('\t' or '\n')) || c is >= '\u202a' and <= '\u202e' or >= '\u2066' and <= '\u2069');
            Assert.Equal(clean, OutputText.Clean(clean));
            _ = new UTF8Encoding(false, true).GetByteCount(clean);
        }
    }

    [Fact]
    public void Long_lines_and_many_lines_are_cut_and_it_is_said()
    {
        Assert.Equal("aaa… (2 more characters)\nb", OutputText.Clean("aaaaa\nb", maxLineLength: 3));
        Assert.Equal("1\n2\n… (2 more lines)", OutputText.Clean("1\n2\n3\n4\n", maxLines: 2));
        Assert.Equal("1\n2\n", OutputText.Clean("1\n2\n", maxLines: 2));
    }

    [Fact]
    public void The_tail_is_the_last_lines()
    {
        Assert.Equal("…\n2\n3", OutputText.Tail("1\n2\n3\n"u8, 2));
        Assert.Equal("1\n2", OutputText.Tail("1\n2\n"u8, 2));
        Assert.Equal("", OutputText.Tail(""u8));
    }

    [Fact]
    public void A_line_is_one_short_line()
    {
        Assert.Equal("a b c", OutputText.Line(" a\nb\tc "));
        Assert.Equal("aa…", OutputText.Line("aaaa", 2));
    }
}

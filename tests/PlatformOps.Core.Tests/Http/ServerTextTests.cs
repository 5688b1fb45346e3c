using PlatformOps.Core.Http;
using PlatformOps.Core.Ssh;

namespace PlatformOps.Core.Tests.Http;

public sealed class ServerTextTests
{
    // What a web service says and what a host prints goes to the same terminals and tickets.
    [Theory]
    [InlineData("\x1b[31mred\x1b[0m alert", "red alert")]
    [InlineData("\x1b]0;title\x07name", "name")]
    [InlineData("\u009b2Jgone", "gone")]
    [InlineData("a\u202eb", "ab")]
    [InlineData("one\r\n\ttwo", "one two")]
    public void What_a_terminal_would_act_on_is_in_neither_kind_of_text(string text, string expected)
    {
        Assert.Equal(expected, ServerText.Clean(text));
        Assert.Equal(expected, OutputText.Line(text).Replace("  ", " ", StringComparison.Ordinal));
    }
}

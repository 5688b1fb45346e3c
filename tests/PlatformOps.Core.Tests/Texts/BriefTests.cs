using PlatformOps.Core.Texts;

namespace PlatformOps.Core.Tests.Texts;

public sealed class BriefTests
{
    [Theory]
    [InlineData("It fits.", "It fits.")]
    [InlineData("One is told. Another is not.", "One is told …")]
    [InlineData("a is so; b is so; c is not told", "a is so; b is so …")]
    [InlineData("words go on, and on, and on without an end", "words go on, and on …")]
    [InlineData("averylongwordthatneverends", "averylongwordthatnev …")]
    [InlineData("two\nlines", "two lines")]
    public void A_text_is_cut_behind_a_sentence_else_behind_a_word(string text, string brief) => Assert.Equal(brief, Brief.Of(text, 20));

    [Theory]
    [InlineData("It fits. Do nothing.", "It fits. Do nothing.")]
    [InlineData("It is broken. There are many reasons for that. Mend it.", "It is broken … Mend it.")]
    [InlineData("It is broken, and there are many reasons for that", "It is broken, and …")]
    [InlineData("It is broken. There are many reasons for that, so many.", "It is broken …")]
    public void What_to_do_is_at_the_end_and_kept(string text, string brief) => Assert.Equal(brief, Brief.WithEnd(text, 20, 10));
}

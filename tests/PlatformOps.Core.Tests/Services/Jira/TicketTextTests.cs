using System.Text.Json;
using PlatformOps.Core.Services.Jira;

namespace PlatformOps.Core.Tests.Services.Jira;

public sealed class TicketTextTests
{
    private static TicketText Sample => new TicketText()
        .Heading(2, "PreDrain")
        .Paragraph("On hv-1.example.org see ", TicketSpan.To("the run", "https://ops.test/run?id=1|2"))
        .Code("$ ls {noformat}\n*x*")
        .Bullets(["one", "two [x]"])
        .Table(["Step", "Outcome"], [["disable", "Done"], ["a|b", ""]]);

    [Fact]
    public void Wiki_markup_has_every_block() => Assert.Equal(
        """
        h2. PreDrain

        On hv-1.example.org see [the run|https://ops.test/run?id=1%7C2]

        {noformat}
        $ ls {​noformat}
        *x*
        {noformat}

        * one
        * two \[x\]

        ||Step||Outcome||
        |disable|Done|
        |a\|b| |
        """.ReplaceLineEndings("\n"),
        WikiWriter.Write(Sample));

    [Fact]
    public void An_adf_document_has_every_block()
    {
        var adf = AdfWriter.Write(Sample).ToJsonString();

        Assert.StartsWith("""{"type":"doc","version":1,"content":[{"type":"heading","attrs":{"level":2},"content":[{"type":"text","text":"PreDrain"}]}""", adf, StringComparison.Ordinal);
        Assert.Contains("""{"type":"text","text":"the run","marks":[{"type":"link","attrs":{"href":"https://ops.test/run?id=1%7C2"}}]}""", adf, StringComparison.Ordinal);
        Assert.Contains("""{"type":"codeBlock","content":[{"type":"text","text":"$ ls {noformat}\n*x*"}]}""", adf, StringComparison.Ordinal);
        Assert.Contains("""{"type":"tableRow","content":[{"type":"tableHeader","content":[{"type":"paragraph","content":[{"type":"text","text":"Step"}]}]}""", adf, StringComparison.Ordinal);
        Assert.DoesNotContain("\"text\":\"\"", adf, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{code}rm -rf{code}", "\\{code\\}rm \\-rf\\{code\\}")]
    [InlineData("[click|http://evil.test]", "\\[click\\|http://evil.test\\]")]
    [InlineData("!http://evil.test/x.png!", "\\!http://evil.test/x.png\\!")]
    [InlineData("*bold* _it_ -gone- +in+ ^up^ ~down~", "\\*bold\\* \\_it\\_ \\-gone\\- \\+in\\+ \\^up\\^ \\~down\\~")]
    [InlineData("[~admin] @admin", "\\[\\~admin\\] \\@admin")]
    [InlineData("h1. title", "&#104;1. title")]
    [InlineData("a\nbq. quote\n  h3. x", "a\n&#98;q. quote\n  &#104;3. x")]
    [InlineData("* item\n# item\n- item\n|cell|\n----", "\\* item\n\\# item\n\\- item\n\\|cell\\|\n\\-\\-\\-\\-")]
    [InlineData("\\{code}", "&#92;\\{code\\}")]
    [InlineData("&#42;x&#42;", "&amp;\\#42;x&amp;\\#42;")]
    [InlineData("??cite?? (!) {*}x{*}", "\\?\\?cite\\?\\? \\(\\!) \\{\\*\\}x\\{\\*\\}")]
    [InlineData("hv-2022_a100.example.org a+b", "hv-2022_a100.example.org a+b")]
    public void Hostile_text_is_no_wiki_markup(string text, string expected)
    {
        Assert.Equal(expected, WikiWriter.Escape(text));
        if (!expected.Contains("&#104;", StringComparison.Ordinal) && !expected.Contains("&#98;", StringComparison.Ordinal))
            Assert.Equal(text, WikiWriter.Unescape(expected));
    }

    [Theory]
    [InlineData("a\n{noformat}\n[x|http://evil.test]")]
    [InlineData("{NOFORMAT:title=x}")]
    [InlineData("{code}")]
    public void Nothing_ends_a_verbatim_block_before_its_end(string text)
    {
        var wiki = WikiWriter.Write(new TicketText().Code(text));

        Assert.StartsWith("{noformat}\n", wiki, StringComparison.Ordinal);
        Assert.EndsWith("\n{noformat}", wiki, StringComparison.Ordinal);
        Assert.DoesNotContain("{noformat", wiki[11..^11], StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("{code", wiki, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("file:///etc/passwd")]
    [InlineData("not a url")]
    public void Only_web_and_mail_addresses_become_links(string url)
    {
        Assert.Null(TicketSpan.To("x", url).Link);
        Assert.DoesNotContain("href", AdfWriter.Write(new TicketText().Paragraph(TicketSpan.To("x", url))).ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Terminal_sequences_control_characters_and_overrides_are_left_out()
        => Assert.Equal("red\nnext \tend\uFFFD", TicketText.Lines("\u001b[1;31mred\u001b[0m\r\nnext\u0007\u202e \tend\ud800"));

    [Fact]
    public void A_long_block_keeps_its_beginning_and_its_end()
    {
        var code = Assert.IsType<TicketBlock.Code>(new TicketText().Code("first" + new string('x', 100_000) + "last").Blocks[0]).Text;

        Assert.StartsWith("first", code, StringComparison.Ordinal);
        Assert.EndsWith("last", code, StringComparison.Ordinal);
        Assert.InRange(code.Length, 8000, 8100);
        Assert.Contains("characters left out", code, StringComparison.Ordinal);
    }

    [Fact]
    public void The_text_of_a_document_is_read_back()
        => Assert.Equal("PreDrain\nOn x\ny", AdfWriter.Read(JsonSerializer.SerializeToElement(AdfWriter.Write(new TicketText().Heading(1, "PreDrain").Paragraph("On x\ny")))));
}

using System.Text;
using PlatformOps.Core.Yaml;
using PlatformOps.Errors;

namespace PlatformOps.Core.Tests.Configuration;

public class YamlReaderTests
{
    private static readonly YamlSource Source = YamlSource.Other("list.yaml", "/");

    public static TheoryData<string, string> Hostile => new()
    {
        { "brackets", Repeat("[", 100_000) },
        { "a megabyte of brackets", Repeat("[", 1_000_000) },
        { "a kilobyte of brackets", Repeat("[", 1_000) },
        { "braces", Repeat("{", 100_000) },
        { "flow mappings", Repeat("{a: ", 100_000) },
        { "dashes", Repeat("- ", 100_000) },
        { "complex keys", Repeat("? ", 100_000) },
        { "mixed keys", Repeat("[? ", 100_000) },
        { "indentation", string.Concat(Enumerable.Range(0, 1400).Select(i => new string(' ', i) + "a:\n")) },
        { "a hundred thousand levels in a value", "a: " + Repeat("[", 100_000) + Repeat("]", 100_000) },
        { "documents", Repeat("---\n", 120_000) },
        { "anchors", Repeat("&a ", 100_000) },
        { "tags", Repeat("!a ", 100_000) },
        { "many values", "a: [" + Repeat("a,", 250_000) + "]" },
        { "colons", Repeat(": ", 250_000) },
        { "quotes", Repeat("\"", 400_000) },
        { "open quote", "a: \"" + Repeat("x", 500_000) },
        { "over the size", "a: " + Repeat("x", 524_289) },
        { "alias bomb", "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + string.Concat(Enumerable.Range(1, 9).Select(i => $"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 10))}]\n")) },
        { "alias chain", "a0: &a0 [x]\n" + string.Concat(Enumerable.Range(1, 90).Select(i => $"a{i}: &a{i} [*a{i - 1}]\n")) },
        { "alias of itself", "a: &a [*a]" },
        { "alias of itself in a mapping", "a: &a { b: *a }" },
        { "alias as key of a mapping", "a: &a { b: c }\n? *a\n: d" },
        { "many aliases", "a: &a x\nb: [" + Repeat("*a,", 101) + "]" },
        { "unknown alias", "a: *nothing" },
        { "duplicate key", "a: 1\na: 2" },
        { "duplicate quoted key", "a: 1\n\"a\": 2" },
        { "duplicate key through an alias", "&k a: 1\n*k : 2" },
        { "second document", "a: 1\n---\nb: 2" },
        { "own tag", "a: !python/object:os.system x" },
        { "own tag on a mapping", "a: !foo { b: 1 }" },
        { "binary", "a: !!binary aGVsbG8=" },
        { "merge key", "a: &a { b: 1 }\nc: { <<: *a }" },
        { "list as key", "[a]: b" },
        { "vault as key", "!vault a: b" },
        { "NUL", "a: \0" },
        { "escape character", "a: \u001b[2J" },
        { "C1 control", "a: \u009b2J" },
        { "a change of direction", "a: hv01\u202e" },
        { "a change of direction in a comment", "a: b # \u2066 hidden" },
        { "a line that is none", "a: b\u2028c: d" },
        { "bad escape", "a: \"\\Uffffffff\"" },
        { "tab indentation", "a:\n\tb: 1" },
        { "unbalanced", "a: ]" },
        { "lone text", "just text" },
        { "lone list", "- a" },
        { "directive", "%YAML 9.9\n---\na: 1" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Hostile_text_is_refused(string what, string text)
    {
        // A deadline a hundred times over what it takes; a parser that is quadratic anywhere misses it.
        var read = Task.Run(() => YamlReader.ReadMapping(text, Source), TestContext.Current.CancellationToken);

        Assert.True(((IAsyncResult)read).AsyncWaitHandle.WaitOne(TimeSpan.FromSeconds(10)), what);
        var error = Assert.IsType<SourceException>(read.Exception?.InnerException);
        Assert.StartsWith("list.yaml:", error.Message, StringComparison.Ordinal);
        Assert.True(error.Message.Length < 300, error.Message);
        Assert.DoesNotContain(error.Message, char.IsControl);
    }

    [Fact]
    public void Errors_name_file_line_and_column()
    {
        var error = Assert.Throws<SourceException>(() => YamlReader.ReadMapping("a: 1\nb:\n  c: 1\n  c: 2\n", Source));

        Assert.Equal("list.yaml:4:3: The key 'c' is here twice.", error.Message);
        Assert.Equal(("list.yaml", 4, 3), (error.File, error.Line, error.Column));
    }

    [Theory]
    [InlineData("environment: [lab\n", 1, 14, "The list that begins here is not closed: is a ] missing?")]
    [InlineData("environment: [lab\nnetbox:\n  url: http://x\n", 1, 14, "The list that begins here is not closed: is a ] missing?")]
    [InlineData("environment: [lab", 1, 14, "The list that begins here is not closed: is a ] missing?")]
    [InlineData("a: 1\ntargets: { allow: [x]\n", 2, 10, "The mapping that begins here is not closed: is a } missing?")]
    [InlineData("a: 1\nb:\n  c: 1\n\td: 2\n", 4, 1, "tab")]
    [InlineData("a: 1\nb:\n  c: 1\n  \td: 2\n", 4, 3, "tab")]
    public void What_is_not_closed_and_a_tab_are_found_where_they_are(string text, int line, int column, string what)
    {
        var error = Assert.Throws<SourceException>(() => YamlReader.ReadMapping(text, Source));

        Assert.Equal((line, column), (error.Line, error.Column));
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(62, true)]
    [InlineData(63, true)]
    [InlineData(64, false)]
    public void Sixty_four_levels_are_the_limit(int listsInTheMapping, bool isRead)
    {
        var text = "a: " + Repeat("[", listsInTheMapping) + Repeat("]", listsInTheMapping);

        if (isRead)
            Assert.Equal(listsInTheMapping + 1, YamlReader.ReadMapping(text, Source).Height);
        else
            Assert.Throws<SourceException>(() => YamlReader.ReadMapping(text, Source));
    }

    [Fact]
    public void The_kind_of_error_is_the_sources()
    {
        Assert.Throws<ConfigurationException>(() => YamlReader.ReadMapping("[", YamlSource.Configuration("c", "/")));
        Assert.Throws<RunbookException>(() => YamlReader.ReadMapping("[", YamlSource.Runbook("r", "/")));
    }

    [Fact]
    public void Places_kinds_and_quoting_are_kept()
    {
        var mapping = YamlReader.ReadMapping("""
            # comment
            a: plain
            b: "quoted"
            c:
              - 1
              - { d: ~ }
            """, Source);

        var plain = Assert.IsType<YamlScalar>(mapping.Find("a"));
        Assert.Equal(("plain", true, 2, 4), (plain.Text, plain.IsPlain, plain.Line, plain.Column));
        Assert.False(Assert.IsType<YamlScalar>(mapping.Find("b")).IsPlain);
        var list = Assert.IsType<YamlSequence>(mapping.Find("c"));
        Assert.True(Assert.IsType<YamlScalar>(Assert.IsType<YamlMapping>(list.Items[1]).Find("d")).IsNull);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n# nothing\n")]
    [InlineData("---\n")]
    [InlineData("---\n...\n")]
    [InlineData("~")]
    [InlineData("{}")]
    public void Nothing_is_an_empty_mapping(string text) => Assert.Empty(YamlReader.ReadMapping(text, Source).Entries);

    [Theory]
    [InlineData("\ufeffa: 1\r\nb: 2\r\n")]
    [InlineData("a: 1\nb: 2")]
    [InlineData("---\na: 1\nb: 2\n...\n")]
    [InlineData("%YAML 1.2\n---\na: 1\nb: 2\n")]
    public void Byte_order_marks_and_line_ends_do_not_matter(string text)
    {
        var mapping = YamlReader.ReadMapping(Encoding.UTF8.GetBytes(text), Source);

        Assert.Equal(["a=1", "b=2"], mapping.Entries.Select(e => $"{e.Name}={((YamlScalar)e.Value).Text}"));
    }

    [Fact]
    public void What_is_not_UTF8_is_refused_with_its_line()
    {
        var error = Assert.Throws<SourceException>(() => YamlReader.ReadMapping([(byte)'a', (byte)':', (byte)'\n', (byte)' ', 0xff, 0xfe], Source));

        Assert.StartsWith("list.yaml:2:2: It is not UTF-8", error.Message, StringComparison.Ordinal);
        Assert.Throws<SourceException>(() => YamlReader.ReadMapping(Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("a: 1")).ToArray(), Source));
    }

    [Fact]
    public void Aliases_stand_for_their_anchors()
    {
        var mapping = YamlReader.ReadMapping("a: &x { b: 1 }\nc: *x\nd: *x", Source);

        Assert.Same(mapping.Find("a"), mapping.Find("c"));
        Assert.Equal(13, mapping.Size);
    }

    [Fact]
    public void Tags_of_the_core_schema_and_vault_are_read()
    {
        var mapping = YamlReader.ReadMapping("a: !!str 1\nb: !!int 2\nc: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  61\nd: !!map {}\ne: !!seq []\nf: !!str null\ng: !!null null", Source);

        Assert.False(((YamlScalar)mapping.Find("a")!).IsVault);
        Assert.True(((YamlScalar)mapping.Find("c")!).IsVault);
        Assert.False(((YamlScalar)mapping.Find("f")!).IsNull);
        Assert.True(((YamlScalar)mapping.Find("g")!).IsNull);
    }

    [Fact]
    public void A_mapped_tree_has_other_scalars_in_the_same_places()
    {
        var mapping = YamlReader.ReadMapping("a: ${x}\nb: [ '${x}', { c: 1 } ]", Source);
        var mapped = (YamlMapping)mapping.Map(s => s.WithText(s.Text.Replace("${x}", "y", StringComparison.Ordinal)));

        Assert.Equal("y", ((YamlScalar)mapped.Find("a")!).Text);
        var list = (YamlSequence)mapped.Find("b")!;
        Assert.Equal(("y", 2, 6), (((YamlScalar)list.Items[0]).Text, list.Items[0].Line, list.Items[0].Column));
        Assert.Equal("${x}", ((YamlScalar)mapping.Find("a")!).Text);
    }

    [Fact]
    public void Random_bytes_are_read_or_refused_but_never_crash()
    {
        var random = new Random(20261120);
        const string Alphabet = "abc: -[]{},&*!|>'\"%@`#?\n\n  \t0123~<=.\\x";
        for (var i = 0; i < 20_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 60)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
            try
            {
                YamlReader.Read(text, Source);
            }
            catch (SourceException)
            {
            }
        }
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "none.yaml");

        var error = Assert.Throws<ConfigurationException>(() => YamlReader.ReadFile(path, YamlSource.Configuration));
        Assert.Equal(path + ": It cannot be read: there is no such file.", error.Message);
    }

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));
}

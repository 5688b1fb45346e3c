using System.ComponentModel.DataAnnotations;
using PlatformOps.Core.Configuration;
using PlatformOps.Core.Configuration.Binding;
using PlatformOps.Core.Secrets;
using PlatformOps.Core.Yaml;
using PlatformOps.Errors;

namespace PlatformOps.Core.Tests.Configuration;

public class YamlBinderTests
{
    private static readonly YamlSource Source = YamlSource.Runbook("book.yaml", "/base");

    internal enum Colour
    {
        Red,
        DarkBlue,
    }

    internal sealed record Inner
    {
        public required string Name { get; init; }

        public int Count { get; init; } = 3;
    }

    internal sealed record Positional(string First, int Second = 5);

    internal sealed record Everything
    {
        public string? Text { get; init; } = "default";

        public bool Flag { get; init; }

        public int Number { get; init; } = 7;

        public int? Maybe { get; init; }

        public long Big { get; init; }

        public double Real { get; init; }

        public decimal Exact { get; init; }

        public Uri? Url { get; init; }

        [UriSchemes("ssh")]
        public Uri? Via { get; init; }

        public TimeSpan Wait { get; init; } = TimeSpan.FromSeconds(1);

        public DateTimeOffset? Moment { get; init; }

        public DateOnly? Date { get; init; }

        public TimeOnly? Time { get; init; }

        public DayOfWeek? Day { get; init; }

        public Colour Colour { get; init; }

        public Secret? Token { get; init; }

        public Inner? Inner { get; init; }

        public Inner[] Inners { get; init; } = [];

        public IReadOnlyList<string> Names { get; init; } = ["default"];

        public List<int> Numbers { get; init; } = [];

        public IReadOnlySet<string>? Set { get; init; }

        public IReadOnlyDictionary<string, int> Map { get; init; } = new Dictionary<string, int>();

        public Dictionary<string, Inner>? Deep { get; init; }

        public Positional? Positional { get; init; }

        public YamlNode? Raw { get; init; }

        [LocalPath]
        public string? File { get; init; }

        [YamlName("nopassfile", "no-pass-file")]
        public string? Odd { get; init; }

        [Range(1, 10)]
        public int Small { get; init; } = 1;

        [RegularExpression("^[a-z]+$")]
        public IReadOnlyList<string> Words { get; init; } = [];

        [MinLength(2)]
        public IReadOnlyList<int>? Pair { get; init; }

        public string Computed => Text + "!";
    }

    [Fact]
    public void Every_type_is_read()
    {
        var bound = Bind("""
            text: 007
            flag: yes
            number: -5
            maybe: 1
            big: 9000000000
            real: 1.5e3
            exact: 0.1
            url: https://netbox.example.org/x
            via: ssh://ops@bastion:2222
            wait: 1h30m
            moment: 2026-11-20T08:00:00+01:00
            date: 2026-12-24
            time: 08:30
            day: tue
            colour: dark-blue
            token: hunter2
            inner: { name: a }
            inners: [ { name: b, count: 1 }, { name: c } ]
            names: one
            numbers: [ 1, 2 ]
            set: [ x, y ]
            map: { a: 1, b_c: 2 }
            deep: { k: { name: d } }
            positional: { first: f }
            raw: { any: [ thing ] }
            file: keys/id
            nopassfile: ~/.pass
            words: [ a, b ]
            """);

        Assert.Equal("007", bound.Text);
        Assert.True(bound.Flag);
        Assert.Equal((-5, 1, 9_000_000_000L, 1500.0, 0.1m), (bound.Number, bound.Maybe, bound.Big, bound.Real, bound.Exact));
        Assert.Equal("https://netbox.example.org/x", bound.Url!.ToString());
        Assert.Equal("bastion", bound.Via!.Host);
        Assert.Equal(TimeSpan.FromMinutes(90), bound.Wait);
        Assert.Equal(new DateTimeOffset(2026, 11, 20, 7, 0, 0, TimeSpan.Zero), bound.Moment);
        Assert.Equal((new DateOnly(2026, 12, 24), new TimeOnly(8, 30), DayOfWeek.Tuesday, Colour.DarkBlue), (bound.Date!.Value, bound.Time!.Value, bound.Day!.Value, bound.Colour));
        Assert.Equal("hunter2", bound.Token!.Inline);
        Assert.Equal(new Inner { Name = "a" }, bound.Inner);
        Assert.Equal([new Inner { Name = "b", Count = 1 }, new Inner { Name = "c" }], bound.Inners);
        Assert.Equal(["one"], bound.Names);
        Assert.Equal([1, 2], bound.Numbers);
        Assert.Equal(2, bound.Set!.Count);
        Assert.Equal(2, bound.Map["b_c"]);
        Assert.Equal("d", bound.Deep!["k"].Name);
        Assert.Equal(new Positional("f"), bound.Positional);
        Assert.IsType<YamlMapping>(bound.Raw);
        Assert.Equal("/base/keys/id", bound.File!.Replace('\\', '/'));
        Assert.Equal("~/.pass", bound.Odd);
    }

    [Fact]
    public void What_is_absent_keeps_the_records_default()
    {
        var bound = Bind("flag: true");

        Assert.Equal(("default", 7, TimeSpan.FromSeconds(1)), (bound.Text, bound.Number, bound.Wait));
        Assert.Equal(["default"], bound.Names);
    }

    [Fact]
    public void Null_is_null_where_it_may_be_and_absent_for_a_list()
    {
        var bound = Bind("text: ~\ntoken:\nnames:\ninner:");

        Assert.Null(bound.Text);
        Assert.Null(bound.Token);
        Assert.Equal(["default"], bound.Names);
        Assert.Null(bound.Inner);
        Refused("number:", "number has no value");
    }

    [Theory]
    [InlineData("DARK_BLUE: 1", null)]
    [InlineData("Text: a", "a")]
    [InlineData("TEXT: a", "a")]
    public void Case_of_keys_does_not_matter(string yaml, string? text)
    {
        if (text is null)
            Refused(yaml, "is not known");
        else
            Assert.Equal(text, Bind(yaml).Text);
    }

    [Theory]
    [InlineData("no_pass_file: a")]
    [InlineData("no-pass-file: a")]
    [InlineData("No-Pass_FILE: a")]
    [InlineData("NOPASSFILE: a")]
    public void Underscore_and_dash_are_equal_in_keys(string yaml) => Assert.Equal("a", Bind(yaml).Odd);

    [Fact]
    public void One_key_in_two_spellings_is_refused()
        => Refused("nopassfile: a\nno_pass_file: b", "book.yaml:2:1: 'no_pass_file' is here twice: it is the same key as 'nopassfile' in line 1.");

    [Theory]
    [InlineData("numbr: 1", "book.yaml:1:1: The key 'numbr' is not known. Did you mean 'number'? Known here: text, flag,")]
    [InlineData("inner: { nmae: x }", "book.yaml:1:10: The key 'inner.nmae' is not known. Did you mean 'name'? Known here: name, count.")]
    [InlineData("computed: 1", "The key 'computed' is not known.")]
    [InlineData("equality-contract: 1", "The key 'equality-contract' is not known.")]
    [InlineData("zzzzzzzzz: 1", "The key 'zzzzzzzzz' is not known. Known here:")]
    public void An_unknown_key_names_the_nearest(string yaml, string expected) => Refused(yaml, expected);

    [Theory]
    [InlineData("inner: {}", "book.yaml:1:8: inner.name is missing.")]
    [InlineData("positional: { second: 1 }", "positional.first is missing.")]
    [InlineData("number: many", "book.yaml:1:9: number must be a whole number, not 'many'.")]
    [InlineData("number: 1.5", "a whole number")]
    [InlineData("number: 99999999999999999999", "a whole number")]
    [InlineData("number: 010", "a whole number")]
    [InlineData("number: 0x10", "a whole number")]
    [InlineData("number: [1]", "number must be a whole number, not a list.")]
    [InlineData("real: .inf", "a number")]
    [InlineData("real: NaN", "a number")]
    [InlineData("real: 1e999", "a number")]
    [InlineData("flag: 2", "true or false")]
    [InlineData("wait: 5", "a duration such as 90s")]
    [InlineData("wait: -5s", "a duration")]
    [InlineData("wait: 99999999999999999999d", "a duration")]
    [InlineData("wait: P1Y", "a duration")]
    [InlineData("wait: P1M", "a duration")]
    [InlineData("url: ftp://x", "url must be an address that begins with http:// or https://, not 'ftp://x'")]
    [InlineData("url: netbox.example.org", "an address")]
    [InlineData("url: file:///etc/passwd", "an address")]
    [InlineData("url: https://u:p@netbox", "holds credentials")]
    [InlineData("url: https://u@netbox", "holds credentials")]
    [InlineData("via: ssh://u:p@bastion", "holds credentials")]
    [InlineData("moment: 2026-11-20T08:00:00", "a time with its offset")]
    [InlineData("date: 24.12.2026", "a date such as")]
    [InlineData("time: 24:00", "a time of day")]
    [InlineData("day: someday", "a day of the week")]
    [InlineData("colour: green", "colour must be one of red, dark-blue, not 'green'")]
    [InlineData("colour: 1", "one of red")]
    [InlineData("small: 11", "book.yaml:1:8: small: it must be from 1 to 10, not 11.")]
    [InlineData("words: [ab, A1]", "words: 'A1' does not match ^[a-z]+$.")]
    [InlineData("pair: [1]", "pair: it must have at least 2 entries.")]
    [InlineData("inner: text", "inner must be a mapping of keys with values, not a single value.")]
    [InlineData("inners: { name: a }", "inners must be a list, not a mapping.")]
    [InlineData("inners: [ { name: a }, b ]", "inners[1] must be a mapping")]
    [InlineData("names: [ a, ~ ]", "names[1] has no value.")]
    [InlineData("map: { a: x }", "map.a must be a whole number, not 'x'.")]
    [InlineData("map: [ a ]", "map must be a mapping")]
    [InlineData("token: [ a ]", "token must be a text or a reference")]
    [InlineData("token: ''", "token is empty")]
    [InlineData("token: { enviroment: A }", "'enviroment' is no place for one.")]
    [InlineData("token: { evn: A }", "Did you mean 'env'?")]
    [InlineData("token: { env: A, file: b }", "names two places for one secret: env and file.")]
    [InlineData("token: { env: A, key: b }", "'key' goes with gopass and ansible-vault only.")]
    [InlineData("token: { env: A, password: b }", "'password' goes with ansible-vault only.")]
    [InlineData("token: { key: A }", "must be a text or a reference")]
    [InlineData("token: {}", "must be a text or a reference")]
    [InlineData("token: { env: [ A ] }", "token.env must be a text")]
    [InlineData("text: !vault x", "text is not a secret")]
    [InlineData("file: ''", "file must be a path")]
    public void What_does_not_fit_is_refused(string yaml, string expected) => Refused(yaml, expected);

    [Theory]
    [InlineData("number")]
    [InlineData("big")]
    [InlineData("real")]
    [InlineData("exact")]
    [InlineData("wait")]
    [InlineData("moment")]
    [InlineData("date")]
    [InlineData("url")]
    [InlineData("colour")]
    [InlineData("day")]
    [InlineData("flag")]
    public void A_huge_scalar_is_refused_with_a_short_message(string key)
    {
        var error = Assert.Throws<RunbookException>(() => Bind($"{key}: {new string('9', 900_000)}"));

        Assert.True(error.Message.Length < 300, error.Message);
    }

    [Fact]
    public void A_huge_key_is_refused_with_a_short_message()
        => Assert.True(Assert.Throws<RunbookException>(() => Bind($"? {new string('k', 900_000)}\n: 1")).Message.Length < 1000);

    [Theory]
    [InlineData("90s", 90)]
    [InlineData("5m", 300)]
    [InlineData("2h", 7200)]
    [InlineData("3d", 259200)]
    [InlineData("1w", 604800)]
    [InlineData("1h30m", 5400)]
    [InlineData("500ms", 0.5)]
    [InlineData("1.5h", 5400)]
    [InlineData("PT5M", 300)]
    [InlineData("P1DT1S", 86401)]
    [InlineData("00:01:30", 90)]
    [InlineData("1.00:00:00", 86400)]
    [InlineData("0", 0)]
    public void Durations_are_read_as_people_write_them(string text, double seconds)
        => Assert.Equal(TimeSpan.FromSeconds(seconds), Bind($"wait: {text}").Wait);

    [Fact]
    public void References_to_secrets_are_read()
    {
        Assert.Equal("env:A", Bind("token: { env: A }").Token!.ToString());
        Assert.Equal("file:/base/t", Bind("token: { file: t }").Token!.ToString().Replace('\\', '/'));
        Assert.Equal("gopass:a/b#k", Bind("token: { gopass: a/b, key: k }").Token!.ToString());
        Assert.Equal("pass:a/b", Bind("token: { pass: a/b }").Token!.ToString());
        var vault = Bind("token: { ansible-vault: v.yml, key: a.b, password: { env: P } }").Token!.Reference!;
        Assert.Equal(("a.b", "env:P"), (vault.Key, vault.Password!.ToString()));
        Assert.Equal("!vault:book.yaml:1", Bind("token: !vault |\n  x").Token!.ToString());
    }

    [Fact]
    public void An_inline_secret_does_not_show_itself()
        => Assert.DoesNotContain("hunter2", Bind("token: hunter2").ToString(), StringComparison.Ordinal);

    [Theory]
    [InlineData("number: ${facts.count}")]
    [InlineData("wait: ${x}\nurl: https://${x}/y")]
    [InlineData("names: [ a, '${x}' ]\nmap: { a: '${x}' }\ninner: '${x}'")]
    [InlineData("small: ${x}\npair: [ '${x}' ]\ntoken: ${x}")]
    public void A_placeholder_passes_validation_whatever_the_type(string yaml)
        => YamlBinder.Validate(Read(yaml), typeof(Everything), allowPlaceholders: true);

    [Theory]
    [InlineData("number: ${x}\nsmall: 12", "small: it must be")]
    [InlineData("numbr: ${x}", "not known")]
    [InlineData("inner: { count: '${x}' }", "inner.name is missing")]
    [InlineData("names: [ '${x}', [ a ] ]", "names[1]")]
    public void Validation_still_finds_what_is_wrong_beside_placeholders(string yaml, string expected)
        => Assert.Contains(expected, Assert.Throws<RunbookException>(() => YamlBinder.Validate(Read(yaml), typeof(Everything), allowPlaceholders: true)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_placeholder_that_was_not_replaced_does_not_bind() => Refused("number: ${x}", "a whole number, not '${x}'");

    [Fact]
    public void Known_keys_are_the_shapes()
    {
        Assert.Equal(["name", "count"], RecordShape.Of(typeof(Inner)).Members.Select(m => m.Key));
        Assert.Same(RecordShape.Of(typeof(Inner)), RecordShape.Of(typeof(Inner)));
    }

    private static YamlMapping Read(string yaml) => YamlReader.ReadMapping(yaml, Source);

    private static Everything Bind(string yaml) => YamlBinder.Bind<Everything>(Read(yaml));

    private static void Refused(string yaml, string expected)
        => Assert.Contains(expected, Assert.Throws<RunbookException>(() => Bind(yaml)).Message, StringComparison.Ordinal);
}

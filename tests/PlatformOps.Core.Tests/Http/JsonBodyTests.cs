using System.Text;
using System.Text.Json;
using PlatformOps.Core.Http;
using PlatformOps.Core.Texts;

namespace PlatformOps.Core.Tests.Http;

public sealed class JsonBodyTests
{
    public static TheoryData<string, string> Hostile => new()
    {
        { "100,000 lists", new string('[', 100_000) },
        { "100,000 lists that end", new string('[', 100_000) + new string(']', 100_000) },
        { "100,000 objects", string.Concat(Enumerable.Repeat("{\"a\":", 100_000)) },
        { "65 levels", new string('[', 65) + new string(']', 65) },
        { "a key twice", "{\"a\": 1, \"a\": 2}" },
        { "a key twice, once escaped", "{\"a\": 1, \"\\u0061\": 2}" },
        { "a key twice below", "{\"a\": [{\"b\": {\"c\": 1, \"d\": 2, \"c\": 3}}]}" },
        { "a key twice after 50,000", $"{{{string.Join(',', Enumerable.Range(0, 50_000).Select(i => $"\"k{i}\":1"))},\"k7\":2}}" },
        { "half a surrogate pair", "{\"a\": \"\\ud800\"}" },
        { "half a surrogate pair in a key", "{\"\\udc00\": 1}" },
        { "a comment", "{\"a\": 1} // hello" },
        { "a number with a leading zero", "{\"a\": 007}" },
        { "NaN", "{\"a\": NaN}" },
        { "a raw line break in a text", "{\"a\": \"x\ny\"}" },
        { "two values", "{} {}" },
        { "a megabyte of minus", new string('-', 1_000_000) },
        { "a megabyte of an open text", "\"" + new string('x', 1_000_000) },
        { "XML", "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Hostile_json_is_refused(string what, string json)
        => Assert.True(Record.Exception(() => JsonBody.Parse(Encoding.UTF8.GetBytes(json))) is JsonException or InvalidDataException, what);

    [Theory]
    [InlineData("1e999999")]
    [InlineData("-1e999999")]
    [InlineData("0.000000000000000000000000000000000000000000000000000000000000000000001")]
    [InlineData("123456789012345678901234567890")]
    public void A_huge_number_is_no_count(string number)
        => Assert.ThrowsAny<JsonException>(() => JsonBody.Parse(Encoding.UTF8.GetBytes($"{{\"id\": {number}}}")).Deserialize<Dictionary<string, long>>(HttpServiceJson.Snake));

    [Fact]
    public void A_number_of_a_hundred_thousand_digits_is_none_either()
    {
        var json = JsonBody.Parse(Encoding.UTF8.GetBytes($"{{\"id\": {new string('9', 100_000)}}}"));

        Assert.ThrowsAny<JsonException>(() => json.Deserialize<Dictionary<string, long>>(HttpServiceJson.Snake));
    }

    [Theory]
    [InlineData("\\u001b[31mred")]
    [InlineData("\\u0000\\u0007\\b\\f\\u007f")]
    [InlineData("\\u009b31m\\u009d0;title")]
    [InlineData("\u009b31m")]
    [InlineData("exe.\u202egpj\u2066x\u200f\u061c")]
    [InlineData("line\u2028line\\u2029")]
    public void What_a_terminal_acts_on_is_replaced_wherever_it_stands(string hostile)
    {
        var json = JsonBody.Parse(Encoding.UTF8.GetBytes($"{{\"k{hostile}\": [\"a{hostile}b\", 1.50, true, null, {{\"t\": \"x\\ty\\nz\\r\"}}]}}"));

        var key = Assert.Single(json.EnumerateObject());
        var text = key.Value[0].GetString()!;
        Assert.All([key.Name, text], one => Assert.DoesNotContain(one, c => char.IsControl(c) || c is '\u202e' or '\u2066' or '\u200f' or '\u061c' or '\u2028' or '\u2029'));
        Assert.Contains('\ufffd', text);
        Assert.StartsWith("a", text, StringComparison.Ordinal);
        Assert.Equal("1.50 True  x\ty\nz\r", $"{key.Value[1].GetRawText()} {key.Value[2]} {key.Value[3]} {key.Value[4].GetProperty("t").GetString()}");
    }

    [Fact]
    public void Names_that_differ_by_what_is_replaced_still_differ_from_the_plain_one()
        => Assert.NotEqual("hv01", JsonBody.Parse("\"hv01\\u202e\""u8).GetString());

    [Fact]
    public void Bad_utf8_is_replaced()
        => Assert.Equal("a\ufffdb", JsonBody.Parse([(byte)'"', (byte)'a', 0xff, (byte)'b', (byte)'"']).GetString());
}

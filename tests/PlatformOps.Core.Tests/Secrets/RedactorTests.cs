using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using PlatformOps.Core.Secrets;

namespace PlatformOps.Core.Tests.Secrets;

public class RedactorTests
{
    private const string Canary = "pä/ss+w\"o'rd & <7>\\=%";

    public static TheoryData<string, string> Forms => new()
    {
        { "plain", Canary },
        { "JSON", JsonSerializer.Serialize(Canary) },
        { "JSON, lower case", Regex.Replace(JsonSerializer.Serialize(Canary), "\\\\u[0-9A-F]{4}", m => m.Value.ToLowerInvariant()) },
        { "JSON, relaxed", JsonEncodedText.Encode(Canary, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).Value },
        { "URL", Uri.EscapeDataString(Canary) },
        { "URL, lower case", WebUtility.UrlEncode(Canary).Replace('+', ' ').Replace(" ", "%20", StringComparison.Ordinal).ToLowerInvariant() },
        { "form", Uri.EscapeDataString(Canary).Replace("%20", "+", StringComparison.Ordinal) },
        { "base64", Convert.ToBase64String(Encoding.UTF8.GetBytes(Canary)) },
        { "base64 of UTF-16", Convert.ToBase64String(Encoding.Unicode.GetBytes(Canary)) },
        { "shell", "'" + Canary.Replace("'", "'\\''", StringComparison.Ordinal) + "'" },
        { "PowerShell", "'" + Canary.Replace("'", "''", StringComparison.Ordinal) + "'" },
        { "XML", Canary.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal) },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_secret_goes_in_every_usual_form(string form, string text)
    {
        var cleaned = With(Canary).Clean($"before {text} after");

        Assert.True(cleaned.Length <= "before '***==' after".Length, $"{form}: {cleaned}");
        Assert.StartsWith("before ", cleaned, StringComparison.Ordinal);
        Assert.EndsWith(" after", cleaned, StringComparison.Ordinal);
        Assert.Contains("***", cleaned, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("u")]
    [InlineData("us")]
    [InlineData("user")]
    [InlineData("admin@example.org")]
    public void A_secret_goes_from_basic_authentication(string user)
    {
        foreach (var secret in new[] { "s3cr3t", "s3cr3t!", "s3cr3t!!", "longer/secret?with+more" })
        {
            var header = "Authorization: Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{secret}"));
            var cleaned = With(secret).Clean(header);

            // What is left tells at most the bits that the secret's first and last character share with their neighbours.
            var left = cleaned[(cleaned.IndexOf("***", StringComparison.Ordinal) + 3)..].TrimEnd('=');
            Assert.Contains("***", cleaned, StringComparison.Ordinal);
            Assert.True(left.Length <= 1, cleaned);
        }
    }

    [Theory]
    [InlineData("password is correct-horse-bat", "password is ***")]
    [InlineData("password is correct-", "password is ***")]
    [InlineData("password is correct", "password is correct")]
    [InlineData("correct-horse-bat… and on", "***… and on")]
    [InlineData("correct-horses", "correct-horses")]
    public void The_beginning_of_a_secret_that_was_cut_goes(string text, string expected)
        => Assert.Equal(expected, With("correct-horse-battery-staple").Clean(text));

    [Fact]
    public void The_longest_wins_and_neighbours_become_one()
    {
        var redactor = With("1nner", "xx-1nner-yy", "s3cond");

        Assert.Equal("a *** b", redactor.Clean("a xx-1nner-yy b"));
        Assert.Equal("a x-***-zz b", redactor.Clean("a x-1nner-zz b"));
        Assert.Equal("***", redactor.Clean("1nners3cond"));
        Assert.Equal("*** ***", redactor.Clean("1nner s3cond"));
    }

    [Fact]
    public void An_overlap_that_reaches_back_leaves_nothing_of_it()
        => Assert.Equal("***", With("bcde", "ghij", "abcdefghijkl").Clean("abcdefghijkl"));

    [Theory]
    [InlineData("pin 123.", "pin ***.")]
    [InlineData("1234", "1234")]
    [InlineData("a123", "a123")]
    [InlineData("123", "***")]
    public void A_short_secret_goes_only_as_a_word(string text, string expected) => Assert.Equal(expected, With("123").Clean(text));

    [Theory]
    [InlineData("example", "hv03.lab.example is in service", "hv03.lab.example is in service")]
    [InlineData("example", "for-example or examples", "for-example or examples")]
    [InlineData("example", "the password is example.", "the password is ***.")]
    [InlineData("example", "https://jdoe:example@host", "https://jdoe:***@host")]
    [InlineData("example", "password=example&x", "password=***&x")]
    [InlineData("example", "\"example\"", "\"***\"")]
    [InlineData("1234", "12345 and 10.1234", "12345 and 10.1234")]
    [InlineData("Secret", "Secrets: Secret", "Secrets: ***")]
    [InlineData("s3cr3t", "mysql -ps3cr3t", "mysql -p***")]
    [InlineData("a-b!", "xa-b!x", "x***x")]
    [InlineData("examples", "myexamples", "my***")]
    public void A_short_word_or_number_goes_only_where_it_stands_by_itself(string secret, string text, string expected) => Assert.Equal(expected, With(secret).Clean(text));

    [Fact]
    public void A_secret_is_known_by_its_name_and_not_by_its_value()
    {
        var redactor = new Redactor();
        redactor.Add("hunter2hunter2", "env:ONE");
        redactor.Add("correct-horse", "pass:two");

        Assert.Equal(["pass:two"], redactor.NamesIn("{\"a\":\"correct-horse\"}"));
        Assert.Empty(redactor.NamesIn("nothing"));
    }

    [Fact]
    public void Each_line_of_a_key_goes()
    {
        var random = new Random(1);
        var bytes = new byte[1500];
        random.NextBytes(bytes);
        var key = "-----BEGIN OPENSSH PRIVATE KEY-----\n" + Convert.ToBase64String(bytes, Base64FormattingOptions.InsertLineBreaks).ReplaceLineEndings("\n") + "\n-----END OPENSSH PRIVATE KEY-----\n";
        var redactor = With(key);

        Assert.Equal("***", redactor.Clean(key).Trim());
        foreach (var line in key.Split('\n').Where(l => l.Length >= 16 && l[0] != '-'))
        {
            Assert.Equal("> ***", redactor.Clean("> " + line));
            Assert.Equal("> ***", redactor.Clean("> " + line[..(line.Length / 2)]));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("\n")]
    public void Nothing_is_no_secret(string secret) => Assert.Equal(" a \n b ", With(secret).Clean(" a \n b "));

    [Fact]
    public void A_text_without_secrets_is_the_same_object()
    {
        const string Text = "nothing to see in here";

        Assert.Same(Text, With("hidden-thing").Clean(Text));
    }

    [Fact]
    public void No_secret_survives_anywhere_in_random_texts()
    {
        var random = new Random(20261120);
        const string Alphabet = "abAB01+/=-_.\\\"' %&";
        for (var round = 0; round < 300; round++)
        {
            var secrets = Enumerable.Range(0, random.Next(1, 6)).Select(_ => Word(random.Next(4, 20))).ToArray();
            var redactor = With(secrets);
            var pieces = new List<string>();
            for (var i = 0; i < 20; i++)
            {
                var secret = secrets[random.Next(secrets.Length)];
                pieces.Add(Word(random.Next(0, 10)));
                pieces.Add(random.Next(4) switch
                {
                    0 => secret,
                    1 => JsonSerializer.Serialize(secret),
                    2 => Uri.EscapeDataString(secret),
                    _ => Convert.ToBase64String(Encoding.UTF8.GetBytes(Word(random.Next(0, 5)) + secret + Word(random.Next(0, 5)))),
                });
            }

            var text = string.Concat(pieces);
            var cleaned = redactor.Clean(text);
            foreach (var secret in secrets)
            {
                // What only the masking itself puts together is no leak: look between the masks.
                foreach (var rest in cleaned.Split(Redactor.Mask))
                {
                    Assert.DoesNotContain(secret, rest, StringComparison.Ordinal);
                    Assert.DoesNotContain(Uri.EscapeDataString(secret), rest, StringComparison.Ordinal);
                    Assert.DoesNotContain(JsonEncodedText.Encode(secret).Value, rest, StringComparison.Ordinal);
                }
            }

            string Word(int length) => string.Concat(Enumerable.Range(0, length).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
        }
    }

    [Fact]
    public void What_is_added_while_others_clean_holds_at_once()
    {
        var redactor = new Redactor();
        Parallel.For(0, 50, i =>
        {
            redactor.Add($"secret-number-{i}!");
            Assert.Equal("***", redactor.Clean($"secret-number-{i}!"));
        });
    }

    [Fact]
    public void A_hundred_secrets_cost_about_as_much_as_ten()
    {
        var text = string.Concat(Enumerable.Range(0, 60_000).Select(i => $"line {i} of a log: status=ok host=hv{i % 100}\n"));
        var ten = With(Enumerable.Range(0, 10).Select(Word).ToArray());
        var many = With(Enumerable.Range(0, 100).Select(Word).ToArray());
        ten.Clean("x");
        many.Clean("x");

        var (costOfTen, costOfMany) = (Best(ten), Best(many));
        Assert.True(costOfMany < costOfTen * 10, $"{costOfTen} {costOfMany}");

        TimeSpan Best(Redactor redactor) => Enumerable.Range(0, 3).Select(_ =>
        {
            var start = Stopwatch.GetTimestamp();
            redactor.Clean(text);
            return Stopwatch.GetElapsedTime(start);
        }).Min();

        static string Word(int seed)
        {
            var bytes = new byte[24];
            new Random(seed).NextBytes(bytes);
            return Convert.ToBase64String(bytes);
        }
    }

    private static Redactor With(params string[] secrets)
    {
        var redactor = new Redactor();
        foreach (var secret in secrets)
            redactor.Add(secret);
        return redactor;
    }
}

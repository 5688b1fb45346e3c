using System.Text.RegularExpressions;

namespace PlatformOps.Lab.Hosts.Commands;

/// <summary>Programs that read and write text.</summary>
internal static class TextCommands
{
    public static void Register(CommandTable table)
    {
        table.Add("echo", Echo);
        table.Add("printf", Printf);
        table.Add("grep", Grep);
        table.Add("head", call => call.Options("nc").Value("c") is { } bytes
            ? Bytes(call, input => input[..Math.Min(input.Length, int.Parse(bytes, CultureInfo.InvariantCulture))])
            : Some(call, (lines, count) => lines.Take(count)));
        table.Add("tail", call => call.Options("nc") switch
        {
            var options when options.Value("c") is ['+', .. var from] => Bytes(call, input => input[Math.Min(input.Length, int.Parse(from, CultureInfo.InvariantCulture) - 1)..]),
            var options when options.Value("c") is { } bytes => Bytes(call, input => input[^Math.Min(input.Length, int.Parse(bytes, CultureInfo.InvariantCulture))..]),
            var options when options.Value("n") is ['+', .. var from] => Some(call, (lines, _) => lines.Skip(int.Parse(from, CultureInfo.InvariantCulture) - 1)),
            _ => Some(call, (lines, count) => lines.TakeLast(count)),
        });
        table.Add("wc", Count);
        table.Add("sort", call =>
        {
            var lines = Lines(Input(call, call.Options("kt"))).Order(StringComparer.Ordinal);
            call.Out(string.Concat((call.Arguments.Contains("-u") ? lines.Distinct() : lines).Select(line => line + "\n")));
            return 0;
        });
        table.Add("tr", call =>
        {
            var rest = call.Options().Rest;
            var text = Encoding.UTF8.GetString(call.State.Stdin);
            var set = rest.FirstOrDefault() is { } given ? Regex.Unescape(given) : "";
            call.Out(call.Arguments.Contains("-d") ? string.Concat(text.Where(c => !set.Contains(c, Ordinal)))
                : rest.Count == 2 ? string.Concat(text.Select(c => Translate(c, set, Regex.Unescape(rest[1])))) : text);
            return 0;
        });
        table.Add("cut", Cut);
        table.Add("base64", call =>
        {
            var options = call.Options("w", "wrap");
            var input = Input(call, options);
            call.Out(options.Has("d", "decode") ? Convert.FromBase64String(Encoding.UTF8.GetString(input).Trim()) : Encoding.UTF8.GetBytes(Convert.ToBase64String(input) + "\n"));
            return 0;
        });
    }

    private static char Translate(char c, string from, string to) => (from, to) switch
    {
        ("a-z", "A-Z") or ("[:lower:]", "[:upper:]") => char.ToUpperInvariant(c),
        ("A-Z", "a-z") or ("[:upper:]", "[:lower:]") => char.ToLowerInvariant(c),
        _ => from.IndexOf(c, Ordinal) is >= 0 and var at && to.Length > 0 ? to[Math.Min(at, to.Length - 1)] : c,
    };

    private static byte[] Input(CommandCall call, CommandOptions options, int skip = 0)
    {
        var paths = options.Rest.Skip(skip).Where(path => path != "-").ToList();
        return paths.Count == 0 ? call.State.Stdin : [.. paths.SelectMany(path => call.Host.Files.Read(call.PathOf(path), call.User))];
    }

    private static string[] Lines(byte[] content)
    {
        var text = Encoding.UTF8.GetString(content);
        return text.Length == 0 ? [] : (text.EndsWith('\n') ? text[..^1] : text).Split('\n');
    }

    private static int Echo(CommandCall call)
    {
        var words = call.Arguments.Skip(1).ToList();
        var newline = true;
        var escapes = false;
        while (words.Count > 0 && words[0] is "-n" or "-e" or "-ne" or "-en" or "-E")
        {
            newline &= !words[0].Contains('n', Ordinal);
            escapes |= words[0].Contains('e', Ordinal);
            words.RemoveAt(0);
        }

        var text = string.Join(' ', words);
        call.Out((escapes ? Escapes(text) : text) + (newline ? "\n" : ""));
        return 0;
    }

    private static string Escapes(string text) => Regex.Replace(text, @"\\(n|t|r|\\|0\d{0,3}|x[0-9A-Fa-f]{1,2})", match => match.Groups[1].Value switch
    {
        "n" => "\n",
        "t" => "\t",
        "r" => "\r",
        "\\" => "\\",
        ['x', .. var hex] => ((char)Convert.ToInt32(hex, 16)).ToString(),
        var octal => ((char)Convert.ToInt32(octal, 8)).ToString(),
    });

    private static int Printf(CommandCall call)
    {
        if (call.Arguments.Length < 2)
            return call.Fail("bash: line 1: printf: usage: printf [-v var] format [arguments]", 2);
        var words = call.Arguments[1] == "--" ? call.Arguments[2..] : call.Arguments[1..];
        var values = new Queue<string>(words.Skip(1));
        var format = Escapes(words[0]);
        // The format is used again while arguments are left.
        do
        {
            var before = values.Count;
            call.Out(Regex.Replace(format, @"%(-?)(\d*)([sdbqi%])", match =>
            {
                if (match.Groups[3].Value == "%")
                    return "%";
                var value = values.Count > 0 ? values.Dequeue() : match.Groups[3].Value is "d" or "i" ? "0" : "";
                if (match.Groups[3].Value == "b")
                    value = Escapes(value);
                var width = match.Groups[2].Length > 0 ? int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture) : 0;
                return match.Groups[1].Length > 0 ? value.PadRight(width) : value.PadLeft(width);
            }));
            if (values.Count == before)
                break;
        }
        while (values.Count > 0);
        return 0;
    }

    private static int Grep(CommandCall call)
    {
        var options = call.Options("emABC", "regexp");
        var pattern = options.Value("e", "regexp");
        var skip = 0;
        if (pattern is null)
        {
            pattern = options.Rest.FirstOrDefault();
            skip = 1;
        }

        if (pattern is null)
            return call.Fail("Usage: grep [OPTION]... PATTERNS [FILE]...", 2);
        byte[] input;
        try
        {
            input = Input(call, options, skip);
        }
        catch (HostFailure failure)
        {
            return options.Has("s") ? 2 : call.Fail($"grep: {options.Rest.ElementAtOrDefault(skip)}: {failure.Message}", 2);
        }

        var expression = string.Join('|', pattern.Split('\n').Select(one => options.Has("F", "fixed-strings") ? Regex.Escape(one)
            : options.Has("E", "P", "extended-regexp") ? one
            // In basic expressions these stand for themselves unless escaped.
            : Regex.Replace(one, @"\\?[+?|(){}]", match => match.Length == 1 ? "\\" + match.Value : match.Value[1..])));
        var regex = new Regex(options.Has("x", "line-regexp") ? $"^(?:{expression})$" : options.Has("w") ? $@"\b(?:{expression})\b" : expression,
            options.Has("i", "ignore-case") ? RegexOptions.IgnoreCase | RegexOptions.CultureInvariant : RegexOptions.None, TimeSpan.FromSeconds(1));
        var found = Lines(input).Where(line => regex.IsMatch(line) != options.Has("v", "invert-match")).ToList();
        if (options.Has("c", "count"))
            call.Out($"{found.Count}\n");
        else if (options.Has("o"))
            call.Out(string.Concat(found.SelectMany(line => regex.Matches(line).Select(match => match.Value + "\n"))));
        else if (!options.Has("q", "quiet", "silent"))
            call.Out(string.Concat(found.Select(line => line + "\n")));
        return found.Count > 0 ? 0 : 1;
    }

    private static int Bytes(CommandCall call, Func<byte[], byte[]> choose)
    {
        call.Out(choose(Input(call, call.Options("nc"))));
        return 0;
    }

    private static int Some(CommandCall call, Func<string[], int, IEnumerable<string>> choose)
    {
        var options = call.Options("nc");
        var count = 10;
        if (options.Value("n") is { } given)
            _ = int.TryParse(given, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out count);
        else if (call.Arguments.Skip(1).FirstOrDefault(word => word.Length > 1 && word[0] == '-' && word.Skip(1).All(char.IsAsciiDigit)) is { } old)
            count = int.Parse(old[1..], CultureInfo.InvariantCulture);
        call.Out(string.Concat(choose(Lines(Input(call, options)), Math.Abs(count)).Select(line => line + "\n")));
        return 0;
    }

    private static int Count(CommandCall call)
    {
        var options = call.Options();
        var input = Input(call, options);
        var lines = input.Count(b => b == '\n');
        call.Out(options.Has("l") ? $"{lines}\n" : options.Has("c") ? $"{input.Length}\n"
            : $"{lines} {Encoding.UTF8.GetString(input).Split([' ', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries).Length} {input.Length}\n");
        return 0;
    }

    private static int Cut(CommandCall call)
    {
        var options = call.Options("dfc");
        var separator = options.Value("d") ?? "\t";
        var wanted = (options.Value("f") ?? "1").Split(',').SelectMany(range => range.Split('-') is [var first, var last]
            ? Enumerable.Range(int.Parse(first, CultureInfo.InvariantCulture), last.Length == 0 ? 100 : int.Parse(last, CultureInfo.InvariantCulture) - int.Parse(first, CultureInfo.InvariantCulture) + 1)
            : [int.Parse(range, CultureInfo.InvariantCulture)]).ToList();
        foreach (var line in Lines(Input(call, options)))
        {
            var fields = line.Split(separator);
            call.Out((fields.Length == 1 ? line : string.Join(separator, wanted.Where(i => i <= fields.Length).Select(i => fields[i - 1]))) + "\n");
        }

        return 0;
    }
}

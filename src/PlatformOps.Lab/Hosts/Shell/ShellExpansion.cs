using System.Text.RegularExpressions;

namespace PlatformOps.Lab.Hosts.Shell;

/// <summary>Expansion of words: variables, commands, fields, path names.</summary>
internal static class ShellExpansion
{
    private static readonly char[] Separators = [' ', '\t', '\n'];

    public static async Task<string> TextAsync(ShellWord word, ShellState state)
    {
        var text = new StringBuilder();
        foreach (var part in word.Parts)
            text.Append(await ValueAsync(part, state));
        var result = text.ToString();
        return word.Parts is [{ Quoted: false, Kind: ShellWord.Kind.Literal }, ..] ? Tilde(result, state) : result;
    }

    public static async Task<List<string>> FieldsAsync(IReadOnlyList<ShellWord> words, ShellState state)
    {
        List<string> fields = [];
        foreach (var word in words)
        {
            var field = new StringBuilder();
            // The pattern has quoted characters escaped, so that only bare ones are special.
            var pattern = new StringBuilder();
            var started = false;
            var special = false;
            foreach (var part in word.Parts)
            {
                if (part is { Kind: ShellWord.Kind.Variable, Text: "@" })
                {
                    for (var i = 0; i < state.Arguments.Count; i++)
                    {
                        if (i > 0)
                            End();
                        Add(state.Arguments[i], isSpecial: false);
                    }

                    continue;
                }

                var value = await ValueAsync(part, state);
                if (part.Quoted || part.Kind == ShellWord.Kind.Literal)
                {
                    Add(started || part.Quoted ? value : Tilde(value, state), isSpecial: !part.Quoted);
                    continue;
                }

                // The result of an unquoted expansion falls into fields.
                var pieces = value.Split(Separators);
                for (var i = 0; i < pieces.Length; i++)
                {
                    if (i > 0)
                        End();
                    if (pieces[i].Length > 0)
                        Add(pieces[i], isSpecial: true);
                }
            }

            End();

            void Add(string text, bool isSpecial)
            {
                started = true;
                field.Append(text);
                special |= isSpecial && text.AsSpan().IndexOfAny('*', '?', '[') >= 0;
                pattern.Append(isSpecial ? Regex.Escape(text).Replace("\\*", "[^/]*", Ordinal).Replace("\\?", "[^/]", Ordinal) : Regex.Escape(text));
            }

            void End()
            {
                if (!started)
                    return;
                var found = special ? Paths(pattern.ToString(), field.ToString(), state) : [];
                if (found.Count > 0)
                    fields.AddRange(found);
                else
                    fields.Add(field.ToString());
                field.Clear();
                pattern.Clear();
                started = special = false;
            }
        }

        return fields;
    }

    private static string Tilde(string text, ShellState state) =>
        text == "~" || text.StartsWith("~/", Ordinal) ? state.Variables["HOME"] + text[1..] : text;

    private static List<string> Paths(string pattern, string text, ShellState state)
    {
        var prefix = text.StartsWith('/') ? "" : state.Folder == "/" ? "/" : state.Folder + "/";
        var expression = new Regex($"^{Regex.Escape(prefix)}{pattern}$", RegexOptions.None, TimeSpan.FromSeconds(1));
        return state.Locked(() =>
        {
            List<string> found = [];
            Walk("/", found, 0);
            return found;
        });

        void Walk(string folder, List<string> found, int depth)
        {
            if (depth > 12)
                return;
            foreach (var path in state.Host.Files.Children(folder).ToList())
            {
                if (expression.IsMatch(path) && !HostFiles.NameOf(path).StartsWith('.'))
                    found.Add(path[prefix.Length..]);
                if (state.Host.Files.Find(path)!.IsDirectory)
                    Walk(path, found, depth + 1);
            }
        }
    }

    private static async Task<string> ValueAsync(ShellWord.Part part, ShellState state)
    {
        switch (part.Kind)
        {
            case ShellWord.Kind.Literal:
                return part.Text;
            case ShellWord.Kind.Command:
            {
                using var output = new MemoryStream();
                var child = state.Subshell() with { Stdout = data => output.Write(data) };
                state.LastStatus = await ShellRunner.RunTextAsync(part.Text, child);
                return Encoding.UTF8.GetString(output.ToArray()).TrimEnd('\n');
            }

            case ShellWord.Kind.Arithmetic:
                return Arithmetic(part.Text, state);
            default:
                return await VariableAsync(part, state);
        }
    }

    private static async Task<string> VariableAsync(ShellWord.Part part, ShellState state)
    {
        if (part.Text.StartsWith('#') && part.Text.Length > 1)
            return (state.Variables.GetValueOrDefault(part.Text[1..]) ?? "").Length.ToString(CultureInfo.InvariantCulture);
        var value = part.Text switch
        {
            "?" => state.LastStatus.ToString(CultureInfo.InvariantCulture),
            "$" => state.Id.ToString(CultureInfo.InvariantCulture),
            "!" => state.Shared.LastBackground.ToString(CultureInfo.InvariantCulture),
            "#" => state.Arguments.Count.ToString(CultureInfo.InvariantCulture),
            "@" or "*" => string.Join(' ', state.Arguments),
            "0" => state.Name,
            [>= '1' and <= '9'] => state.Arguments.ElementAtOrDefault(part.Text[0] - '1'),
            _ => state.Variables.GetValueOrDefault(part.Text),
        };
        switch (part.Operator)
        {
            case null:
                return value ?? (state.RefusesUnset ? throw new ShellSyntaxException($"{part.Text}: unbound variable") : "");
            case ":-":
                return string.IsNullOrEmpty(value) ? await TextAsync(part.Argument!, state) : value;
            case "-":
                return value ?? await TextAsync(part.Argument!, state);
            case ":+":
                return string.IsNullOrEmpty(value) ? "" : await TextAsync(part.Argument!, state);
            case "+":
                return value is null ? "" : await TextAsync(part.Argument!, state);
            case ":=" or "=":
                return string.IsNullOrEmpty(value) ? state.Variables[part.Text] = await TextAsync(part.Argument!, state) : value;
            case ":?" or "?":
                return string.IsNullOrEmpty(value) ? throw new ShellSyntaxException($"{part.Text}: {await TextAsync(part.Argument!, state)}") : value;
            case "%" or "%%" or "#" or "##":
                return Trim(value ?? "", part.Operator, await TextAsync(part.Argument!, state));
            default:
                return value ?? "";
        }
    }

    private static string Trim(string value, string sign, string pattern)
    {
        var body = Regex.Escape(pattern).Replace("\\*", sign.Length == 1 ? ".*?" : ".*", Ordinal).Replace("\\?", ".", Ordinal);
        if (sign[0] == '#')
            return Regex.Replace(value, $"^(?:{body})", "", RegexOptions.Singleline, TimeSpan.FromSeconds(1));
        // The shortest tail is the last place where the pattern matches to the end.
        for (var i = 0; i <= value.Length; i++)
        {
            var at = sign == "%" ? value.Length - i : i;
            if (Regex.IsMatch(value[at..], $"^(?:{body})$", RegexOptions.Singleline, TimeSpan.FromSeconds(1)))
                return value[..at];
        }

        return value;
    }

    private static string Arithmetic(string text, ShellState state)
    {
        var named = Regex.Replace(text, @"\$?\{?([A-Za-z_]\w*)\}?", match => state.Variables.GetValueOrDefault(match.Groups[1].Value) is { Length: > 0 } value ? value : "0");
        var tokens = Regex.Matches(named, @"\d+|[-+*/%]").Select(match => match.Value).ToList();
        long result = 0;
        var sign = "+";
        foreach (var token in tokens)
        {
            if (!long.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                sign = token;
                continue;
            }

            result = sign switch
            {
                "+" => result + number,
                "-" => result - number,
                "*" => result * number,
                "/" => number == 0 ? throw new ShellSyntaxException("division by 0") : result / number,
                _ => number == 0 ? throw new ShellSyntaxException("division by 0") : result % number,
            };
        }

        return result.ToString(CultureInfo.InvariantCulture);
    }
}

namespace PlatformOps.Lab.Hosts.Commands;

/// <summary>Parsed options of a program.</summary>
internal sealed record CommandOptions(HashSet<string> Flags, Dictionary<string, string> Values, List<string> Rest)
{
    public bool Has(params string[] names) => names.Any(Flags.Contains);

    public string? Value(params string[] names) => names.Select(name => Values.GetValueOrDefault(name)).FirstOrDefault(value => value is not null);

    public static CommandOptions Parse(string[] arguments, string withValue, string[] longWithValue)
    {
        var options = new CommandOptions(new(StringComparer.Ordinal), new(StringComparer.Ordinal), []);
        for (var i = 1; i < arguments.Length; i++)
        {
            var argument = arguments[i];
            if (argument == "--")
            {
                options.Rest.AddRange(arguments.Skip(i + 1));
                break;
            }

            if (argument.StartsWith("--", Ordinal))
            {
                var parts = argument[2..].Split('=', 2);
                if (parts.Length == 2)
                    options.Values[parts[0]] = parts[1];
                else if (longWithValue.Contains(parts[0]) && i + 1 < arguments.Length)
                    options.Values[parts[0]] = arguments[++i];
                options.Flags.Add(parts[0]);
            }
            else if (argument.StartsWith('-') && argument.Length > 1)
            {
                for (var j = 1; j < argument.Length; j++)
                {
                    var letter = argument[j].ToString();
                    options.Flags.Add(letter);
                    if (!withValue.Contains(argument[j], Ordinal))
                        continue;
                    if (j + 1 < argument.Length)
                        options.Values[letter] = argument[(j + 1)..];
                    else if (i + 1 < arguments.Length)
                        options.Values[letter] = arguments[++i];
                    break;
                }
            }
            else
            {
                options.Rest.Add(argument);
            }
        }

        return options;
    }
}

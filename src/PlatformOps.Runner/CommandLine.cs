using System.Globalization;

namespace PlatformOps.Runner;

/// <summary>Options of the form <c>--name value</c>, and switches.</summary>
internal sealed class CommandLine
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <param name="command">The command, for errors.</param>
    /// <param name="arguments">What came after it.</param>
    /// <param name="options">The names that take a value.</param>
    /// <param name="switches">The names that take none.</param>
    /// <exception cref="UsageException">An option is unknown or lacks its value.</exception>
    public CommandLine(string command, string[] arguments, string[] options, string[] switches)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            var name = arguments[i];
            if (switches.Contains(name))
                _values[name] = "true";
            else if (!options.Contains(name))
                throw new UsageException($"{command}: unknown option '{name}' (known: {string.Join(", ", options.Concat(switches))})");
            else if (++i == arguments.Length)
                throw new UsageException($"{command}: {name} needs a value");
            else
                _values[name] = arguments[i];
        }
    }

    public bool Has(string name) => _values.ContainsKey(name);

    public string? Text(string name) => _values.GetValueOrDefault(name);

    public int Whole(string name, int otherwise)
    {
        if (!_values.TryGetValue(name, out var text))
            return otherwise;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : throw new UsageException($"{name}: '{text}' is not a whole number");
    }
}

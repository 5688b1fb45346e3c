using System.Text;
using PlatformOps.Core.Changes;
using PlatformOps.Core.Yaml;

namespace PlatformOps.Core.Runbooks;

/// <summary>What <c>${…}</c> stands for: the target, the run, the runbook's parameters, facts. <c>$${</c> is a literal <c>${</c>.</summary>
internal sealed class Variables
{
    /// <summary>Every name but <c>parameter.*</c>, <c>setting.*</c> and <c>fact.*</c>.</summary>
    public static readonly IReadOnlyList<string> Fixed =
    [
        "target", "target.fqdn", "target.name", "target.ticket", "target.has-ticket", "claim",
        "run.id", "run.name", "run.person", "run.initials", "run.environment", "run.requested-by",
        "run.window.start", "run.window.end", "run.window.start-date", "run.window.end-date",
    ];

    private readonly Dictionary<string, string?> _values;

    public Variables(ActionTarget target, RunIdentity run, IReadOnlyDictionary<string, string> parameters, IReadOnlyDictionary<string, string> facts, IReadOnlyDictionary<string, string> settings)
    {
        var label = target.Name.IndexOf('.', StringComparison.Ordinal);
        _values = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["target"] = target.Name,
            ["target.fqdn"] = target.Name,
            ["target.name"] = label > 0 ? target.Name[..label] : target.Name,
            ["target.ticket"] = target.TicketId,
            ["target.has-ticket"] = target.TicketId is null ? "false" : "true",
            ["claim"] = new Claim(run.RunId, run.Person, target.TicketId).ToString(),
            ["run.id"] = run.RunId,
            ["run.name"] = run.Name,
            ["run.person"] = run.Person,
            ["run.initials"] = run.Initials,
            ["run.environment"] = run.Environment,
            ["run.window.start"] = Stamp(run.WindowStart),
            ["run.window.end"] = Stamp(run.WindowEnd),
            ["run.window.start-date"] = Date(run.WindowStart),
            ["run.window.end-date"] = Date(run.WindowEnd),
            ["run.requested-by"] = run.RequestedBy ?? run.Person,
        };
        foreach (var (name, value) in parameters)
            _values["parameter." + name] = value;
        foreach (var (name, value) in settings)
            _values["setting." + name] = value;
        foreach (var (name, value) in facts)
            _values["fact." + name] = value;
    }

    /// <summary>Whether each target has a value of its own.</summary>
    public static bool IsOfTarget(string name) => name is "target" or "claim" || name.StartsWith("target.", StringComparison.Ordinal) || name.StartsWith("fact.", StringComparison.Ordinal);

    /// <summary>Whether a text is one placeholder and nothing else.</summary>
    public static bool IsSingle(string text) => NamesIn(text).Count == 1 && text.StartsWith("${", StringComparison.Ordinal) && text.IndexOf('}', StringComparison.Ordinal) == text.Length - 1;

    /// <summary>The names a text asks for.</summary>
    public static IReadOnlyList<string> NamesIn(string text)
    {
        var names = new List<string>();
        Walk(text, _ => { }, names.Add);
        return names;
    }

    /// <summary>The scalar with every placeholder replaced.</summary>
    /// <exception cref="Errors.SourceException">A value is not known; says which, at its place.</exception>
    public YamlScalar Expand(YamlScalar scalar)
    {
        if (!scalar.Text.Contains("${", StringComparison.Ordinal))
            return scalar;
        var text = new StringBuilder();
        Walk(scalar.Text, literal => text.Append(literal), name => text.Append(_values.GetValueOrDefault(name)
            ?? throw scalar.Error($"${{{name}}} is not known for {_values["target"]}{(name == "target.ticket" ? ": it has no ticket" : "")}.")));
        return scalar.WithText(text.ToString());
    }

    private static void Walk(string text, Action<string> literal, Action<string> name)
    {
        var position = 0;
        while (position < text.Length)
        {
            var at = text.IndexOf("${", position, StringComparison.Ordinal);
            if (at < 0)
                break;
            if (at > position && text[at - 1] == '$')
            {
                literal(text[position..(at - 1)] + "${");
                position = at + 2;
                continue;
            }

            var end = text.IndexOf('}', at);
            if (end < 0)
                break;
            literal(text[position..at]);
            name(text[(at + 2)..end].Trim());
            position = end + 1;
        }

        literal(text[position..]);
    }

    private static string Date(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    private static string Stamp(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
}

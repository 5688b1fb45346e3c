namespace PlatformOps.Lab.Services.Aquilon;

/// <summary>What the <c>aq</c> client accepts (quattor/aquilon, <c>etc/input.xml</c>), as far as the lab has it.</summary>
internal sealed record AqSyntax(string[] Values, string[] Flags, string[][] Mandatory)
{
    private static readonly string[] Change = ["justification", "reason"];
    private static readonly string[] Nothing = [];

    public static readonly IReadOnlyDictionary<string, AqSyntax> Commands = new Dictionary<string, AqSyntax>(StringComparer.Ordinal)
    {
        ["status"] = Read(""),
        ["show_host"] = Read("hostname", "all", ["hostname", "all"]),
        ["search_host"] = Read("hostname archetype personality domain sandbox buildstatus machine"),
        ["show_machine"] = Read("machine", "all", ["machine", "all"]),
        ["search_machine"] = Read("mac ip network_environment hostname machine model serial"),
        ["show_model"] = Read("model vendor", "", ["model"]),
        ["show_rack"] = Read("rack", "", ["rack"]),
        ["show_archetype"] = Read("archetype", "", ["archetype"]),
        ["show_personality"] = Read("personality archetype", "all", ["personality", "all"]),
        ["show_os"] = Read("osname osversion archetype", "all", ["osname", "all"]),
        ["show_domain"] = Read("domain", "all", ["domain", "all"]),
        ["show_sandbox"] = Read("sandbox", "all", ["sandbox", "all"]),
        ["change_status"] = Write("hostname buildstatus", "", ["hostname"], ["buildstatus"]),
        ["del_host"] = Write("hostname", "", ["hostname"]),
        ["del_machine"] = Write("machine", "", ["machine"]),
        ["del_interface"] = Write("interface machine mac", "", ["interface", "machine", "mac"]),
        ["del_interface_address"] = Write("machine hostname interface ip fqdn network_environment", "", ["machine", "hostname"], ["interface"]),
        ["update_interface"] = Write("machine hostname interface mac master comments", "boot default_route clear_master", ["machine", "hostname"], ["interface"]),
        ["add_machine"] = Write("machine model vendor rack serial cpuname cpucount memory comments", "", ["machine"], ["model"], ["rack"]),
        ["add_interface"] = Write("machine hostname interface mac iftype comments", "", ["machine", "hostname"], ["interface"]),
        ["add_interface_address"] = Write("machine hostname interface ip fqdn network_environment", "", ["machine", "hostname"], ["interface"]),
        ["add_host"] = Write("hostname machine archetype domain sandbox ip osname osversion personality buildstatus", "", ["hostname"], ["machine"], ["archetype"], ["domain", "sandbox"], ["ip"]),
        ["add_disk"] = Write("machine hostname disk controller size", "boot", ["machine", "hostname"], ["disk"], ["controller"], ["size"]),
        ["del_disk"] = Write("machine hostname disk", "all", ["machine", "hostname"], ["disk", "all"]),
        ["manage"] = Write("hostname domain sandbox", "force skip_auto_compile", ["hostname"], ["domain", "sandbox"]),
        ["make"] = Write("hostname personality osname osversion archetype buildstatus", "", ["hostname"]),
        ["pxeswitch"] = Write("hostname", "install localboot status rescue firmware", ["hostname"]),
    };

    private static readonly string[] GlobalValues = ["format", "aqhost", "aqport", "aqservice"];
    private static readonly string[] GlobalFlags = ["verbose", "quiet", "noverbose", "partialok"];

    public bool IsWrite => Flags.Contains("cm_check");

    /// <summary>Reads a command line; the command may be written in words (<c>show host</c>).</summary>
    /// <returns>The options, or what the client says instead, with its exit status.</returns>
    public static (AqOptions? Options, string? Error, int Status) Parse(IReadOnlyList<string> arguments)
    {
        var words = arguments.TakeWhile(word => !word.StartsWith('-')).ToList();
        var name = string.Join('_', words);
        if (!Commands.TryGetValue(name, out var syntax))
            return (null, $"Available commands are:\n  {string.Join("\n  ", Commands.Keys)}\n\nError: Command {name} is not known!", 2);
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = words.Count; i < arguments.Count; i++)
        {
            var word = arguments[i];
            if (!word.StartsWith("--", Ordinal))
                return (null, "aq: Extra arguments on the command line\naq: Try --help for usage details.", 1);
            var parts = word[2..].Split('=', 2);
            var option = parts[0];
            if (syntax.Flags.Contains(option) || GlobalFlags.Contains(option))
            {
                values[option] = "";
                continue;
            }

            if (!syntax.Values.Contains(option) && !GlobalValues.Contains(option))
                return (null, Usage(name, $"no such option: --{option}"), 2);
            if (parts.Length == 2)
                values[option] = parts[1];
            else if (++i < arguments.Count)
                values[option] = arguments[i];
            else
                return (null, Usage(name, $"--{option} option requires 1 argument"), 2);
        }

        if (Array.Find(syntax.Mandatory, group => !group.Any(values.ContainsKey)) is { } missing)
            return (null, Usage(name, missing.Length == 1 ? $"Option {missing[0]} is missing" : "Please provide exactly one of the required options!"), 2);
        if (Array.Find(syntax.Mandatory, group => group is ["domain", "sandbox"] or ["hostname", "all"] && group.Count(values.ContainsKey) > 1) is not null)
            return (null, Usage(name, "Please provide exactly one of the required options!"), 2);
        return (new AqOptions(name, values), null, 0);
    }

    private static AqSyntax Read(string values, string flags = "", params string[][] mandatory) => new(Words(values), Words(flags), mandatory);

    private static AqSyntax Write(string values, string flags, params string[][] mandatory) => new([.. Words(values), .. Change], [.. Words(flags), "cm_check"], mandatory);

    private static string[] Words(string text) => text.Length == 0 ? Nothing : text.Split(' ');

    private static string Usage(string command, string error) => $"aq {command} [options]\n\nError: {error}";
}

using System.Globalization;
using System.Text.RegularExpressions;
using PlatformOps.Aquilon;
using PlatformOps.Core.Ssh;

namespace PlatformOps.Core.Services.Aquilon;

/// <summary>Reads what <c>aq show_host</c> and <c>aq show_machine</c> print in their raw form: lines of <c>Key: value</c>, indented under what they belong to. Lines that are not known are passed over.</summary>
internal static partial class AquilonText
{
    /// <exception cref="FormatException">It is no machine.</exception>
    public static AquilonHost Parse(string text)
    {
        var root = Read(text);
        var machine = root.Children.Find(node => node.Key == "Machine")
            ?? throw new FormatException($"Aquilon printed something that is no machine: {OutputText.Line(text, 120)}");
        var primary = Provided().Match(machine.Value("Primary Name") ?? "");
        var hardware = machine.Value("Vendor");
        var personality = machine.Value("Host Personality");
        var services = machine.All("Uses Service").Select(node => node.Text.Split(" Instance: ", 2)).Where(pair => pair.Length == 2).Select(pair => (Service: pair[0].Trim(), Instance: pair[1].Trim())).ToList();
        var member = machine.Children.Find(node => node.Key.StartsWith("Member of ", StringComparison.Ordinal));
        var system = machine.Find("Operating System");
        return new AquilonHost
        {
            MachineName = Name(machine.Text, "machine"),
            HostName = primary.Success ? Name(primary.Groups["name"].Value, "host") : null,
            PrimaryAddress = primary.Success ? primary.Groups["ip"].Value : null,
            Vendor = First(hardware, " Model: "),
            Model = Second(hardware, " Model: "),
            SerialNumber = machine.Value("Serial"),
            Rack = machine.Value("Rack"),
            Building = machine.Value("Building"),
            Archetype = Second(personality, " Archetype: ") ?? Bare(machine.Value("Archetype")),
            Personality = First(personality, " Archetype: "),
            OsName = system?.Text,
            OsVersion = system?.Value("Version"),
            Domain = Bare(machine.Value("Domain")),
            Sandbox = Bare(machine.Value("Sandbox")),
            BuildStatus = machine.Value("Build Status"),
            Cluster = member?.Text,
            Services = [.. services.Select(pair => $"{pair.Service}/{pair.Instance}")],
            Bootserver = services.Find(pair => pair.Service == "bootserver").Instance,
            Interfaces = [.. machine.All("Interface").Select(Interface)],
            Disks = [.. machine.All("Disk").Select(node => Disk().Match(node.Text)).Where(match => match.Success).Select(match => new AquilonDisk
            {
                Name = match.Groups["name"].Value,
                SizeGB = int.Parse(match.Groups["size"].Value, CultureInfo.InvariantCulture),
                Controller = match.Groups["controller"].Value,
                IsBoot = match.Groups["flags"].Value.Contains("boot", StringComparison.Ordinal),
            })],
        };
    }

    /// <summary>The values of a key that is not indented, without flags and second keys, each with the value of another below it.</summary>
    public static IReadOnlyList<(string Name, string? Detail)> List(string text, string key, string? detail)
        => [.. Read(text).All(key).Select(node => (First(Bare(node.Text), " Archetype: ")!, detail is null ? null : node.Value(detail))).Where(pair => AquilonNames.IsLabel(pair.Item1))];

    private static AquilonInterface Interface(Node node)
    {
        var head = InterfaceHead().Match(node.Text);
        if (!head.Success)
            throw new FormatException($"Aquilon printed an interface that cannot be read: {OutputText.Line(node.Text, 120)}");
        var flags = head.Groups["flags"].Value.Split(',', StringSplitOptions.TrimEntries);
        return new AquilonInterface
        {
            Name = head.Groups["name"].Value,
            Mac = head.Groups["mac"] is { Success: true } mac ? mac.Value.ToLowerInvariant() : null,
            Type = node.Value("Type"),
            IsBoot = flags.Contains("boot"),
            IsDefaultRoute = flags.Contains("default_route"),
            Master = node.Value("Master Interface"),
            Parent = First(node.Value("Parent Interface"), ", VLAN ID: "),
            NetworkEnvironment = node.Value("Network Environment"),
            Addresses = [.. node.All("Provides").Select(line => Provided().Match(line.Text)).Where(match => match.Success).Select(match => new AquilonAddress
            {
                Ip = match.Groups["ip"].Value,
                Fqdn = match.Groups["name"].Value is "unknown" or "" ? null : match.Groups["name"].Value.Split(',')[0].Trim(),
            })],
        };
    }

    private static string Name(string text, string what)
        => AquilonNames.IsLabel(text) ? text : throw new FormatException($"Aquilon printed '{OutputText.Line(text, 80)}' as the name of a {what}.");

    private static string? First(string? text, string separator) => text?.Split(separator, 2)[0].Trim();

    private static string? Second(string? text, string separator) => text?.Split(separator, 2) is [_, var second] ? second.Trim() : null;

    // A branch or archetype can have its flags behind it.
    private static string? Bare(string? text) => First(text, " [");

    private static Node Read(string text)
    {
        var root = new Node(-1, "", "");
        var path = new Stack<Node>([root]);
        foreach (var line in text.Split('\n'))
        {
            var rest = line.TrimStart(' ', '\t');
            if (rest.Length == 0)
                continue;
            var colon = rest.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0)
                continue;
            var node = new Node(line.Length - rest.Length, rest[..colon], rest[(colon + 1)..].Trim());
            while (path.Peek().Indent >= node.Indent)
                path.Pop();
            path.Peek().Children.Add(node);
            path.Push(node);
        }

        return root;
    }

    [GeneratedRegex(@"^(?<name>[^\[\]]*?)\s*\[(?<ip>[0-9A-Fa-f.:]+)\]", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Provided();

    [GeneratedRegex(@"^(?<name>" + AquilonNames.InterfacePattern + @")\s+(?:(?<mac>(?:[0-9A-Fa-f]{2}:){5,19}[0-9A-Fa-f]{2})|\(no MAC addr\))(?:\s+\[(?<flags>[^\]]*)\])?", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex InterfaceHead();

    [GeneratedRegex(@"^(?<name>" + AquilonNames.DiskPattern + @")\s+(?<size>[0-9]{1,9}) GB (?<controller>[A-Za-z0-9_-]+)[^\[]*(?:\[(?<flags>[^\]]*)\])?", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Disk();

    private sealed record Node(int Indent, string Key, string Text)
    {
        public List<Node> Children { get; } = [];

        public Node? Find(string key) => Children.Find(node => node.Key == key);

        public string? Value(string key) => Find(key)?.Text is { Length: > 0 } text ? text : null;

        public IEnumerable<Node> All(string key) => Children.Where(node => node.Key == key);
    }
}

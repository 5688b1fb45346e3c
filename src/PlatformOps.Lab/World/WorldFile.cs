using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace PlatformOps.Lab.World;

/// <summary>Reads a world file: guarded before it is loaded, and every key has to be known.</summary>
internal static class WorldFile
{
    private const int MaxBytes = 1024 * 1024;
    private const int MaxDepth = 64;
    private static readonly string[] FaultKeys = ["service", "call", "target", "count", "after", "probability", "effect", "retry-after"];

    public static WorldPlan Read(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
            throw new LabException($"world file '{path}' does not exist");
        if (file.Length > MaxBytes)
            throw new LabException($"world file '{path}' is larger than 1 MiB");
        return Parse(File.ReadAllText(path), path);
    }

    /// <summary>Reads the text of a world file.</summary>
    public static WorldPlan Parse(string text, string name)
    {
        if (Encoding.UTF8.GetByteCount(text) > MaxBytes)
            throw new LabException($"world file '{name}' is larger than 1 MiB");
        try
        {
            Guard(text, name);
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return stream.Documents.Count switch
            {
                0 => new WorldPlan(),
                1 => Plan(new WorldNode(stream.Documents[0].RootNode, name, "the world")),
                _ => throw new LabException($"world file '{name}' has more than one document"),
            };
        }
        catch (YamlException failure)
        {
            throw new LabException($"world file '{name}', line {failure.Start.Line}: {failure.Message}", failure);
        }
    }

    /// <summary>Nesting and aliases are counted on the parser's events: the loader itself recurses, and dies of deep nesting.</summary>
    private static void Guard(string text, string name)
    {
        var parser = new Parser(new StringReader(text));
        var depth = 0;
        while (parser.MoveNext())
        {
            depth += parser.Current!.NestingIncrease;
            if (depth > MaxDepth)
                throw new LabException($"world file '{name}', line {parser.Current.Start.Line}: nested deeper than {MaxDepth}");
            if (parser.Current is AnchorAlias)
                throw new LabException($"world file '{name}', line {parser.Current.Start.Line}: aliases are not allowed");
        }
    }

    private static WorldPlan Plan(WorldNode root)
    {
        root.AllowOnly("name", "seed", "speed", "vms", "hypervisor-count", "hypervisors", "servers", "migrations", "faults", "nova", "netbox", "jira", "alertmanager", "bmc", "keystone");
        var nova = root.Section("nova", "max-microversion", "down-cells");
        var box = root.Section("netbox", "version");
        var jira = root.Section("jira", "kind", "search-lag");
        var alerts = root.Section("alertmanager", "version", "read-lag");
        var bmc = root.Section("bmc", "tls");
        var keystone = root.Section("keystone", "token-lifetime", "not-in-catalog");
        return new WorldPlan
        {
            Name = root.Text("name"),
            Seed = root.Whole("seed"),
            Speed = root.Number("speed"),
            Vms = root.Whole("vms"),
            HypervisorCount = root.Whole("hypervisor-count"),
            NovaMaxMicroversion = nova?.Text("max-microversion"),
            NetBoxVersion = box?.Text("version"),
            Jira = jira?.Text("kind") switch
            {
                null => null,
                "cloud" => LabJiraKind.Cloud,
                "data-center" => LabJiraKind.DataCenter,
                var other => throw jira.Wrong("kind", $"'{other}' is neither cloud nor data-center"),
            },
            JiraSearchLag = jira?.Number("search-lag"),
            AlertmanagerVersion = alerts?.Text("version"),
            AlertmanagerReadLag = alerts?.Number("read-lag"),
            BmcTls = bmc?.Flag("tls"),
            TokenLifetime = keystone?.Number("token-lifetime"),
            Hypervisors = [.. root.Items("hypervisors").Select(Hypervisor)],
            Servers = [.. root.Items("servers").Select(Server)],
            Migrations = [.. root.Items("migrations").Select(Migration)],
            DownCells = nova?.Texts("down-cells") ?? [],
            NotInCatalog = keystone?.Texts("not-in-catalog") ?? [],
            Faults = [.. root.Items("faults").Select(Fault)],
        };
    }

    private static HypervisorPlan Hypervisor(WorldNode node)
    {
        node.AllowOnly("name", "profile", "os-version", "serial", "site", "service-host", "device-name", "device-status", "bmc-of", "mellanox", "root-access", "ticket", "aggregates", "cell", "tenants", "leaked-allocations");
        return new HypervisorPlan(node.Required("name"))
        {
            Profile = node.Text("profile"),
            OsVersion = node.Text("os-version"),
            Serial = node.Text("serial"),
            Site = node.Text("site"),
            ServiceHost = node.Text("service-host"),
            DeviceName = node.Text("device-name"),
            DeviceStatus = node.Text("device-status"),
            BmcOf = node.Text("bmc-of"),
            Mellanox = node.Flag("mellanox"),
            RootAccess = node.Flag("root-access"),
            Ticket = node.Flag("ticket"),
            Aggregates = node.Texts("aggregates"),
            Cell = node.Text("cell"),
            Tenants = [.. (node.Texts("tenants") ?? []).Select(Tenants.Parse)],
            LeakedAllocations = node.Whole("leaked-allocations"),
        };
    }

    private static ServerPlan Server(WorldNode node)
    {
        node.AllowOnly("name", "host", "flavor", "project", "status");
        return new ServerPlan(node.Required("name"), node.Required("host"), node.Text("flavor"), node.Text("project"), node.Text("status")?.ToUpperInvariant());
    }

    private static MigrationPlan Migration(WorldNode node)
    {
        node.AllowOnly("server", "to", "type", "status");
        return new MigrationPlan(node.Required("server"), node.Required("to"), node.Text("type"), node.Text("status"));
    }

    private static JsonObject Fault(WorldNode node)
    {
        node.AllowOnly(FaultKeys);
        return new JsonObject(FaultKeys.Where(key => node.Text(key) is not null).Select(key => KeyValuePair.Create(key, (JsonNode?)node.Text(key))));
    }
}

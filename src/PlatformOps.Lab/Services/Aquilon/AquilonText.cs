using PlatformOps.Lab.World;

namespace PlatformOps.Lab.Services.Aquilon;

/// <summary>Machines and hosts as the broker writes them: raw and csv (quattor/aquilon, <c>lib/aquilon/worker/formats</c>).</summary>
internal static class AquilonText
{
    /// <summary>What <c>show_machine</c> and <c>show_host</c> print: the machine first, its host behind it.</summary>
    public static string Of(AquilonMachine machine)
    {
        var text = new StringBuilder().Append($"Machine: {machine.Label}\n");
        if (machine.Host is { } named)
            text.Append($"  Primary Name: {named.Fqdn} [{named.PrimaryAddress}]\n");
        foreach (var (port, address) in machine.Interfaces.SelectMany(port => port.Addresses.Where(address => address.Ip != machine.Host?.PrimaryAddress).Select(address => (port, address))))
            text.Append($"  {(port.Type == "management" ? "Manager" : "Auxiliary")}: {address.Fqdn} [{address.Ip}]\n");
        text.Append($"  Building: {machine.Rack.Split("-r")[0]}\n  Campus: lab\n  City: ox\n  Continent: eu\n  Country: gb\n  Hub: hq\n  Organization: lab\n  Rack: {machine.Rack}\n    Row: a\n    Column: 1\n    Fullname: {machine.Rack}\n");
        text.Append($"  Vendor: {machine.Model.Vendor} Model: {machine.Model.Name}\n    Model Type: rackmount\n");
        if (machine.Serial is { } serial)
            text.Append($"  Serial: {serial}\n");
        foreach (var port in machine.Interfaces.OrderBy(port => port.Name, StringComparer.Ordinal))
            Port(text, port);
        text.Append($"  Cpu: {machine.Model.Cpu} x {machine.Model.CpuCount}\n  Memory: {machine.Model.MemoryMegabytes} MB\n");
        foreach (var disk in machine.Disks.OrderBy(disk => disk.Name, StringComparer.Ordinal))
            text.Append($"  Disk: {disk.Name} {disk.Gigabytes} GB {disk.Controller} (local){(disk.IsBoot ? " [boot]" : "")}\n");
        if (machine.Host is { } host)
            Host(text, host);
        return text.ToString().TrimEnd('\n');
    }

    /// <summary>label,rack,building,vendor,model,serial,interface,mac,ip: a line for each address, or one.</summary>
    public static string Csv(AquilonMachine machine)
    {
        var head = $"{machine.Label},{machine.Rack},{machine.Rack.Split("-r")[0]},{machine.Model.Vendor},{machine.Model.Name},{machine.Serial}";
        var lines = machine.Interfaces.SelectMany(port => port.Addresses.Select(address => $"{head},{port.Name},{port.Mac},{address.Ip}")).ToList();
        return lines.Count == 0 ? $"{head},,," : string.Join('\n', lines);
    }

    public static string Personality(string name) => name.Split('/') is [var archetype, var own]
        ? $"Host Personality: {own} Archetype: {archetype}\n  Environment: prod{(own == "inventory" ? "" : "\n  Required Service: bootserver")}" : name;

    public static string Domain(string name) => $"Domain: {name}{(name == "prod" ? " [autosync]" : "")}\n  Validated: True\n  May Contain Hosts/Clusters: {name != "prod"}\n  Auto Compile: True";

    public static string Sandbox(string name) => $"Sandbox: {name.Split('/')[1]}\n  Validated: True\n  Owner: {name.Split('/')[0]}@{AquilonData.Realm}";

    private static void Port(StringBuilder text, AquilonInterface port)
    {
        string[] flags = [.. port.IsBoot ? ["boot"] : Array.Empty<string>(), .. port.IsDefaultRoute ? ["default_route"] : Array.Empty<string>()];
        text.Append($"  Interface: {port.Name} {port.Mac ?? "(no MAC addr)"}{(flags.Length > 0 ? $" [{string.Join(", ", flags)}]" : "")}\n    Type: {port.Type}\n");
        if (port.Type is "public" or "management")
            text.Append("    Vendor: generic Model: generic_nic\n");
        if (port.Type == "vlan")
            text.Append($"    Parent Interface: {port.Name.Split('.')[0]}, VLAN ID: {port.Name.Split('.')[^1]}\n");
        if (port.Master is { } master)
            text.Append($"    Master Interface: {master}\n");
        if (port.Addresses.Count > 0)
            text.Append($"    Network Environment: {port.Addresses[0].Environment}\n");
        foreach (var address in port.Addresses)
            text.Append($"    Provides: {address.Fqdn} [{address.Ip}]\n");
    }

    private static void Host(StringBuilder text, AquilonHost host)
    {
        if (host.Cluster is { } cluster)
            text.Append($"  Member of Compute Cluster: {cluster}\n");
        text.Append($"  Host Personality: {host.Personality} Archetype: {host.Archetype}\n    Environment: prod\n    Owned by GRN: grn:/lab/cloud\n");
        text.Append($"  Archetype: {host.Archetype} [compilable]\n    Lifecycle: production\n");
        text.Append($"  Operating System: {host.OsName}\n    Version: {host.OsVersion}\n    Lifecycle: production\n");
        text.Append($"  {(host.Branch.Contains('/', Ordinal) ? "Sandbox" : "Domain")}: {host.Branch}\n  Build Status: {host.BuildStatus}\n  Advertise Status: {host.BuildStatus == "ready"}\n");
        if (host.Bootserver is { } instance)
            text.Append($"  Uses Service: bootserver Instance: {instance}\n");
    }
}

using System.Globalization;
using PlatformOps.Aquilon;

namespace PlatformOps.Core.Services.Aquilon;

/// <summary>The commands that make a machine and its host, in the order in which the broker takes them.</summary>
internal static class HostAdds
{
    /// <param name="wanted">The machine with its interfaces and disks, and its host: name, primary address, archetype, personality, operating system, and domain or sandbox.</param>
    public static IReadOnlyList<AqAdd> Of(AquilonHost wanted)
    {
        var machine = wanted.MachineName;
        List<AqAdd> adds =
        [
            new(["add_machine", "--machine", machine, .. Option("--model", wanted.Model), .. Option("--vendor", wanted.Vendor), .. Option("--rack", wanted.Rack), .. Option("--serial", wanted.SerialNumber)],
                ["del_machine", "--machine", machine], _ => true),
        ];
        // A VLAN's parent, and a bridge or bond, are there before what belongs to them.
        foreach (var port in wanted.Interfaces.OrderBy(port => port.Parent is not null).ThenBy(port => port.Master is not null))
            adds.AddRange(Of(machine, port));
        adds.AddRange(wanted.Disks.Select(disk => Of(machine, disk)));
        if (wanted.HostName is not { } host)
            return adds;
        adds.Add(new(
            ["add_host", "--hostname", host, "--machine", machine, .. Option("--archetype", wanted.Archetype), .. wanted.Sandbox is null ? Option("--domain", wanted.Domain) : Option("--sandbox", wanted.Sandbox),
                .. Option("--ip", wanted.PrimaryAddress), .. Option("--personality", wanted.Personality), .. Option("--osname", wanted.OsName), .. Option("--osversion", wanted.OsVersion)],
            ["del_host", "--hostname", host],
            there => there.HostName is not null));
        foreach (var port in wanted.Interfaces)
            adds.AddRange(port.Addresses.Where(address => address.Ip != wanted.PrimaryAddress).Select(address => Of(machine, port, address)));
        return adds;
    }

    /// <summary>An interface, without its addresses.</summary>
    public static IEnumerable<AqAdd> Of(string machine, AquilonInterface port)
    {
        yield return new(
            ["add_interface", "--machine", machine, "--interface", port.Name, .. Option("--mac", port.Mac), .. port.Type is null or "public" ? [] : Option("--iftype", port.Type)],
            ["del_interface", "--machine", machine, "--interface", port.Name],
            there => Port(there, port) is not null);
        if (port.IsBoot)
            yield return new(["update_interface", "--machine", machine, "--interface", port.Name, "--boot"], null, there => Port(there, port)?.IsBoot == true);
        if (port.IsDefaultRoute && !port.IsBoot)
            yield return new(["update_interface", "--machine", machine, "--interface", port.Name, "--default_route"], null, there => Port(there, port)?.IsDefaultRoute == true);
        if (port.Master is { } master)
            yield return new(["update_interface", "--machine", machine, "--interface", port.Name, "--master", master], ["update_interface", "--machine", machine, "--interface", port.Name, "--clear_master"], there => Port(there, port)?.Master == master);
    }

    public static AqAdd Of(string machine, AquilonInterface port, AquilonAddress address) => new(
        ["add_interface_address", "--machine", machine, "--interface", port.Name, "--ip", address.Ip, .. Option("--fqdn", address.Fqdn), .. Option("--network_environment", port.NetworkEnvironment)],
        DeleteAddress(machine, port, address),
        there => Port(there, port)?.Addresses.Any(known => known.Ip == address.Ip) == true);

    public static AqAdd Of(string machine, AquilonDisk disk) => new(
        ["add_disk", "--machine", machine, "--disk", disk.Name, .. Option("--controller", disk.Controller), "--size", disk.SizeGB.ToString(CultureInfo.InvariantCulture), .. disk.IsBoot ? ["--boot"] : Array.Empty<string>()],
        ["del_disk", "--machine", machine, "--disk", disk.Name],
        there => there.Disks.Any(known => known.Name == disk.Name));

    public static IReadOnlyList<string> DeleteAddress(string machine, AquilonInterface port, AquilonAddress address)
        => ["del_interface_address", "--machine", machine, "--interface", port.Name, "--ip", address.Ip, .. Option("--network_environment", port.NetworkEnvironment)];

    private static AquilonInterface? Port(AquilonHost there, AquilonInterface port) => Array.Find(there.Interfaces, known => known.Name == port.Name);

    private static string[] Option(string option, string? value) => value is null ? [] : [option, value];
}

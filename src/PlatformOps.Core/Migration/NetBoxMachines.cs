using PlatformOps.Aquilon;
using PlatformOps.Core.Services.Aquilon;
using PlatformOps.Core.Services.NetBox;

namespace PlatformOps.Core.Migration;

/// <summary>NetBox as the inventory that Aquilon's own import reads. A VRF is a network environment.</summary>
internal sealed class NetBoxMachines(NetBoxClient netBox) : IMachineInventory
{
    public async Task<InventoryMachine> MachineAsync(string target, CancellationToken cancellationToken)
    {
        var interfaces = await netBox.InterfacesAsync(target, cancellationToken);
        return new InventoryMachine(
            interfaces.SelectMany(port => port.Addresses).FirstOrDefault(address => address.IsPrimary)?.Ip,
            [.. interfaces.Select(port => new AquilonInterface
            {
                Name = port.Name,
                Mac = port.Mac,
                Type = port.IsManagement ? "management" : "public",
                NetworkEnvironment = port.Addresses.Select(address => address.Vrf).FirstOrDefault(vrf => vrf is not null),
                Addresses = [.. port.Addresses.Select(address => new AquilonAddress { Ip = address.Ip, Fqdn = address.DnsName })],
            })]);
    }
}

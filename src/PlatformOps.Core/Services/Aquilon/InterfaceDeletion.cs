using PlatformOps.Aquilon;

namespace PlatformOps.Core.Services.Aquilon;

/// <summary>Deletes interfaces of a machine: the addresses first, and what is on another interface before it.</summary>
internal static class InterfaceDeletion
{
    /// <param name="aquilon">The broker.</param>
    /// <param name="machine">As it is now.</param>
    /// <param name="interfaces">Those to delete.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task RunAsync(AquilonClient aquilon, AquilonHost machine, IReadOnlyList<AquilonInterface> interfaces, CancellationToken cancellationToken)
    {
        var going = interfaces.Select(port => port.Name).ToHashSet(StringComparer.Ordinal);
        // A part of a bridge that stays leaves the bridge that goes.
        foreach (var part in machine.Interfaces.Where(port => port.Master is { } master && going.Contains(master) && !going.Contains(port.Name)))
            await aquilon.ChangeAsync(["update_interface", "--machine", machine.MachineName, "--interface", part.Name, "--clear_master"], cancellationToken);
        foreach (var port in interfaces.OrderByDescending(port => port.Parent is not null).ThenByDescending(port => port.Master is not null))
        {
            foreach (var address in port.Addresses)
                await aquilon.DeleteAsync(HostAdds.DeleteAddress(machine.MachineName, port, address), cancellationToken);
            await aquilon.DeleteAsync(["del_interface", "--machine", machine.MachineName, "--interface", port.Name], cancellationToken);
        }
    }
}

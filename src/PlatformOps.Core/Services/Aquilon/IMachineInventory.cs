using PlatformOps.Aquilon;

namespace PlatformOps.Core.Services.Aquilon;

/// <summary>Where <c>aq</c>'s own import finds what a machine has.</summary>
internal interface IMachineInventory
{
    /// <summary>A machine's interfaces and addresses, and which of them is the primary one.</summary>
    /// <exception cref="Errors.ObjectNotFoundException">The inventory has no such machine.</exception>
    Task<InventoryMachine> MachineAsync(string target, CancellationToken cancellationToken);
}

/// <param name="PrimaryAddress">Without prefix; null where the inventory has none.</param>
/// <param name="Interfaces">Named as Aquilon is to name them.</param>
internal sealed record InventoryMachine(string? PrimaryAddress, IReadOnlyList<AquilonInterface> Interfaces);

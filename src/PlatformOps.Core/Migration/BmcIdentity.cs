using PlatformOps.Core.Changes;
using PlatformOps.Core.Services;
using PlatformOps.Core.Services.NetBox;
using PlatformOps.Core.Services.Redfish;

namespace PlatformOps.Core.Migration;

/// <summary>What a hypervisor's BMC says the machine is, where the configuration has BMCs.</summary>
internal sealed class BmcIdentity(IServiceScope scope)
{
    /// <summary>Who says what; nothing where no BMCs are configured.</summary>
    public async Task<(string Who, string? Serial, Guid? Uuid)?> ReadAsync(ActionContext context, HypervisorDossier dossier, CancellationToken cancellationToken)
    {
        if (!scope.Configuration.Has<BmcConfiguration>())
            return null;
        var address = dossier.BmcAddress ?? (await scope.Get<NetBoxClient>().BmcAddressAsync(context.Target.Name, cancellationToken)).Address;
        var reading = await scope.Get<RedfishClient>().At(address).SystemAsync(dossier.Host.SerialNumber, cancellationToken);
        // Dell's service tag, which the others have, is Redfish's SKU.
        return ($"BMC {address}", reading.HasSerial(dossier.Host.SerialNumber) == true ? dossier.Host.SerialNumber : reading.System.SerialNumber, reading.System.Uuid);
    }
}

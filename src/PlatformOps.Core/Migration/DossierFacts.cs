using PlatformOps.Core.Changes;
using PlatformOps.Core.Services.Hosts;
using PlatformOps.Core.Services.Hosts.Storage;

namespace PlatformOps.Core.Migration;

/// <summary>What the hypervisor was, for the steps that put it back.</summary>
internal sealed class DossierFacts : FactSource
{
    public override IReadOnlyList<string> Names { get; } = ["dossier.compute-id", "dossier.compute-id-path", "dossier.service-id", "dossier.bmc-address", "dossier.serial", "dossier.model", "dossier.data-disks"];

    public override async Task<IReadOnlyDictionary<string, string>> ReadAsync(ActionContext context, CancellationToken cancellationToken)
    {
        var dossier = await context.Client<DossierFinder>().RequireAsync(context, cancellationToken);
        var facts = new Dictionary<string, string>();
        Add("dossier.compute-id", dossier.ComputeNode?.ToString());
        facts["dossier.compute-id-path"] = dossier.Host.ComputeIdPath ?? ComputeIdParameters.UsualPath;
        Add("dossier.service-id", dossier.Compute.ServiceId);
        Add("dossier.bmc-address", dossier.BmcAddress);
        Add("dossier.serial", dossier.Host.SerialNumber);
        Add("dossier.model", dossier.Device.DeviceType);
        // None is an answer too: then nothing that carries data may be taken.
        facts["dossier.data-disks"] = string.Join(';', RecordedDisk.Of(dossier.Host.Disks ?? [], new StorageProfiles(context.Client<HostsConfiguration>()).MountPointOf(dossier.Device.DeviceType)));
        return facts;

        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
                facts[name] = value;
        }
    }
}

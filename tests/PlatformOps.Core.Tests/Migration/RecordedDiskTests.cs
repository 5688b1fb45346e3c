using PlatformOps.Core.Changes;
using PlatformOps.Core.Migration;
using PlatformOps.Remote;

namespace PlatformOps.Core.Tests.Migration;

public sealed class RecordedDiskTests
{
    [Theory]
    [InlineData(null, "/var/lib/nova/instances")]
    [InlineData("/boot", "/boot")]
    public async Task The_data_disks_of_a_dossier_are_those_that_carried_what_the_models_profile_mounts(string? configured, string mountPoint)
    {
        await using var lab = await PhaseLab.StartAsync();
        (await lab.RunAsync("PreDrain", PhaseLab.Target(1))).AreWell();
        var dossier = lab.Session.Get<DossierStore>().Latest("hv01.lab.example")!;
        var profile = $"hosts.storage-profiles.{dossier.Device.DeviceType}";
        await using var session = lab.Open(configured is null ? null : new Dictionary<string, object> { [$"{profile}.mount-point"] = configured, [$"{profile}.disks.transport"] = "nvme" });

        var facts = await ((FactSource)new DossierFacts()).ReadAsync(PhaseLab.Context(session), TestContext.Current.CancellationToken);

        RemoteDisk disk = dossier.Host.Disks!.Single(one => one.MountPoints.Contains(mountPoint));
        Assert.StartsWith($"{disk.Serial}=", facts["dossier.data-disks"], StringComparison.Ordinal);
    }
}

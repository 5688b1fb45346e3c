using PlatformOps.Core.Configuration.Binding;
using PlatformOps.Core.Services.Hosts;
using PlatformOps.Core.Services.Hosts.Storage;
using PlatformOps.Core.Yaml;
using PlatformOps.Errors;
using PlatformOps.Remote;

namespace PlatformOps.Core.Tests.Services.Hosts.Storage;

public sealed class StorageProfileTests
{
    [Theory]
    [InlineData("hv-2022-lenovo", "hv-2022-lenovo")]
    [InlineData("XMA-HV-2022-A100", "xma-hv-2022-a100")]
    public void A_model_finds_its_built_in_profile(string model, string profile) => Assert.Equal(profile, new StorageProfiles(new HostsConfiguration()).ForModel(model).Name);

    [Fact]
    public void A_site_s_profile_takes_the_place_of_the_built_in_one_and_of_its_model()
    {
        var profiles = new StorageProfiles(Read("""
            storage-profiles:
              HV-2022-Lenovo: { disks: { count: 2, transport: sas }, raid0: /dev/md3 }
              gpu: { models: [ "xma-*" ], disks: { serials: [ "X*" ] }, mount-point: /srv/nova }
            """));

        Assert.Equal("/dev/md3", profiles.ByName("hv-2022-lenovo").Profile.Raid0);
        Assert.Equal("gpu", profiles.ForModel("xma-hv-2022-a100").Name);
        Assert.Equal(["gpu", "HV-2022-Lenovo", "xma-hv-2022-a100"], profiles.Names);
    }

    [Fact]
    public void An_unknown_model_or_name_is_an_error_that_lists_the_profiles()
    {
        var profiles = new StorageProfiles(new HostsConfiguration());

        Assert.Contains("hv-2022-lenovo, xma-hv-2022-a100", Assert.Throws<ObjectNotFoundException>(() => profiles.ForModel("r640")).Message);
        Assert.Contains("hv-2022-lenovo, xma-hv-2022-a100", Assert.Throws<ObjectNotFoundException>(() => profiles.ByName("r640")).Message);
        Assert.Throws<AmbiguousNameException>(() => new StorageProfiles(Read("storage-profiles: { a: { models: [ x ], disks: { min-gib: 1 } }, b: { models: [ 'x*' ], disks: { min-gib: 1 } } }")).ForModel("x"));
    }

    [Theory]
    [InlineData("storage-profiles: { a: { disks: { count: 2 } } }", "needs a transport")]
    [InlineData("storage-profiles: { a: { disks: { count: 2, transport: nvme } } }", "need raid0")]
    [InlineData("storage-profiles: { a: { disks: { count: 1, transport: nvme }, raid0: /dev/md0 } }", "two disks or more")]
    [InlineData("storage-profiles: { a: { disks: { transport: nvme, min-gib: 9, max-gib: 8 } } }", "min-gib is above")]
    [InlineData("storage-profiles: { a: { disks: { transport: nvme }, partition: ef00 } }", "partition")]
    [InlineData("storage-profiles: { a: { disks: { transport: nvme }, mount-point: 'var/x' } }", "mount-point")]
    [InlineData("storage-profiles: { a: { disks: { transport: nvme }, mount-options: 'rw, noatime' } }", "mount-options")]
    [InlineData("storage-profiles: { a: { partition: fd00 } }", "disks is missing")]
    [InlineData("virsh: podman exec nova_libvirt virsh", "virsh is a list of words")]
    public void What_makes_no_sense_is_an_error_with_its_place(string yaml, string error)
        => Assert.Contains(error, Assert.ThrowsAny<OpsException>(() => Read(yaml)).Message);

    [Theory]
    [InlineData("transport: nvme", true)]
    [InlineData("transport: sata", false)]
    [InlineData("models: [ 'SAMSUNG *' ]", true)]
    [InlineData("models: [ 'MICRON *' ]", false)]
    [InlineData("serials: [ 'S64*' ]", true)]
    [InlineData("serials: [ 'X' ]", false)]
    [InlineData("min-gib: 3576", true)]
    [InlineData("min-gib: 3577", false)]
    [InlineData("max-gib: 3577", true)]
    [InlineData("max-gib: 3576", false)]
    public void Disks_are_chosen_by_what_they_are(string yaml, bool expected)
    {
        var disk = new BlockDevice { Name = "nvme0n1", KernelName = "nvme0n1", Type = "disk", SizeBytes = 3_840_755_982_336, Model = "SAMSUNG MZQL23T8HCLS-00A07", Serial = "S64HNE0", Transport = "nvme" };

        Assert.Equal(expected, YamlBinder.Bind<DiskSelection>(YamlReader.ReadMapping(yaml, YamlSource.Configuration("x", "/"))).Matches(disk));
    }

    [Fact]
    public void The_recorded_data_disks_are_those_that_carried_the_instances_with_their_identifiers()
    {
        RemoteDisk[] disks =
        [
            new() { Name = "sda", SizeBytes = 1, Serial = "A", PartitionTable = "gpt", MountPoints = ["/"], Partitions = [new() { Name = "sda1", SizeBytes = 1, FileSystem = "xfs", Uuid = "1" }] },
            new() { Name = "nvme0n1", SizeBytes = 1, Serial = "N=0", PartitionTable = "gpt", MountPoints = ["/var/lib/nova/instances"], Partitions = [new() { Name = "nvme0n1p1", SizeBytes = 1, FileSystem = "linux_raid_member", Uuid = "2" }, new() { Name = "nvme0n1p2", SizeBytes = 1 }] },
            new() { Name = "nvme1n1", SizeBytes = 1, Serial = "N1", FileSystem = "xfs", Uuid = "3", MountPoints = ["/var/lib/nova/instances"] },
            new() { Name = "nvme2n1", SizeBytes = 1, FileSystem = "xfs", Uuid = "4", MountPoints = ["/var/lib/nova/instances"] },
        ];

        var recorded = RecordedDisk.Of(disks, StorageProfile.DefaultMountPoint);

        Assert.Equal(["N=0=gpt(linux_raid_member:2,-)", "N1=xfs:3"], recorded.Select(disk => disk.ToString()));
        Assert.Equal("A", Assert.Single(RecordedDisk.Of(disks, "/")).Serial);
        Assert.Equal(recorded, RecordedDisk.TryParse([string.Join("; ", recorded)]));
        Assert.Null(RecordedDisk.TryParse(["S1 xfs"]));
        Assert.Empty(RecordedDisk.TryParse([""])!);
    }

    private static HostsConfiguration Read(string yaml) => YamlBinder.Bind<HostsConfiguration>(YamlReader.ReadMapping(yaml, YamlSource.Configuration("ops.yaml", "/")));
}

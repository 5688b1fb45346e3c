namespace PlatformOps.Lab.World;

/// <summary>A kind of machine: what Nova, NetBox and the host itself say of it.</summary>
internal sealed record HardwareProfile(
    string Model,
    string Manufacturer,
    string Description,
    int Vcpus,
    int MemoryMiB,
    int LocalDiskGiB,
    int DataDisks,
    int Gpus)
{
    public static readonly HardwareProfile Lenovo =
        new("hv-2022-lenovo", "Lenovo", "Lenovo SR645 hypervisor of 2022", 128, 515_072, 3_576, DataDisks: 1, Gpus: 0);

    public static readonly HardwareProfile A100 =
        new("xma-hv-2022-a100", "XMA", "XMA hypervisor of 2022 with 4 A100 GPU cards", 128, 1_031_168, 7_152, DataDisks: 2, Gpus: 4);

    /// <summary>A small machine that others are worked on from.</summary>
    public static readonly HardwareProfile Control =
        new("control", "QEMU", "Control host", 8, 16_384, 80, DataDisks: 0, Gpus: 0);

    public static readonly IReadOnlyList<HardwareProfile> All = [Lenovo, A100];

    public bool HasGpu => Gpus > 0;
}

namespace PlatformOps.Lab.World;

/// <summary>A machine as Aquilon has it, with or without a host on it.</summary>
internal sealed class AquilonMachine
{
    public required string Label { get; init; }

    public required AquilonModel Model { get; init; }

    public required string Rack { get; init; }

    public string? Serial { get; init; }

    public List<AquilonInterface> Interfaces { get; } = [];

    public List<AquilonDisk> Disks { get; } = [];

    public AquilonHost? Host { get; set; }

    public AquilonInterface? BootInterface => Interfaces.Find(port => port.IsBoot);
}

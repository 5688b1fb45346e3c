namespace PlatformOps.Lab.World;

/// <summary>A machine with a system that is logged in to: its hardware, its place, what it runs.</summary>
internal class Machine
{
    public required string Fqdn { get; init; }

    public required HardwareProfile Profile { get; init; }

    public required string Serial { get; init; }

    public required Guid DmiUuid { get; init; }

    public required string ManagementAddress { get; init; }

    public required IReadOnlyList<NetworkCard> Cards { get; init; }

    public required List<BlockDevice> Disks { get; set; }

    /// <summary>Full paths of programs that it has beside those of every machine.</summary>
    public IReadOnlyList<string> Programs { get; init; } = [];

    /// <summary>Files of the account <c>ops</c> there, by full path.</summary>
    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();

    public string ShortName => Fqdn.Split('.')[0];

    public string OsId { get; set; } = "rocky";

    public string OsVersion { get; set; } = "8.10";

    public bool RootAccess { get; set; } = true;

    /// <summary>Powered on and booted.</summary>
    public bool IsUp { get; set; } = true;

    /// <summary>Answers on the network at all.</summary>
    public bool Reachable { get; set; } = true;

    /// <summary>The SSH host key: the 32 bytes of an ed25519 public key.</summary>
    public required byte[] HostKey { get; set; }
}

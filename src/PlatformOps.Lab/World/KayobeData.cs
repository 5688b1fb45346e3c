namespace PlatformOps.Lab.World;

/// <summary>What the Kayobe control host keeps: the checkout, the inventory that was built last, and what has been done to hosts.</summary>
internal sealed class KayobeData
{
    public const string Base = "/home/ops/kayobe";
    public const string Venv = Base + "/venvs/kayobe";
    public const string Checkout = Base + "/src/kayobe-config";
    public const string ConfigPath = Checkout + "/etc/kayobe";
    public const string InventoryPlaybook = ConfigPath + "/ansible/build-inventory-from-netbox.yml";
    public const string PxePlaybook = ConfigPath + "/ansible/mellanox-enable-uefi-pxe.yml";

    /// <summary>Full paths of the programs.</summary>
    public static readonly string[] Programs = [Venv + "/bin/kayobe", Venv + "/bin/ansible", "/usr/bin/git"];

    /// <summary>The control host.</summary>
    public required string Host { get; init; }

    public required string VaultPassword { get; init; }

    public required string Commit { get; set; }

    /// <summary>Of Kayobe: 19 is 2025.2, 20 is 2026.1.</summary>
    public string Version { get; set; } = "19.1.0";

    public string Branch { get; set; } = "lab/2025.2";

    /// <summary>Commits that the remote has and the checkout has not.</summary>
    public int Behind { get; set; }

    /// <summary>How many of them a fetch has told of.</summary>
    public int KnownBehind { get; set; }

    /// <summary>Whether the remote answers.</summary>
    public bool RemoteAnswers { get; set; } = true;

    /// <summary>Files of the checkout that differ from the commit.</summary>
    public List<string> Changes { get; } = [];

    public List<string> Controllers { get; } = [];

    /// <summary>The hypervisors of the inventory.</summary>
    public List<string> Computes { get; } = [];

    /// <summary>What plays do on a host instead of what they should: <c>failed</c>, <c>unreachable</c>, or <c>ignored</c> (a failure that the play goes on after).</summary>
    public Dictionary<string, string> Trouble { get; } = new(StringComparer.Ordinal);

    /// <summary>Hosts whose cards boot by UEFI and PXE.</summary>
    public HashSet<string> PxeEnabled { get; } = new(StringComparer.Ordinal);

    /// <summary>What was run, with the hosts that it worked on.</summary>
    public List<(string Command, IReadOnlyList<string> Hosts)> Runs { get; } = [];

    /// <summary>How many runs were at work at the same time at most.</summary>
    public int MostAtOnce { get; set; }

    public int AtWork { get; set; }

    /// <summary>The inventory as it would be built now: hosts that are in service.</summary>
    public static IEnumerable<string> ComputesOf(LabWorld world)
        => world.NetBox.Devices.Where(device => device is { Hypervisor: not null, Status: "active" }).Select(device => device.Hypervisor!.Fqdn).Order(StringComparer.Ordinal);
}

namespace PlatformOps.Core.Services.Hosts.Storage;

/// <summary>One thing that lies on a block device: a file system, a RAID or LVM member, a partition table.</summary>
internal sealed record Signature(string Type, string? Uuid)
{
    private static readonly string[] Tables = ["gpt", "dos", "PMBR", "mac", "sun", "bsd", "sgi", "atari"];

    public bool IsTable => Tables.Contains(Type, StringComparer.OrdinalIgnoreCase);

    public bool IsXfs => Type == "xfs";

    public bool IsRaidMember => Type == "linux_raid_member";

    /// <summary>What <c>wipefs -n -p</c> prints: <c>offset,uuid,label,type</c> for each.</summary>
    /// <exception cref="FormatException">It is no such list.</exception>
    public static IReadOnlyList<Signature> Parse(string text)
        => [.. text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#').Select(line => line.Split(',') is { Length: >= 4 } words && words[^1].Length > 0
            ? new Signature(words[^1], words[1].Length == 0 ? null : words[1])
            : throw new FormatException("wipefs printed something that is not its list of signatures."))];

    public override string ToString() => Uuid is null ? Type : $"{Type}:{Uuid}";
}

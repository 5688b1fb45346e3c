using PlatformOps.Remote;

namespace PlatformOps.Core.Services.Hosts.Storage;

/// <summary>
/// What a whole disk carries, in one word: <c>blank</c>, <c>xfs:1f0c…</c>, <c>LVM2_member:…</c>, <c>gpt(linux_raid_member:…,-)</c>. With the identifiers, so that a
/// disk that was made anew since is another one.
/// </summary>
internal static class DiskSignature
{
    public const string Blank = "blank";

    public static string Of(RemoteDisk disk)
    {
        var parts = new List<string>();
        if (disk.FileSystem is not null)
            parts.Add(Of(disk.FileSystem, disk.Uuid));
        if (disk.PartitionTable is not null || disk.Partitions.Length > 0)
            parts.Add($"{disk.PartitionTable ?? "table"}({string.Join(',', disk.Partitions.Select(part => Of(part.FileSystem, part.Uuid)))})");
        return parts.Count == 0 ? Blank : string.Join('+', parts);
    }

    private static string Of(string? fileSystem, string? uuid) => fileSystem is null ? "-" : uuid is null ? fileSystem : $"{fileSystem}:{uuid}";
}

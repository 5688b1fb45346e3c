using System.Text.RegularExpressions;
using PlatformOps.Remote;

namespace PlatformOps.Core.Services.Hosts.Storage;

/// <summary>
/// What a whole disk carries, in one word: <c>blank</c>, <c>xfs:1f0c…</c>, <c>LVM2_member:…</c>, <c>gpt(linux_raid_member:…,-)</c>. With the identifiers, so that a
/// disk that was made anew since is another one.
/// </summary>
internal static partial class DiskSignature
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

    /// <summary>Whether all that is there now was there when it was recorded: the same, or less of it where it was being wiped.</summary>
    public static bool Covers(string recorded, string now)
    {
        if (recorded == now)
            return true;
        if (Whole().Match(recorded) is not { Success: true } before || Whole().Match(now) is not { Success: true } left)
            return false;
        var (beforeParts, leftParts) = (before.Groups["parts"].Value.Split(','), left.Groups["parts"].Value.Split(','));
        return IsLess(left.Groups["system"].Value, before.Groups["system"].Value)
            && (left.Groups["table"].Length == 0
                || (left.Groups["table"].Value == before.Groups["table"].Value && leftParts.Length == beforeParts.Length && leftParts.Zip(beforeParts).All(pair => IsLess(pair.First, pair.Second))));
    }

    private static bool IsLess(string now, string before) => now is "" or "-" or Blank || now == before;

    [GeneratedRegex(@"^(?<system>[^()+,]+)?\+?((?<table>[a-zA-Z]+)\((?<parts>[^()]*)\))?$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Whole();

    private static string Of(string? fileSystem, string? uuid) => fileSystem is null ? "-" : uuid is null ? fileSystem : $"{fileSystem}:{uuid}";
}

using PlatformOps.Remote;

namespace PlatformOps.Core.Services.Hosts.Storage;

/// <summary>A data disk as it was written down before: what may be taken as long as it still is what it was. As text <c>serial=signature</c>.</summary>
internal sealed record RecordedDisk(string Serial, string Signature)
{
    /// <summary>The data disks among a host's disks as they were: those that carried the file system of its storage profile.</summary>
    /// <param name="disks">As they were.</param>
    /// <param name="mountPoint">The profile's.</param>
    public static IReadOnlyList<RecordedDisk> Of(IEnumerable<RemoteDisk> disks, string mountPoint)
        => [.. disks.Where(disk => disk.Serial is not null && disk.MountPoints.Contains(mountPoint)).Select(disk => new RecordedDisk(disk.Serial!, DiskSignature.Of(disk)))];

    /// <summary>Reads what <see cref="ToString"/> writes, one in a text or several with semicolons; null where one is no such text.</summary>
    public static IReadOnlyList<RecordedDisk>? TryParse(IEnumerable<string> texts)
    {
        var disks = new List<RecordedDisk>();
        foreach (var text in texts.SelectMany(text => text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)))
        {
            var at = text.LastIndexOf('=');
            if (at <= 0 || at == text.Length - 1)
                return null;
            disks.Add(new RecordedDisk(text[..at].Trim(), text[(at + 1)..].Trim()));
        }

        return disks;
    }

    public override string ToString() => $"{Serial}={Signature}";
}

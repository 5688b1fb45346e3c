using System.Security.Cryptography;
using System.Text;

namespace PlatformOps.Core.Services.Hosts.Storage;

/// <summary>
/// The identifiers that what we make is given: the same ones every time for the same machine and disks. So a later look knows what an earlier
/// run made, and goes on behind it, wherever that was killed; a disk that came from another machine is not taken for ours.
/// </summary>
internal sealed class StableIds(string machine, IEnumerable<string> serials)
{
    private readonly string _seed = $"{machine}\n{string.Join('\n', serials.Order(StringComparer.Ordinal))}";

    public Guid FileSystem => Of("file-system");

    public Guid Array => Of("array");

    public Guid Partition(string serial) => Of($"partition {serial}");

    /// <summary>A UUID as mdadm writes it: four groups of eight digits.</summary>
    public static string ForMdadm(Guid id)
    {
        var digits = id.ToString("N");
        return $"{digits[..8]}:{digits[8..16]}:{digits[16..24]}:{digits[24..]}";
    }

    /// <summary>Whether two texts are the same UUID, however their digits are grouped.</summary>
    public static bool Same(string? text, Guid id) => text is not null && string.Concat(text.Where(char.IsAsciiHexDigit)).Equals(id.ToString("N"), StringComparison.OrdinalIgnoreCase);

    // RFC 9562, version 8: of one's own making.
    private Guid Of(string what)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes($"platformops storage 1\n{what}\n{_seed}")).AsSpan(0, 16);
        bytes[6] = (byte)(0x80 | (bytes[6] & 0x0f));
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3f));
        return new Guid(bytes, bigEndian: true);
    }
}

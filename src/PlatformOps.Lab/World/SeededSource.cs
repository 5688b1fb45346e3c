namespace PlatformOps.Lab.World;

/// <summary>Identifiers, serials and addresses that are the same for the same seed.</summary>
internal sealed class SeededSource(int seed)
{
    private readonly Random _random = new(seed);

    public int Below(int limit) => _random.Next(limit);

    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }

    public string Hex(int characters) => Convert.ToHexString(Bytes((characters + 1) / 2)).ToLowerInvariant()[..characters];

    public Guid Guid()
    {
        var bytes = Bytes(16);
        bytes[7] = (byte)((bytes[7] & 0x0f) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes);
    }

    public string Letters(int count)
    {
        const string Alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789";
        return string.Concat(Enumerable.Range(0, count).Select(_ => Alphabet[Below(Alphabet.Length)]));
    }

    public string Mac(string vendor)
    {
        var bytes = Bytes(3);
        return $"{vendor}:{bytes[0]:x2}:{bytes[1]:x2}:{bytes[2]:x2}";
    }

    public T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];
}

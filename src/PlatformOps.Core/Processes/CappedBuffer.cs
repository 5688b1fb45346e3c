namespace PlatformOps.Core.Processes;

/// <summary>Keeps the first bytes of a stream up to a limit and counts the rest.</summary>
internal sealed class CappedBuffer(int limit)
{
    private byte[] _bytes = [];
    private int _length;

    public long Dropped { get; private set; }

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    public void Append(ReadOnlySpan<byte> data)
    {
        var take = Math.Min(data.Length, limit - _length);
        Dropped += data.Length - take;
        if (take == 0)
            return;
        if (_bytes.Length < _length + take)
            Array.Resize(ref _bytes, (int)Math.Min(limit, Math.Max(_length + take, Math.Max(4096L, _bytes.Length * 2L))));
        data[..take].CopyTo(_bytes.AsSpan(_length));
        _length += take;
    }
}

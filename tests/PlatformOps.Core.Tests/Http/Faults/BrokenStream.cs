namespace PlatformOps.Core.Tests.Http.Faults;

/// <summary>A body that begins well: then it breaks, stays silent, or goes on without an end.</summary>
/// <param name="beginning">What comes first.</param>
/// <param name="then">Reads on.</param>
/// <param name="told">Told how much was read in all.</param>
internal sealed class BrokenStream(byte[] beginning, Func<Memory<byte>, CancellationToken, ValueTask<int>> then, Action<long> told) : Stream
{
    private long _given;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var length = (int)Math.Min(buffer.Length, Math.Max(0, beginning.Length - _given));
        if (length > 0)
            beginning.AsMemory((int)_given, length).CopyTo(buffer);
        else
            length = await then(buffer, cancellationToken);
        _given += length;
        told(_given);
        return length;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

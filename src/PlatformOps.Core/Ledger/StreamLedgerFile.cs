namespace PlatformOps.Core.Ledger;

/// <summary>A real file.</summary>
internal sealed class StreamLedgerFile(FileStream stream) : ILedgerFile
{
    public byte[] ReadAll()
    {
        stream.Seek(0, SeekOrigin.Begin);
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    public void Append(ReadOnlySpan<byte> content) => stream.Write(content);

    public void Truncate(long length)
    {
        stream.SetLength(length);
        stream.Seek(length, SeekOrigin.Begin);
    }

    public void Flush() => stream.Flush(flushToDisk: true);

    public void Dispose() => stream.Dispose();
}

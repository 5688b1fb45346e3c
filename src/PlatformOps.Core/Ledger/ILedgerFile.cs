namespace PlatformOps.Core.Ledger;

/// <summary>A file that is appended to.</summary>
internal interface ILedgerFile : IDisposable
{
    byte[] ReadAll();

    void Append(ReadOnlySpan<byte> content);

    void Truncate(long length);

    /// <summary>Returns when all that was appended is on the disk.</summary>
    void Flush();
}

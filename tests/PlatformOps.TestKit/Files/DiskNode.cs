namespace PlatformOps.TestKit.Files;

/// <summary>A file or folder of a <see cref="DurableDisk"/>, whatever it is called.</summary>
internal sealed class DiskNode
{
    private DiskNode()
    {
    }

    /// <summary>What was written; null for a folder.</summary>
    public List<byte>? Content { get; private init; }

    /// <summary>What of it was flushed.</summary>
    public byte[] Durable { get; set; } = [];

    public static DiskNode File(byte[] durable) => new() { Content = [.. durable], Durable = durable };

    public static DiskNode Folder() => new();
}

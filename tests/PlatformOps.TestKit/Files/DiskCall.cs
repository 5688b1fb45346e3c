namespace PlatformOps.TestKit.Files;

/// <summary>Something that changes what is on a disk: <c>create</c>, <c>write</c>, <c>cut</c>, <c>flush</c>, <c>move</c>, <c>delete</c>, <c>create-folder</c> or <c>flush-folder</c>.</summary>
/// <param name="Path">Of what; where to, for a move.</param>
/// <param name="Content">What is written.</param>
internal sealed record DiskCall(string Name, string Path, byte[] Content)
{
    public DiskCall(string name, string path)
        : this(name, path, [])
    {
    }
}

namespace PlatformOps.Core.Services.Hosts;

/// <summary>Something mounted on a host.</summary>
/// <param name="Target">Where.</param>
/// <param name="Source">What: a device (<c>/dev/md0</c>), a part of one (<c>/dev/md0[/sub]</c>), a server's export, or a word of the kernel's.</param>
/// <param name="FileSystem">Its kind, such as <c>xfs</c>.</param>
internal sealed record Mount(string Target, string Source, string FileSystem)
{
    /// <summary>The source without the folder of a bind mount.</summary>
    public string Device => Source.IndexOf('[', StringComparison.Ordinal) is > 0 and var at ? Source[..at] : Source;
}

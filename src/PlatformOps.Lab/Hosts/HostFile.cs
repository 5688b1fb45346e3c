namespace PlatformOps.Lab.Hosts;

/// <summary>A file or folder of a host. What the kernel makes up (<c>/proc</c>) has <see cref="Live"/> content.</summary>
internal sealed class HostFile
{
    public bool IsDirectory { get; init; }

    public byte[] Content { get; set; } = [];

    public Func<string>? Live { get; init; }

    public required int Mode { get; set; }

    public required string Owner { get; set; }

    public required string Group { get; set; }

    public required DateTimeOffset Changed { get; set; }

    public byte[] Read() => Live is null ? Content : Encoding.UTF8.GetBytes(Live());
}

using System.Globalization;

namespace PlatformOps.Core.Secrets;

/// <summary>Files that decide what we do, or hold what nobody may see: who else may change or read them.</summary>
internal static class PrivateFile
{
    private const UnixFileMode OthersRead = UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Why the file must not be trusted: another's, or others may write it. Null where it may.</summary>
    /// <remarks>On Windows nothing is looked at: the profile's folders are private by their access lists.</remarks>
    public static string? WhyNotTrusted(string path)
    {
        if (OperatingSystem.IsWindows())
            return null;
        var status = UnixFileStatus.Of(path);
        if (status is not null && status.Owner != 0 && status.Owner != UnixFileStatus.CurrentUser)
            return string.Create(CultureInfo.InvariantCulture, $"It belongs to another user (id {status.Owner}), who could change it at any time. Copy it and use the copy.");
        if ((Mode(path, status) & OthersWrite) != 0)
            return $"Others may write to it. Run: chmod {(MayOthersRead(path) ? "go-w" : "600")} {Quote(path)}";
        return null;
    }

    /// <summary>Whether the group or others may read it.</summary>
    public static bool MayOthersRead(string path)
        => !OperatingSystem.IsWindows() && (Mode(path, UnixFileStatus.Of(path)) & OthersRead) != 0;

    /// <summary>The command that makes it private.</summary>
    public static string MakePrivate(string path) => $"chmod 600 {Quote(path)}";

    /// <summary>A regular file, as against a folder, a pipe that would never end, a device.</summary>
    public static bool IsRegular(string path) => File.Exists(path) && (OperatingSystem.IsWindows() || UnixFileStatus.Of(path) is null or { IsRegular: true });

    /// <summary>Reads a file of at most <paramref name="limit"/> bytes; null where it is larger.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static byte[]? Read(string path, int limit)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 1);
        var buffer = new byte[Math.Min(limit, Math.Max(stream.Length, 0) + 4096) + 1];
        var length = 0;
        while (true)
        {
            var read = stream.Read(buffer, length, buffer.Length - length);
            if (read == 0)
                return buffer[..length];
            length += read;
            if (length > limit)
                return null;
            if (length == buffer.Length)
                Array.Resize(ref buffer, Math.Min(limit + 1, buffer.Length * 2));
        }
    }

    private static UnixFileMode Mode(string path, UnixFileStatus? status)
    {
        if (OperatingSystem.IsWindows())
            return UnixFileMode.None;
        return status?.Mode ?? File.GetUnixFileMode(path);
    }

    /// <summary>The path as a shell takes it.</summary>
    private static string Quote(string path)
        => path.All(c => char.IsAsciiLetterOrDigit(c) || "/._-+".Contains(c, StringComparison.Ordinal)) ? path : "'" + path.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}

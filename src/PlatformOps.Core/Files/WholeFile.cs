using System.Text;

namespace PlatformOps.Core.Files;

/// <summary>Writes a file in one step: after a crash, and for whoever reads meanwhile, it is the old one or the new one, never a mixture.</summary>
internal static class WholeFile
{
    /// <summary>The mode of a file that is its owner's alone.</summary>
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes beside the file, on the disk, and renames. Links are followed.</summary>
    /// <param name="path">A full path. Its folder must be there.</param>
    /// <param name="content">All of it.</param>
    /// <param name="mode">Who may do what with it. Where null: as it is, or what the process gives new files.</param>
    /// <param name="overwrite">Whether it may take the place of a file that is there.</param>
    /// <param name="disk">What it is on; the real one where null. Its new name is durable once the folder is flushed, which is the caller's.</param>
    /// <exception cref="IOException">It cannot be written. The message names the path, why, and what to do.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode? mode = null, bool overwrite = true, Disk? disk = null)
    {
        disk ??= Disk.Real;
        var file = (File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName : null) ?? path;
        var draft = Path.Combine(Path.GetDirectoryName(file)!, $".{Guid.NewGuid():N}.new");
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = mode ?? (File.Exists(file) ? File.GetUnixFileMode(file) : null);
            using (var stream = disk.Open(draft, options))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            disk.Move(draft, file, overwrite);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Forget(draft);
            throw Fault(file, draft, e);
        }
    }

    /// <inheritdoc cref="Write"/>
    /// <remarks>UTF-8; a byte order mark that is there stays.</remarks>
    public static void WriteText(string path, string text, UnixFileMode? mode = null)
    {
        var encoding = new UTF8Encoding(HasMark(path));
        Write(path, [.. encoding.GetPreamble(), .. encoding.GetBytes(text)], mode);
    }

    private static bool HasMark(string path)
    {
        if (!File.Exists(path))
            return false;
        using var stream = File.OpenRead(path);
        return stream.ReadByte() == 0xEF && stream.ReadByte() == 0xBB && stream.ReadByte() == 0xBF;
    }

    private static void Forget(string draft)
    {
        try
        {
            File.Delete(draft);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Where it could not be made it is not there.
        }
    }

    // The user gave a path and knows nothing of a draft beside it.
    private static Exception Fault(string file, string draft, Exception cause)
    {
        var folder = Path.GetDirectoryName(file)!;
        if (Directory.Exists(file))
            return new IOException($"{file} cannot be written: it is a folder. Give the path of a file.", cause);
        if (!Directory.Exists(folder))
            return new DirectoryNotFoundException($"{file} cannot be written: there is no folder {folder}. Make it first, or give another path.", cause);
        return cause is UnauthorizedAccessException
            ? new UnauthorizedAccessException($"{file} cannot be written: you may not write in {folder}. Give another path, or have the right given.", cause)
            : new IOException($"{file} cannot be written: {cause.Message.Replace(draft, file, StringComparison.Ordinal)}", cause);
    }
}

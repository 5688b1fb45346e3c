using System.Text;

namespace PlatformOps.Core.Migration;

/// <summary>Replaces a text file in one step.</summary>
internal static class TextFile
{
    /// <summary>Writes beside the file, on the disk, and renames: readers see the old file or the new one. Links are followed; mode and byte order mark stay.</summary>
    public static async Task ReplaceAsync(string path, string text, CancellationToken cancellationToken)
    {
        var file = (File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName : null) ?? Path.GetFullPath(path);
        var temporary = Path.Combine(Path.GetDirectoryName(file)!, $".{Path.GetFileName(file)}.{Guid.NewGuid():N}.new");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows() && File.Exists(file))
            options.UnixCreateMode = File.GetUnixFileMode(file);
        try
        {
            await using (var stream = new FileStream(temporary, options))
            {
                await using (var writer = new StreamWriter(stream, new UTF8Encoding(HasMark(file)), leaveOpen: true))
                    await writer.WriteAsync(text.AsMemory(), cancellationToken);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, file, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static bool HasMark(string file)
    {
        if (!File.Exists(file))
            return false;
        using var stream = File.OpenRead(file);
        return stream.ReadByte() == 0xEF && stream.ReadByte() == 0xBB && stream.ReadByte() == 0xBF;
    }
}

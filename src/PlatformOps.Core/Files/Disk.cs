using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace PlatformOps.Core.Files;

/// <summary>What is asked of a file system where it matters what the loss of power leaves. The crash tests replace it by one that forgets what was not flushed.</summary>
/// <remarks>
/// What POSIX promises: the content of a file is on the disk after fsync(2) of the file, and its name only after fsync of its folder, whether it was created, renamed or removed.
/// </remarks>
internal class Disk
{
    private const int AccessDenied = 13;

    // Folders whose names this process knows to be on the disk.
    private readonly ConcurrentDictionary<string, bool> _durable = new(StringComparer.Ordinal);

    public static Disk Real { get; } = new();

    public virtual FileStream Open(string path, FileStreamOptions options) => new(path, options);

    /// <summary>Sees that a folder is there for good, with those above it; what is missing is made, for its owner alone.</summary>
    /// <param name="path">A full path.</param>
    /// <exception cref="IOException">It cannot be made, or its name is not on the disk.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be made.</exception>
    public void EnsureFolder(string path)
    {
        if (_durable.ContainsKey(path) && Directory.Exists(path))
            return;

        if (Path.GetDirectoryName(path) is { } parent)
        {
            EnsureFolder(parent);
            var isNew = !Directory.Exists(path);
            if (isNew)
                CreateFolder(path);
            FlushNamesIn(parent, isNew);
        }

        _durable[path] = true;
    }

    /// <summary>Makes one folder that only its owner may enter.</summary>
    protected virtual void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public virtual void Move(string from, string to, bool overwrite) => File.Move(from, to, overwrite);

    public virtual void Delete(string path) => File.Delete(path);

    /// <summary>Makes the names in a folder durable. Windows does that by itself.</summary>
    /// <exception cref="IOException">They are not.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be read.</exception>
    public virtual void FlushFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            return;

        var descriptor = Native.Open(path, 0);
        if (descriptor < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            throw error == AccessDenied ? new UnauthorizedAccessException($"open {path}: access denied") : new IOException($"open {path}: error {error}");
        }

        try
        {
            if (Native.FSync(descriptor) != 0)
                throw new IOException($"fsync {path}: error {Marshal.GetLastPInvokeError()}");
        }
        finally
        {
            _ = Native.Close(descriptor);
        }
    }

    // A folder that is there may have been made by a process that died before its name was on the disk. Where that cannot be flushed (a parent that may not be read, a mount that does not do it), somebody else made it.
    private void FlushNamesIn(string path, bool isNew)
    {
        try
        {
            FlushFolder(path);
        }
        catch (Exception e) when (!isNew && e is IOException or UnauthorizedAccessException)
        {
        }
    }

    private static class Native
    {
        [DllImport("libc", EntryPoint = "open", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
        internal static extern int Open(string path, int flags);

        [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
        internal static extern int FSync(int descriptor);

        [DllImport("libc", EntryPoint = "close", SetLastError = true)]
        internal static extern int Close(int descriptor);
    }
}

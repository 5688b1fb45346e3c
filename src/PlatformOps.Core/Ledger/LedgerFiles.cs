using PlatformOps.Core.Files;
using PlatformOps.Errors;

namespace PlatformOps.Core.Ledger;

/// <summary>The few things the ledger does to files. The crash and fault tests replace it by one that forgets what was not flushed, or fails.</summary>
internal class LedgerFiles
{
    private const int MostLooks = 3;
    private static readonly TimeSpan LookTakes = TimeSpan.FromMilliseconds(50);

    private readonly Disk _disk;

    /// <param name="disk">What it is all on; the real one where null.</param>
    public LedgerFiles(Disk? disk = null) => _disk = disk ?? Disk.Real;

    /// <summary>Makes a folder that only its owner may enter, durably, with the folders above that are missing.</summary>
    public virtual void CreateFolder(string path) => Guard(path, () => _disk.EnsureFolder(path));

    /// <summary>Takes an exclusive lock that the kernel frees when this process dies, on a file that holds nothing.</summary>
    /// <returns>Null where another holds it.</returns>
    /// <exception cref="LedgerException">The file system does not lock, or the runtime was told not to: two could have it.</exception>
    public IDisposable? TryLock(string path)
    {
        var held = TryOpenAlone(path);
        if (held is null)
            return null;
        IDisposable? second = null;
        try
        {
            // .NET goes on without a word where flock is not supported.
            second = TryOpenAlone(path);
            if (second is not null)
                throw new LedgerException($"Locks do not lock in {Path.GetDirectoryName(path)}: {Path.GetFileName(path)} could be had twice, so two runs could work on one target. Nothing was changed. Put the state folder ($PLATFORMOPS_STATE) on a file system with file locks, and leave DOTNET_SYSTEM_IO_DISABLEFILELOCKING unset.") { TargetName = path };
            return held;
        }
        catch
        {
            second?.Dispose();
            held.Dispose();
            throw;
        }
    }

    /// <summary><see cref="TryLock"/>, past somebody who only looks (<see cref="IsLocked"/>) and has it for a moment.</summary>
    public async Task<IDisposable?> LockAsync(string path, TimeProvider time, CancellationToken cancellationToken)
    {
        for (var looks = 0; ; looks++)
        {
            if (TryLock(path) is { } held)
                return held;
            if (looks == MostLooks)
                return null;
            await Task.Delay(LookTakes, time, cancellationToken);
        }
    }

    /// <summary>Whether another holds the lock on a file; where there is none, nobody does.</summary>
    public bool IsLocked(string path)
    {
        if (!Exists(path))
            return false;
        using var held = TryOpenAlone(path);
        return held is null;
    }

    /// <summary>Opens a file so that nobody else can.</summary>
    /// <returns>Null where another has it open so.</returns>
    protected virtual IDisposable? TryOpenAlone(string path)
    {
        try
        {
            return _disk.Open(path, OwnerOnly(FileMode.OpenOrCreate, FileShare.None));
        }
        catch (IOException e) when (IsHeldByAnother(e))
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault(path, e);
        }
    }

    /// <summary>Opens a file to append to, whose name is durable then; makes it where it is missing. Others may read it meanwhile: who may write is settled by a lock.</summary>
    public virtual ILedgerFile Open(string path)
    {
        FileStream? stream = null;
        try
        {
            stream = _disk.Open(path, OwnerOnly(FileMode.OpenOrCreate, FileShare.ReadWrite));
            stream.Seek(0, SeekOrigin.End);
            // Also one that is there: the process that made it may have died before its name was on the disk.
            FlushFolder(Path.GetDirectoryName(path)!);
            return new StreamLedgerFile(stream);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or LedgerException)
        {
            stream?.Dispose();
            throw e as LedgerException ?? Fault(path, e);
        }
    }

    /// <summary>Reads a whole file, also one that a living run appends to; null where there is none.</summary>
    public virtual byte[]? TryRead(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var content = new byte[stream.Length];
            var read = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            return read == content.Length ? content : content[..read];
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault(path, e);
        }
    }

    /// <summary>How many bytes a file has; null where there is none.</summary>
    public virtual long? Length(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? file.Length : null;
    }

    /// <summary>Replaces a file's content so that after a crash it is the old or the new one, never a mixture.</summary>
    public virtual void Replace(string path, ReadOnlySpan<byte> content)
    {
        try
        {
            WholeFile.Write(path, content, WholeFile.OwnerOnly, disk: _disk);
            FlushFolder(Path.GetDirectoryName(path)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault(path, e);
        }
    }

    public virtual void Delete(string path)
    {
        Guard(path, () => _disk.Delete(path));
        FlushFolder(Path.GetDirectoryName(path)!);
    }

    public virtual bool Exists(string path) => File.Exists(path);

    /// <summary>The names of the folders in a folder; none where it is missing.</summary>
    public virtual IReadOnlyList<string> Folders(string path)
        => Directory.Exists(path) ? [.. Directory.EnumerateDirectories(path).Select(folder => Path.GetFileName(folder)!)] : [];

    /// <summary>The names of the files in a folder that end so; none where it is missing.</summary>
    public virtual IReadOnlyList<string> Files(string path, string ending)
        => Directory.Exists(path) ? [.. Directory.EnumerateFiles(path).Select(file => Path.GetFileName(file)!).Where(name => name.EndsWith(ending, StringComparison.Ordinal))] : [];

    /// <summary>Makes the names in a folder durable.</summary>
    private void FlushFolder(string path) => Guard(path, () => _disk.FlushFolder(path));

    internal static LedgerException Fault(string path, Exception cause)
        => new($"The run ledger cannot use {path}: {cause.Message} Nothing further was changed; free or mend the disk, then go on: Resume-OpsRun for a run, the script again for single cmdlets.", cause) { TargetName = path };

    private static FileStreamOptions OwnerOnly(FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = WholeFile.OwnerOnly;
        return options;
    }

    private static void Guard(string path, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault(path, e);
        }
    }

    // EWOULDBLOCK of flock(2) is 11 on Linux and 35 on macOS; ERROR_SHARING_VIOLATION is 32. .NET puts them in the low half of HResult.
    private static bool IsHeldByAnother(IOException e) => (e.HResult & 0xFFFF) is 11 or 35 or 32;
}

using PlatformOps.Core.Ledger;

namespace PlatformOps.TestKit.Ledger;

/// <summary>The ledger's files in memory. <see cref="Crash"/> forgets what was not flushed, as a machine without power does; <see cref="BeforeOperation"/> makes an operation fail.</summary>
internal sealed class MemoryLedgerFiles : LedgerFiles
{
    private readonly object _state = new();
    private readonly Dictionary<string, Content> _files = new(StringComparer.Ordinal);
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);
    private readonly HashSet<string> _locks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _reads = new(StringComparer.Ordinal);
    private int _generation;

    /// <summary>Called before each operation with its name (<c>append</c>, <c>flush</c>, <c>replace</c>, <c>open</c>) and path; may throw.</summary>
    public Action<string, string>? BeforeOperation { get; set; }

    /// <summary>False as on a file system without locks.</summary>
    public bool Locks { get; set; } = true;

    public int Flushes { get; private set; }

    /// <summary>How often a file was read whole.</summary>
    public int ReadsOf(string path)
    {
        lock (_state)
            return _reads.GetValueOrDefault(path);
    }

    /// <summary>The process dies: locks are free, what was not flushed is gone. Its files answer no more.</summary>
    public void Crash()
    {
        lock (_state)
        {
            _generation++;
            _locks.Clear();
            foreach (var path in _files.Keys.ToList())
            {
                var content = _files[path];
                if (content.Durable is null)
                    _files.Remove(path);
                else
                    _files[path] = new Content([.. content.Durable], content.Durable);
            }
        }
    }

    public override void CreateFolder(string path)
    {
        lock (_state)
            _folders.Add(path);
    }

    protected override IDisposable? TryOpenAlone(string path)
    {
        lock (_state)
        {
            _files.TryAdd(path, new Content([], []));
            return _locks.Add(path) || !Locks ? new Held(this, path, _generation) : null;
        }
    }

    public override ILedgerFile Open(string path)
    {
        BeforeOperation?.Invoke("open", path);
        lock (_state)
        {
            _files.TryAdd(path, new Content([], []));
            return new MemoryFile(this, path, _generation);
        }
    }

    public override byte[]? TryRead(string path)
    {
        lock (_state)
        {
            _reads[path] = _reads.GetValueOrDefault(path) + 1;
            return _files.TryGetValue(path, out var content) ? [.. content.Written] : null;
        }
    }

    public override long? Length(string path)
    {
        lock (_state)
            return _files.TryGetValue(path, out var content) ? content.Written.Count : null;
    }

    /// <summary>Puts bytes where a file is, as a bad disk or a stray editor does.</summary>
    public void Overwrite(string path, byte[] content)
    {
        lock (_state)
            _files[path] = new Content([.. content], content);
    }

    public override void Replace(string path, ReadOnlySpan<byte> content)
    {
        BeforeOperation?.Invoke("replace", path);
        lock (_state)
            _files[path] = new Content([.. content], content.ToArray());
    }

    public override void Delete(string path)
    {
        lock (_state)
            _files.Remove(path);
    }

    public override bool Exists(string path)
    {
        lock (_state)
            return _files.ContainsKey(path);
    }

    public override IReadOnlyList<string> Folders(string path)
    {
        lock (_state)
            return [.. _folders.Where(folder => Path.GetDirectoryName(folder) == path).Select(folder => Path.GetFileName(folder)!)];
    }

    public override IReadOnlyList<string> Files(string path, string ending)
    {
        lock (_state)
            return [.. _files.Keys.Where(file => Path.GetDirectoryName(file) == path && file.EndsWith(ending, StringComparison.Ordinal)).Select(file => Path.GetFileName(file)!)];
    }

    private sealed record Content(List<byte> Written, byte[]? Durable);

    private sealed class Held(MemoryLedgerFiles files, string path, int generation) : IDisposable
    {
        public void Dispose()
        {
            lock (files._state)
            {
                if (files._generation == generation)
                    files._locks.Remove(path);
            }
        }
    }

    private sealed class MemoryFile(MemoryLedgerFiles files, string path, int generation) : ILedgerFile
    {
        public byte[] ReadAll()
        {
            lock (files._state)
                return [.. Alive().Written];
        }

        public void Append(ReadOnlySpan<byte> content)
        {
            files.BeforeOperation?.Invoke("append", path);
            lock (files._state)
                Alive().Written.AddRange(content);
        }

        public void Truncate(long length)
        {
            lock (files._state)
                Alive().Written.RemoveRange((int)length, Alive().Written.Count - (int)length);
        }

        public void Flush()
        {
            files.BeforeOperation?.Invoke("flush", path);
            lock (files._state)
            {
                files._files[path] = Alive() with { Durable = [.. Alive().Written] };
                files.Flushes++;
            }
        }

        public void Dispose()
        {
        }

        private Content Alive() => files._generation == generation ? files._files[path] : throw new IOException("the process that opened this file is dead");
    }
}

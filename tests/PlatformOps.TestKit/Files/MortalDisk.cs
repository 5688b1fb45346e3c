using PlatformOps.Core.Files;

namespace PlatformOps.TestKit.Files;

/// <summary>One process's way to a <see cref="DurableDisk"/>, until it dies: from then on it changes nothing, and what it held is free.</summary>
internal sealed class MortalDisk(DurableDisk disk) : Disk
{
    private readonly List<TrackedFile> _open = [];

    /// <summary>Called before and after each change with it; may call <see cref="Die"/>.</summary>
    public Action<DiskCall, bool>? OnCall { get; set; }

    /// <summary>What a change fails with, if it does: half of what it writes is written then.</summary>
    public Func<DiskCall, IOException?>? Fault { get; set; }

    public bool IsDead { get; private set; }

    /// <summary>The process is killed.</summary>
    public void Die()
    {
        lock (disk.Gate)
        {
            IsDead = true;
            foreach (var file in _open.ToList())
                file.Dispose();
        }
    }

    public override FileStream Open(string path, FileStreamOptions options)
    {
        if (!disk.Holds(path))
            return Alive(() => base.Open(path, options));
        if (File.Exists(path))
            return Track();
        FileStream? opened = null;
        Do(new DiskCall("create", path), () => opened = Track());
        return opened!;

        TrackedFile Track()
        {
            lock (disk.Gate)
            {
                ThrowIfDead();
                var file = new TrackedFile(this, path, options);
                file.Node = disk.Opened(path);
                _open.Add(file);
                return file;
            }
        }
    }

    protected override void CreateFolder(string path) => Do(new DiskCall("create-folder", path), () =>
    {
        base.CreateFolder(path);
        disk.Created(path);
    });

    public override void Move(string from, string to, bool overwrite) => Do(new DiskCall("move", to), () =>
    {
        base.Move(from, to, overwrite);
        disk.Moved(from, to);
    });

    public override void Delete(string path) => Do(new DiskCall("delete", path), () =>
    {
        base.Delete(path);
        disk.Deleted(path);
    });

    public override void FlushFolder(string path) => Do(new DiskCall("flush-folder", path), () => disk.Flushed(path));

    private void Do(DiskCall call, Action change, Action? half = null)
    {
        if (Fault?.Invoke(call) is { } fault)
        {
            half?.Invoke();
            throw fault;
        }

        OnCall?.Invoke(call, false);
        Alive(() =>
        {
            change();
            return true;
        });
        OnCall?.Invoke(call, true);
        ThrowIfDead();
    }

    private T Alive<T>(Func<T> change)
    {
        lock (disk.Gate)
        {
            ThrowIfDead();
            return change();
        }
    }

    private void ThrowIfDead()
    {
        if (IsDead)
            throw new IOException("the process is dead");
    }

    private sealed class TrackedFile(MortalDisk process, string path, FileStreamOptions options) : FileStream(path, options)
    {
        public DiskNode Node { get; set; } = null!;

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            var content = buffer.ToArray();
            process.Do(new DiskCall("write", Name, content), () => Put(content), () => Put(content[..(content.Length / 2)]));
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        {
            Write(buffer.AsSpan(offset, count));
            return Task.CompletedTask;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Write(buffer.Span);
            return ValueTask.CompletedTask;
        }

        public override void SetLength(long value) => process.Do(new DiskCall("cut", Name), () =>
        {
            base.SetLength(value);
            Node.Content!.RemoveRange((int)value, Node.Content.Count - (int)value);
        });

        public override void Flush(bool flushToDisk)
        {
            if (flushToDisk)
                process.Do(new DiskCall("flush", Name), () => Node.Durable = [.. Node.Content!]);
        }

        private void Put(byte[] content)
        {
            var at = (int)Position;
            base.Write(content, 0, content.Length);
            var written = Node.Content!;
            for (var index = 0; index < content.Length; index++)
            {
                if (at + index < written.Count)
                    written[at + index] = content[index];
                else
                    written.Add(content[index]);
            }
        }

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            lock (process._open)
                process._open.Remove(this);
        }
    }
}

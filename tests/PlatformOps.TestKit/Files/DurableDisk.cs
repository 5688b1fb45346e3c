using PlatformOps.Core.Files;

namespace PlatformOps.TestKit.Files;

/// <summary>
/// What a machine's disk has for sure under a folder: <see cref="LosePower"/> leaves the content that was fsynced, under the names whose folders were, and nothing else.
/// Its processes work on real files through <see cref="MortalDisk"/>. Files that come in another way are not durable.
/// </summary>
internal sealed class DurableDisk(string root)
{
    private readonly Dictionary<string, DiskNode> _live = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DiskNode> _durable = new(StringComparer.Ordinal);

    /// <summary>What exists below is looked after; the folder itself is there for good.</summary>
    public string Root { get; } = Path.GetFullPath(root);

    public object Gate { get; } = new();

    public bool Holds(string path) => path.StartsWith(Root + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>A file that was put there long ago: it is durable.</summary>
    public void Keep(string path)
    {
        lock (Gate)
            _live[path] = _durable[path] = DiskNode.File(File.ReadAllBytes(path));
    }

    /// <summary>The power goes, with every process dead: real files are as the disk has them.</summary>
    public void LosePower()
    {
        lock (Gate)
        {
            Directory.Delete(Root, recursive: true);
            Directory.CreateDirectory(Root);
            _live.Clear();
            // A name is there only where all folders above are.
            foreach (var (path, node) in _durable.OrderBy(pair => pair.Key, StringComparer.Ordinal).ToList())
            {
                var folder = Path.GetDirectoryName(path)!;
                if (folder != Root && !_live.ContainsKey(folder))
                {
                    _durable.Remove(path);
                    continue;
                }

                var again = node.Content is null ? DiskNode.Folder() : DiskNode.File(node.Durable);
                (_live[path], _durable[path]) = (again, again);
                if (node.Content is null)
                    Disk.Real.EnsureFolder(path);
                else
                    Put(path, node.Durable);
            }
        }
    }

    public DiskNode Opened(string path)
    {
        lock (Gate)
            return _live.TryGetValue(path, out var node) ? node : _live[path] = DiskNode.File([]);
    }

    public void Created(string path)
    {
        lock (Gate)
            _live.TryAdd(path, DiskNode.Folder());
    }

    public void Moved(string from, string to)
    {
        lock (Gate)
        {
            if (_live.Remove(from, out var node))
                _live[to] = node;
        }
    }

    public void Deleted(string path)
    {
        lock (Gate)
            _live.Remove(path);
    }

    public void Flushed(string folder)
    {
        lock (Gate)
        {
            foreach (var path in _durable.Keys.Where(path => Path.GetDirectoryName(path) == folder && !_live.ContainsKey(path)).ToList())
                _durable.Remove(path);
            foreach (var (path, node) in _live.Where(pair => Path.GetDirectoryName(pair.Key) == folder))
                _durable[path] = node;
        }
    }

    private static void Put(string path, byte[] content)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = WholeFile.OwnerOnly;
        using var file = new FileStream(path, options);
        file.Write(content);
    }
}

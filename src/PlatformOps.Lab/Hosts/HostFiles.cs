namespace PlatformOps.Lab.Hosts;

/// <summary>A host's file system in memory: paths, owners, modes. The caller holds the world's lock.</summary>
internal sealed class HostFiles(Func<DateTimeOffset> now)
{
    private readonly SortedDictionary<string, HostFile> _files = new(StringComparer.Ordinal)
    {
        ["/"] = new() { IsDirectory = true, Mode = 0b111_101_101, Owner = "root", Group = "root", Changed = now() },
    };

    /// <summary>How often something was changed: a command with a side effect is one after which this is larger.</summary>
    public int Changes { get; private set; }

    public bool IsFull { get; set; }

    public static string Normalize(string path, string folder)
    {
        List<string> parts = [];
        foreach (var part in (path.StartsWith('/') ? path : $"{folder}/{path}").Split('/'))
        {
            if (part is "" or ".")
                continue;
            if (part != "..")
                parts.Add(part);
            else if (parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
        }

        return "/" + string.Join('/', parts);
    }

    public static string Parent(string path) => path.LastIndexOf('/') is > 0 and var at ? path[..at] : "/";

    public static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    public HostFile? Find(string path) => _files.GetValueOrDefault(path);

    public IEnumerable<string> Children(string path)
    {
        var prefix = path == "/" ? "/" : path + "/";
        return _files.Keys.Where(key => key.Length > prefix.Length && key.StartsWith(prefix, Ordinal) && !key.AsSpan(prefix.Length).Contains('/'));
    }

    /// <summary>Puts a file there with its folders, as an installer does.</summary>
    public void Install(string path, string content, int mode = 0b110_100_100, string owner = "root") =>
        Put(path, new HostFile { Content = Encoding.UTF8.GetBytes(content), Mode = mode, Owner = owner, Group = owner, Changed = now() });

    public void InstallLive(string path, Func<string> content, int mode = 0b100_100_100) =>
        Put(path, new HostFile { Live = content, Mode = mode, Owner = "root", Group = "root", Changed = now() });

    public void InstallFolder(string path, int mode = 0b111_101_101, string owner = "root") =>
        Put(path, new HostFile { IsDirectory = true, Mode = mode, Owner = owner, Group = owner, Changed = now() });

    public void Uninstall(string path)
    {
        foreach (var key in _files.Keys.Where(key => key == path || key.StartsWith(path + "/", Ordinal)).ToList())
            _files.Remove(key);
    }

    /// <summary>Takes what lies in a folder out of sight, as when a file system is unmounted; the folder stays.</summary>
    public List<KeyValuePair<string, HostFile>> Detach(string path)
    {
        var taken = _files.Where(pair => pair.Key.StartsWith(path + "/", Ordinal)).ToList();
        foreach (var (key, _) in taken)
            _files.Remove(key);
        return taken;
    }

    /// <summary>Puts it back.</summary>
    public void Attach(string path, IEnumerable<KeyValuePair<string, HostFile>> files)
    {
        if (Find(path) is null)
            InstallFolder(path);
        foreach (var (key, file) in files)
            _files[key] = file;
    }

    public HostFile Get(string path, HostAccount user)
    {
        CheckWay(path, user);
        return Find(path) ?? throw new HostFailure(HostFailure.NotFound);
    }

    public byte[] Read(string path, HostAccount user)
    {
        var file = Get(path, user);
        if (file.IsDirectory)
            throw new HostFailure(HostFailure.IsDirectory);
        return May(file, user, 4) ? file.Read() : throw new HostFailure(HostFailure.Denied);
    }

    public void Write(string path, byte[] content, HostAccount user, bool append, int newMode)
    {
        CheckWay(path, user);
        var file = Find(path);
        if (file is null)
        {
            CheckFolder(path, user);
            file = new HostFile { Mode = newMode, Owner = user.Name, Group = user.Name, Changed = now() };
            _files[path] = file;
        }
        else if (file.IsDirectory)
        {
            throw new HostFailure(HostFailure.IsDirectory);
        }
        else if (!May(file, user, 2) || file.Live is not null)
        {
            throw new HostFailure(HostFailure.Denied);
        }

        Changes++;
        if (IsFull && content.Length > 0)
            throw new HostFailure(HostFailure.NoSpace);
        file.Content = append ? [.. file.Content, .. content] : content;
        file.Changed = now();
    }

    public void MakeFolder(string path, HostAccount user, int mode)
    {
        CheckWay(path, user);
        if (Find(path) is not null)
            throw new HostFailure(HostFailure.Exists);
        CheckFolder(path, user);
        if (IsFull)
            throw new HostFailure(HostFailure.NoSpace);
        _files[path] = new HostFile { IsDirectory = true, Mode = mode, Owner = user.Name, Group = user.Name, Changed = now() };
        Changes++;
    }

    public void Remove(string path, HostAccount user, bool recursive)
    {
        var file = Get(path, user);
        CheckFolder(path, user);
        if (file.IsDirectory && !recursive)
            throw new HostFailure(HostFailure.IsDirectory);
        Uninstall(path);
        Changes++;
    }

    public void RemoveFolder(string path, HostAccount user)
    {
        if (!Get(path, user).IsDirectory)
            throw new HostFailure(HostFailure.NotDirectory);
        CheckFolder(path, user);
        if (Children(path).Any())
            throw new HostFailure(HostFailure.NotEmpty);
        _files.Remove(path);
        Changes++;
    }

    public void Move(string from, string to, HostAccount user)
    {
        Get(from, user);
        CheckWay(to, user);
        CheckFolder(from, user);
        CheckFolder(to, user);
        var moved = _files.Where(pair => pair.Key == from || pair.Key.StartsWith(from + "/", Ordinal)).ToList();
        Uninstall(from);
        Uninstall(to);
        foreach (var (key, file) in moved)
            _files[to + key[from.Length..]] = file;
        Changes++;
    }

    /// <summary>A second name for the same file.</summary>
    public void Link(string from, string to, HostAccount user)
    {
        var file = Get(from, user);
        if (file.IsDirectory)
            throw new HostFailure("hard link not allowed for directory");
        CheckWay(to, user);
        CheckFolder(to, user);
        if (Find(to) is not null)
            throw new HostFailure(HostFailure.Exists);
        _files[to] = file;
        Changes++;
    }

    public void SetMode(string path, int mode, HostAccount user)
    {
        var file = Get(path, user);
        if (!user.IsRoot && file.Owner != user.Name)
            throw new HostFailure(HostFailure.NotPermitted);
        if (file.Mode == mode)
            return;
        file.Mode = mode;
        Changes++;
    }

    public void SetOwner(string path, string? owner, string? group, HostAccount user)
    {
        var file = Get(path, user);
        if (!user.IsRoot && ((owner is not null && owner != file.Owner) || (group is not null && group != file.Group && group != user.Name)))
            throw new HostFailure(HostFailure.NotPermitted);
        if ((owner ?? file.Owner) == file.Owner && (group ?? file.Group) == file.Group)
            return;
        file.Owner = owner ?? file.Owner;
        file.Group = group ?? file.Group;
        Changes++;
    }

    public void Touch(string path, HostAccount user, int newMode)
    {
        if (Find(path) is not { } file)
        {
            Write(path, [], user, append: false, newMode);
            return;
        }

        CheckWay(path, user);
        if (!May(file, user, 2))
            throw new HostFailure(HostFailure.Denied);
        file.Changed = now();
        Changes++;
    }

    /// <summary>4 = read, 2 = write, 1 = execute or enter.</summary>
    public static bool May(HostFile file, HostAccount user, int what)
    {
        if (user.IsRoot)
            return what != 1 || file.IsDirectory || (file.Mode & 0b001_001_001) != 0;
        var shift = file.Owner == user.Name ? 6 : file.Group == user.Name ? 3 : 0;
        return ((file.Mode >> shift) & what) == what;
    }

    private void Put(string path, HostFile file)
    {
        for (var folder = Parent(path); Find(folder) is null; folder = Parent(folder))
            _files[folder] = new HostFile { IsDirectory = true, Mode = 0b111_101_101, Owner = "root", Group = "root", Changed = now() };
        _files[path] = file;
    }

    private void CheckWay(string path, HostAccount user)
    {
        for (var folder = Parent(path); folder != "/"; folder = Parent(folder))
        {
            if (Find(folder) is not { } found)
                throw new HostFailure(HostFailure.NotFound);
            if (!found.IsDirectory)
                throw new HostFailure(HostFailure.NotDirectory);
            if (!May(found, user, 1))
                throw new HostFailure(HostFailure.Denied);
        }
    }

    private void CheckFolder(string path, HostAccount user)
    {
        if (Find(Parent(path)) is not { } folder)
            throw new HostFailure(HostFailure.NotFound);
        if (!May(folder, user, 2))
            throw new HostFailure(HostFailure.Denied);
    }
}

namespace PlatformOps.Lab.Hosts.Shell;

/// <summary>A shell's surroundings: who, where, with which variables and streams.</summary>
internal sealed record ShellState
{
    public ShellState(LabHost host, HostAccount user, IReadOnlyDictionary<string, string> environment)
    {
        Host = host;
        User = user;
        Folder = user.Home;
        Variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HOME"] = user.Home, ["USER"] = user.Name, ["LOGNAME"] = user.Name, ["SHELL"] = "/bin/bash", ["PATH"] = "/usr/local/bin:/usr/bin:/usr/local/sbin:/usr/sbin", ["LANG"] = "C.UTF-8",
        };
        foreach (var (name, value) in environment)
            Variables[name] = value;
        Exported = [.. Variables.Keys];
    }

    public LabHost Host { get; init; }

    public HostAccount User { get; init; }

    public string Folder { get; set; }

    public Dictionary<string, string> Variables { get; init; }

    public HashSet<string> Exported { get; init; }

    public IReadOnlyList<string> Arguments { get; set; } = [];

    /// <summary>$0.</summary>
    public string Name { get; set; } = "bash";

    /// <summary>$$, which a subshell shares with its shell.</summary>
    public required int Id { get; init; }

    /// <summary>The process group that what it starts belongs to.</summary>
    public required int Group { get; init; }

    /// <summary>The id of the next shell that starts, where it is to lead a group of its own: behind setsid, and in a unit.</summary>
    public int? Leader { get; init; }

    public int Umask { get; set; } = 0b000_010_010;

    public int NewFileMode => 0b110_110_110 & ~Umask;

    public int NewFolderMode => 0b111_111_111 & ~Umask;

    public byte[] Stdin { get; set; } = [];

    public required Action<byte[]> Stdout { get; init; }

    public required Action<byte[]> Stderr { get; init; }

    public bool DiskIsFull { get; init; }

    public CancellationToken Cancellation { get; init; }

    public ShellShared Shared { get; init; } = new();

    public int LastStatus { get; set; }

    /// <summary>set -e.</summary>
    public bool StopsOnError { get; set; }

    /// <summary>set -u.</summary>
    public bool RefusesUnset { get; set; }

    /// <summary>A copy whose variables are its own.</summary>
    public ShellState Subshell() => this with { Variables = new(Variables, StringComparer.Ordinal), Exported = [.. Exported] };

    /// <summary>Runs under the world's lock and notes whether it changed something on the host.</summary>
    public T Locked<T>(Func<T> action)
    {
        lock (Host.Lab.World.Gate)
        {
            var before = Host.TotalChanges;
            var wasFull = Host.Files.IsFull;
            Host.Files.IsFull |= DiskIsFull;
            try
            {
                return action();
            }
            finally
            {
                Host.Files.IsFull = wasFull;
                Shared.HasEffects |= Host.TotalChanges != before;
            }
        }
    }
}

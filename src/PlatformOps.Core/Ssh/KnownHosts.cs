using System.Globalization;
using System.Text;
using PlatformOps.Core.Files;
using PlatformOps.Errors;

namespace PlatformOps.Core.Ssh;

/// <summary>The known_hosts files and the policy: the one judgement on host keys of every transport that does not leave it to <c>ssh</c>.</summary>
internal sealed class KnownHosts
{
    private const int MaxBytes = 64 * 1024 * 1024;

    // The writers of one process; another's appends are not lost, because a line is appended in one write under the file's lock.
    private static readonly SemaphoreSlim Writing = new(1, 1);

    private readonly IReadOnlyList<string> _systemPaths;
    private readonly Disk _disk;

    /// <param name="path">The file of ours, which new keys go to.</param>
    /// <param name="policy">Which keys are trusted.</param>
    /// <param name="systemPaths">Files that are read too, unless the policy is Pinned.</param>
    /// <param name="disk">What ours is on; the real one where null.</param>
    public KnownHosts(string path, HostKeyPolicy policy, IReadOnlyList<string>? systemPaths = null, Disk? disk = null)
    {
        _disk = disk ?? Disk.Real;
        FilePath = Path.GetFullPath(path);
        Policy = policy;
        _systemPaths = policy == HostKeyPolicy.Pinned ? [] : systemPaths ?? DefaultSystemPaths;
    }

    public static IReadOnlyList<string> DefaultSystemPaths { get; } = OperatingSystem.IsWindows()
        ? [Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "ssh", "ssh_known_hosts")]
        : ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"];

    public string FilePath { get; }

    public HostKeyPolicy Policy { get; }

    /// <summary>The files that are read, ours first.</summary>
    public IReadOnlyList<string> Paths => [FilePath, .. _systemPaths];

    /// <summary>How the files write a host: <c>name</c>, or <c>[name]:port</c> where the port is not 22.</summary>
    public static string Address(string host, int port)
        => port == 22 ? host.ToLowerInvariant() : $"[{host.ToLowerInvariant()}]:{port}";

    /// <summary>The lines about a host, in the order of the files. One without its port counts where none has it, as OpenSSH does.</summary>
    public async Task<IReadOnlyList<KnownHostEntry>> FindAsync(string host, int port, CancellationToken cancellationToken)
    {
        var all = new List<KnownHostEntry>();
        foreach (var path in Paths)
            all.AddRange(await ReadAsync(path, cancellationToken));
        var found = all.FindAll(e => e.Matches(Address(host, port)));
        if (port != 22)
        {
            var portless = all.FindAll(e => e.Matches(Address(host, 22)));
            found.AddRange(found.Exists(e => e.Marker == KnownHostMarker.None) ? portless.Where(e => e.Marker == KnownHostMarker.Revoked) : portless);
        }

        return found;
    }

    public async Task<HostKeyState> StateAsync(string host, int port, HostKey key, CancellationToken cancellationToken)
        => State(await FindAsync(host, port, cancellationToken), key);

    /// <summary>Returns where the key is trusted; with AcceptNew, after a host seen for the first time was written down.</summary>
    /// <exception cref="HostKeyException">It is not; the message shows the fingerprints and what to do.</exception>
    public async Task RequireAsync(string host, int port, HostKey key, CancellationToken cancellationToken)
    {
        var entries = await FindAsync(host, port, cancellationToken);
        var state = State(entries, key);
        if (state == HostKeyState.Known)
            return;
        if (state != HostKeyState.Unknown || Policy != HostKeyPolicy.AcceptNew)
            throw Rejection(host, port, state, key.Fingerprint, key.Type, entries);
        await AddAsync(host, port, key, cancellationToken);
    }

    /// <summary>Adds a host's key.</summary>
    public Task AddAsync(string host, int port, HostKey key, CancellationToken cancellationToken)
        => AppendAsync($"{Address(host, port)} {key}", cancellationToken);

    /// <summary>Marks a key of a host as not to be trusted any more; the mark outweighs every other line.</summary>
    public Task RevokeAsync(string host, int port, HostKey key, CancellationToken cancellationToken)
        => AppendAsync($"@revoked {Address(host, port)} {key}", cancellationToken);

    /// <summary>The error for a key that is not trusted.</summary>
    /// <param name="host">The host as it was addressed.</param>
    /// <param name="port">Its port.</param>
    /// <param name="state">Why.</param>
    /// <param name="fingerprint">The fingerprint that the host showed; null where that is not known.</param>
    /// <param name="type">The type of that key.</param>
    /// <param name="entries">What the files say of the host.</param>
    public HostKeyException Rejection(string host, int port, HostKeyState state, string? fingerprint, string? type, IReadOnlyList<KnownHostEntry> entries)
    {
        var address = port == 22 ? host : $"{host} port {port}";
        var shown = fingerprint is null ? "a key" : $"the {type ?? "host"} key {fingerprint}";
        var known = entries.Where(e => e.Marker == KnownHostMarker.None).ToList();
        var message = new StringBuilder();
        switch (state)
        {
            case HostKeyState.Revoked:
                message.Append($"{address} shows {shown}, which is marked as revoked");
                if (entries.FirstOrDefault(e => e.Marker == KnownHostMarker.Revoked && e.Key.Fingerprint == fingerprint) is { } revoked)
                    message.Append($" in {revoked.File} line {revoked.Line}");
                message.Append(". Nothing was sent. Somebody else may answer for the host, or it still has the key it had before its reinstall.");
                break;
            case HostKeyState.Changed:
                message.Append($"{address} shows {shown}, but it is known by ");
                message.AppendJoin(" and ", known.Select(e => $"{e.Key.Type} {e.Key.Fingerprint} ({e.File} line {e.Line})"));
                message.Append($". Nothing was sent. If the host was reinstalled, compare {fingerprint ?? "its fingerprint"} with a trusted source (its console, the BMC), then replace the line; otherwise somebody else may answer for it. {ByHand(host, port, type, known.Select(e => e.File).Distinct())}");
                break;
            default:
                message.Append($"{address} shows {shown}, and nothing is known of it in {string.Join(", ", Paths.Where(File.Exists).DefaultIfEmpty(FilePath))}. Nothing was sent. Compare it with a trusted source and add the key to {FilePath}");
                message.Append(Policy == HostKeyPolicy.Strict ? ", or set ssh.host-key-policy to accept-new for hosts seen for the first time." : ".");
                if (entries.Any(e => e.Marker == KnownHostMarker.CertAuthority))
                    message.Append(" (The files name a certificate authority for it, but the host shows a plain key.)");
                break;
        }

        return new HostKeyException(message.ToString()) { TargetName = host };
    }

    // What a person types who has compared the fingerprint: the old key out of the files that have it, the one that is shown now into ours, and a look at it.
    private string ByHand(string host, int port, string? type, IEnumerable<string> files)
    {
        var name = ShellQuoting.Word(port == 22 ? host : $"[{host}]:{port}");
        var file = ShellQuoting.Word(FilePath);
        var kind = type switch { null => "", _ when type.Contains("ed25519", StringComparison.Ordinal) => "-t ed25519 ", _ when type.Contains("ecdsa", StringComparison.Ordinal) => "-t ecdsa ", _ => "-t rsa " };
        var commands = files.Select(known => $"ssh-keygen -R {name} -f {ShellQuoting.Word(known)}")
            .Append(string.Create(CultureInfo.InvariantCulture, $"ssh-keyscan {(port == 22 ? "" : $"-p {port} ")}{kind}{ShellQuoting.Word(host)} >> {file}"))
            .Append($"ssh-keygen -l -F {name} -f {file}");
        return $"To replace it by hand: {string.Join("; ", commands)}, which must show the fingerprint that you compared.";
    }

    private static HostKeyState State(IReadOnlyList<KnownHostEntry> entries, HostKey key)
    {
        if (entries.Any(e => e.Marker == KnownHostMarker.Revoked && e.Key.Equals(key)))
            return HostKeyState.Revoked;
        var known = entries.Where(e => e.Marker == KnownHostMarker.None).ToList();
        if (known.Exists(e => e.Key.Equals(key)))
            return HostKeyState.Known;
        // A known host that shows a key of another type is not new: who answers for it could have chosen the type.
        return known.Exists(e => !entries.Any(r => r.Marker == KnownHostMarker.Revoked && r.Key.Equals(e.Key))) ? HostKeyState.Changed : HostKeyState.Unknown;
    }

    private static async Task<List<KnownHostEntry>> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var entries = new List<KnownHostEntry>();
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MaxBytes })
                throw new HostKeyException($"{path} is larger than {MaxBytes / (1024 * 1024)} MiB and was not read.");
            var number = 0;
            await foreach (var line in File.ReadLinesAsync(path, cancellationToken))
            {
                if (KnownHostEntry.TryParse(line, path, ++number) is { } entry)
                    entries.Add(entry);
            }
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            // No file says nothing of any host.
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new HostKeyException($"{path} could not be read: {error.Message} Without it no host key can be trusted.", error);
        }

        return entries;
    }

    private async Task AppendAsync(string line, CancellationToken cancellationToken)
    {
        await Writing.WaitAsync(cancellationToken);
        try
        {
            CreateFolder();
            var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.Read, BufferSize = 0 };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            await using var file = _disk.Open(FilePath, options);
            var prefix = "";
            if (file.Length > 0)
            {
                // A last line without its end would swallow ours.
                file.Seek(-1, SeekOrigin.End);
                prefix = file.ReadByte() == '\n' ? "" : "\n";
            }

            file.Seek(0, SeekOrigin.End);
            await file.WriteAsync(Encoding.ASCII.GetBytes($"{prefix}{line}\n"), cancellationToken);
            file.Flush(flushToDisk: true);
            // A key that a run accepted is built upon: the file is to be found, too.
            _disk.FlushFolder(Path.GetDirectoryName(FilePath)!);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new HostKeyException($"The host key could not be written to {FilePath}: {error.Message}", error);
        }
        finally
        {
            Writing.Release();
        }
    }

    /// <summary>Makes the folder of the file, private, where it is absent.</summary>
    internal void CreateFolder() => _disk.EnsureFolder(Path.GetDirectoryName(FilePath)!);
}

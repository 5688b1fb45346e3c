namespace PlatformOps.Core.Ssh.OpenSsh;

/// <summary>A folder of ours that nobody else can look into, with a path short enough for sockets in it; it goes with its owner.</summary>
/// <param name="make">Makes it and answers its path; by default among the temporary files.</param>
internal sealed class PrivateFolder(Func<string>? make = null) : IDisposable
{
    /// <summary>The longest path of a socket on any Unix is 103 bytes (macOS), and ssh first binds it with 17 more.</summary>
    private const int MaxPathBytes = 103 - 17 - 10;

    private readonly Func<string> _make = make ?? Make;
    private readonly object _making = new();
    private string? _path;

    /// <summary>Made when it is first asked for: whoever never uses it leaves nothing behind. Where that fails, the next one who asks tries again.</summary>
    public string FullPath
    {
        get
        {
            lock (_making)
                return _path ??= _make();
        }
    }

    public string File(string name) => Path.Combine(FullPath, name);

    public void Dispose()
    {
        if (_path is not { } path)
            return;
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A log still open on Windows; nothing in it is secret.
        }
    }

    private static string Make()
    {
        var path = Directory.CreateTempSubdirectory("ops-").FullName;
        if (OperatingSystem.IsWindows() || System.Text.Encoding.UTF8.GetByteCount(path) <= MaxPathBytes)
            return path;
        Directory.Delete(path);
        // A name that nobody can guess.
        return Directory.CreateDirectory("/tmp/ops-" + Path.GetRandomFileName(), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
    }
}

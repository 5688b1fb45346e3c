namespace PlatformOps.Core.Ssh.OpenSsh;

/// <summary>A folder of ours that nobody else can look into, with a path short enough for sockets in it; it goes with its owner.</summary>
internal sealed class PrivateFolder : IDisposable
{
    /// <summary>The longest path of a socket on any Unix is 103 bytes (macOS), and ssh first binds it with 17 more.</summary>
    private const int MaxPathBytes = 103 - 17 - 10;

    private readonly Lazy<string> _path = new(Make);

    /// <summary>Made when it is first asked for: whoever never uses it leaves nothing behind.</summary>
    public string FullPath => _path.Value;

    public string File(string name) => Path.Combine(FullPath, name);

    public void Dispose()
    {
        if (!_path.IsValueCreated)
            return;
        try
        {
            Directory.Delete(FullPath, recursive: true);
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

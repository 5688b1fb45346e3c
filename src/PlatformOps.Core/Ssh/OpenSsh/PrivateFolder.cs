namespace PlatformOps.Core.Ssh.OpenSsh;

/// <summary>A folder of ours that nobody else can look into, with a path short enough for sockets in it; it goes with its owner.</summary>
internal sealed class PrivateFolder : IDisposable
{
    /// <summary>The longest path of a socket on any Unix is 103 bytes (macOS), and ssh first binds it with 17 more.</summary>
    private const int MaxPathBytes = 103 - 17 - 10;

    public PrivateFolder()
    {
        FullPath = Directory.CreateTempSubdirectory("ops-").FullName;
        if (OperatingSystem.IsWindows() || System.Text.Encoding.UTF8.GetByteCount(FullPath) <= MaxPathBytes)
            return;
        Directory.Delete(FullPath);
        // A name that nobody can guess.
        FullPath = Directory.CreateDirectory("/tmp/ops-" + Path.GetRandomFileName(), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
    }

    public string FullPath { get; }

    public string File(string name) => Path.Combine(FullPath, name);

    public void Dispose()
    {
        try
        {
            Directory.Delete(FullPath, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A log still open on Windows; nothing in it is secret.
        }
    }
}

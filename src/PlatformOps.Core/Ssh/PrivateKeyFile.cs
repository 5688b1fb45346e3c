using System.Buffers.Binary;
using System.Text;
using PlatformOps.Errors;

namespace PlatformOps.Core.Ssh;

/// <summary>Looks at a private key file before anything uses it. Never keeps what is in it.</summary>
internal static class PrivateKeyFile
{
    private const int MaxBytes = 1024 * 1024;

    /// <summary>Whether the key needs a passphrase.</summary>
    /// <exception cref="ConfigurationException">Absent, unreadable, readable by others, or no private key; the message says what to do.</exception>
    public static async Task<bool> IsEncryptedAsync(string path, CancellationToken cancellationToken)
    {
        string text;
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists)
                throw new ConfigurationException($"the SSH key {path} (ssh.key-path) does not exist. Correct the path, or make a key with: ssh-keygen -t ed25519 -f {path}");
            RequirePrivate(path);
            if (file.Length > MaxBytes)
                throw new ConfigurationException($"{path} (ssh.key-path) is no private key: it is {file.Length} bytes long.");
            text = await File.ReadAllTextAsync(path, cancellationToken);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"the SSH key {path} (ssh.key-path) could not be read: {error.Message}", innerException: error);
        }

        return IsEncrypted(text)
            ?? throw new ConfigurationException($"{path} (ssh.key-path) is no private key in OpenSSH or PEM form{(text.StartsWith("ssh-", StringComparison.Ordinal) ? ": it is a public key" : "")}.");
    }

    private static void RequirePrivate(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        var mode = File.GetUnixFileMode(path);
        if ((mode & Others) != 0)
            throw new ConfigurationException($"the SSH key {path} (ssh.key-path) can be read or written by others and is not used. Run: chmod 600 {ShellQuoting.Word(path)}");
    }

    private static bool? IsEncrypted(string text)
    {
        const string Begin = "-----BEGIN OPENSSH PRIVATE KEY-----";
        const string End = "-----END OPENSSH PRIVATE KEY-----";
        var begin = text.IndexOf(Begin, StringComparison.Ordinal);
        if (begin >= 0)
        {
            // PROTOCOL.key: "openssh-key-v1\0", then the cipher's name as a string.
            var end = text.IndexOf(End, begin, StringComparison.Ordinal);
            if (end < 0)
                return null;
            byte[] bytes;
            try
            {
                bytes = Convert.FromBase64String(text[(begin + Begin.Length)..end]);
            }
            catch (FormatException)
            {
                return null;
            }

            var magic = "openssh-key-v1\0"u8;
            if (!bytes.AsSpan().StartsWith(magic) || bytes.Length < magic.Length + 4)
                return null;
            var length = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(magic.Length));
            return length > 64 || bytes.Length < magic.Length + 4 + length
                ? null
                : Encoding.ASCII.GetString(bytes, magic.Length + 4, (int)length) != "none";
        }

        if (!text.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
            return null;
        return text.Contains("BEGIN ENCRYPTED PRIVATE KEY", StringComparison.Ordinal)
            || text.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal);
    }
}

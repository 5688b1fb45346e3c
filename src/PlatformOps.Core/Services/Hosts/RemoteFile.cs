using System.Security.Cryptography;
using System.Text;
using PlatformOps.Core.Ssh;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.Hosts;

/// <summary>Files of a host, replaced as a whole: a reader sees the old one or the new one, and never a half.</summary>
internal static class RemoteFile
{
    /// <summary>root's to write and everybody's to read.</summary>
    public static readonly FileOwnership ForAll = new("root", "root", "0644");

    private static readonly Dictionary<string, string> PlainWords = new() { ["LC_ALL"] = "C" };

    /// <summary>Puts a text in a file's place, with the label that SELinux wants there.</summary>
    /// <exception cref="RemoteHostException">It failed; the old file is as it was.</exception>
    /// <exception cref="OutcomeUnknownException">The connection dropped meanwhile: one of the two is there, whole.</exception>
    public static Task ReplaceAsync(RemoteHost host, string path, string content, FileOwnership ownership, CancellationToken cancellationToken)
        => ReplaceAsync(host, path, Encoding.UTF8.GetBytes(content), ownership, cancellationToken);

    /// <inheritdoc cref="ReplaceAsync(RemoteHost, string, string, FileOwnership, CancellationToken)"/>
    public static async Task ReplaceAsync(RemoteHost host, string path, ReadOnlyMemory<byte> content, FileOwnership ownership, CancellationToken cancellationToken)
    {
        await host.PutAsync(path, content, (UnixFileMode)Convert.ToInt32(ownership.Mode, 8), $"{ownership.Owner}:{ownership.Group}", cancellationToken);
        // Hosts without SELinux have no restorecon.
        await host.RunAsync(new SshCommand(["restorecon", "--", path]), cancellationToken);
    }

    /// <summary>A file as it is; null where there is none.</summary>
    /// <exception cref="RefusedException">It is no plain file: a link, a folder, a device.</exception>
    /// <exception cref="RemoteHostException">It could not be looked at.</exception>
    public static async Task<(FileOwnership Ownership, string Digest)?> LookAsync(RemoteHost host, string path, CancellationToken cancellationToken)
    {
        string[] stat = ["stat", "-c", "%a %U %G %F", "--", path];
        var seen = await host.LookAsync(new SshCommand(stat) { Environment = PlainWords }, cancellationToken);
        if (seen.ExitStatus == 1 && RemoteHost.SaysAbsent(seen))
            return null;
        if (seen.ExitStatus != 0)
            throw host.Failure(stat, seen);
        if (Line(seen).Split(' ', 4) is not [var mode, var owner, var group, var kind])
            throw new RemoteHostException(host.Name, $"stat on {host.Name} told nothing readable of {path}.");
        if (kind is not ("regular file" or "regular empty file"))
            throw new RefusedException($"{path} on {host.Name} is a {kind}, not a plain file.") { TargetName = host.Name };
        return (new FileOwnership(owner, group, mode.PadLeft(4, '0')), await DigestAsync(host, path, cancellationToken));
    }

    /// <summary>The digest that a text has as a file.</summary>
    public static string DigestOf(string content) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(content))).ToLowerInvariant();

    private static async Task<string> DigestAsync(RemoteHost host, string path, CancellationToken cancellationToken)
    {
        // A name with odd characters makes it put a backslash before the digest.
        var digest = Line(await host.ReadAsync(["sha256sum", "--", path], cancellationToken)).TrimStart('\\').Split(' ')[0];
        return digest.Length == 64 ? digest : throw new RemoteHostException(host.Name, $"sha256sum on {host.Name} told no digest of {path}.");
    }

    private static string Line(SshResult result) => OutputText.Line(Encoding.UTF8.GetString(result.OutputBytes.Span));
}

using System.Text.RegularExpressions;
using PlatformOps.Errors;

namespace PlatformOps.Core.Ssh.OpenSsh;

/// <summary>Reads from <c>ssh</c>'s own log why there was no login. The log is a file of ours (<c>-E</c>): nothing that a command prints can get into it.</summary>
internal static partial class LoginFailure
{
    public static async Task<OpsException> ReadAsync(SshTransportOptions options, SshHost host, string log, bool timedOut, bool keyNeedsPassphrase, CancellationToken cancellationToken)
    {
        var port = options.PortOf(host);
        var address = options.Describe(host);
        var said = Said(log);
        if (log.Contains("Host key verification failed.", StringComparison.Ordinal) || log.Contains("HOST IDENTIFICATION HAS CHANGED", StringComparison.Ordinal))
        {
            var shown = ServerHostKey().Match(log);
            var entries = await options.KnownHosts.FindAsync(host.Name, port, cancellationToken);
            var state = log.Contains("REVOKED HOST KEY DETECTED", StringComparison.Ordinal) || log.Contains("is marked as revoked", StringComparison.Ordinal) ? HostKeyState.Revoked
                : entries.Any(e => e.Marker == KnownHostMarker.None) ? HostKeyState.Changed
                : HostKeyState.Unknown;
            return options.KnownHosts.Rejection(host.Name, port, state, shown.Success ? shown.Groups["print"].Value : null, shown.Success ? shown.Groups["type"].Value : null, entries);
        }

        if (log.Contains(": Permission denied (", StringComparison.Ordinal) || log.Contains("Too many authentication failures", StringComparison.Ordinal) || log.Contains("No more authentication methods to try", StringComparison.Ordinal))
        {
            var hint = keyNeedsPassphrase ? $" The key is encrypted and no passphrase is configured (ssh.passphrase), so only an agent could have used it." : "";
            return new RemoteHostException(host.Name, $"{address} refused the login with {(options.KeyPath is null ? "the keys at hand" : $"the key {options.KeyPath}")}: {said}.{hint}") { LoginRefused = true };
        }

        return new RemoteHostException(host.Name, timedOut || said.Length == 0
            ? $"{address} was not reached within {options.ConnectTimeout.TotalSeconds:0.#} s{(said.Length == 0 ? "" : $": {said}")}."
            : $"{address} was not reached: {said}.");
    }

    /// <summary>What ssh said to people: its last lines that are not for debugging.</summary>
    private static string Said(string log)
        => OutputText.Line(string.Join("; ", log.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(l => !Noise().IsMatch(l)).TakeLast(4)).TrimEnd('.'), 500);

    [GeneratedRegex(@"^debug\d: Server host key: (?<type>\S+) (?<print>SHA256:\S+)", RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    private static partial Regex ServerHostKey();

    [GeneratedRegex(@"^(debug\d: |OpenSSH_|Warning: Permanently added |Pseudo-terminal |Authenticated to |\*\* )", RegexOptions.CultureInvariant)]
    private static partial Regex Noise();
}

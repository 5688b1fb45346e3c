using System.Security.Cryptography;
using System.Text;

namespace PlatformOps.Core.Ssh;

/// <summary>One line of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT).</summary>
internal sealed record KnownHostEntry(KnownHostMarker Marker, string Hosts, HostKey Key, string File, int Line)
{
    /// <summary>The line's meaning, or null for a blank line, a comment and what OpenSSH would skip too.</summary>
    public static KnownHostEntry? TryParse(string text, string file, int line)
    {
        var words = text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (words.Length < 3 || words[0][0] == '#')
            return null;
        KnownHostMarker? marker = words[0] switch
        {
            "@revoked" => KnownHostMarker.Revoked,
            "@cert-authority" => KnownHostMarker.CertAuthority,
            ['@', ..] => null,
            _ => KnownHostMarker.None,
        };
        if (marker is null)
            return null;
        var first = marker == KnownHostMarker.None ? 0 : 1;
        return words.Length >= first + 3 && HostKey.TryParse(words[first + 1], words[first + 2]) is { } key
            ? new KnownHostEntry(marker.Value, words[first], key, file, line)
            : null;
    }

    /// <summary>Whether the line is about this host.</summary>
    /// <param name="address">The host as <see cref="KnownHosts.Address"/> writes it.</param>
    public bool Matches(string address)
    {
        if (Hosts.StartsWith('|'))
            return MatchesHash(address);
        var found = false;
        foreach (var pattern in Hosts.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var isNegated = pattern[0] == '!';
            if (!IsMatch(isNegated ? pattern.AsSpan(1) : pattern, address))
                continue;
            // A negated match decides, wherever it stands.
            if (isNegated)
                return false;
            found = true;
        }

        return found;
    }

    /// <summary><c>|1|salt|hash</c>: HMAC-SHA1 of the name under the salt.</summary>
    private bool MatchesHash(string address)
    {
        if (Hosts.Split('|') is not ["", "1", var salt, var hash])
            return false;
        try
        {
#pragma warning disable CA5350 // The file format's own hash: it hides names, it secures nothing.
            var expected = HMACSHA1.HashData(Convert.FromBase64String(salt), Encoding.ASCII.GetBytes(address));
#pragma warning restore CA5350
            return expected.AsSpan().SequenceEqual(Convert.FromBase64String(hash));
        }
        catch (FormatException)
        {
            return false;
        }
    }

    /// <summary>OpenSSH's patterns: <c>*</c> any characters, <c>?</c> one; letters without case.</summary>
    private static bool IsMatch(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        int p = 0, t = 0, star = -1, retry = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && (pattern[p] == '?' || char.ToLowerInvariant(pattern[p]) == char.ToLowerInvariant(text[t])) && pattern[p] != '*')
            {
                p++;
                t++;
            }
            else if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                retry = t;
            }
            else if (star >= 0)
            {
                p = star + 1;
                t = ++retry;
            }
            else
            {
                return false;
            }
        }

        while (p < pattern.Length && pattern[p] == '*')
            p++;
        return p == pattern.Length;
    }
}

using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace PlatformOps.Core.Ssh;

/// <summary>The name of a detached run: a folder and, where systemd runs it, a unit on the host. Made of what a resumed run knows too, so that it finds what it left.</summary>
internal readonly partial record struct DetachedKey
{
    private const int Longest = 180;

    private DetachedKey(string text) => Text = text;

    public string Text { get; }

    /// <summary><c>ops-&lt;run&gt;-&lt;target&gt;-&lt;step&gt;-&lt;digest&gt;</c>; the digest keeps apart what looks alike without it.</summary>
    public static DetachedKey Of(string runId, string target, string step)
    {
        var words = Unusual().Replace($"ops-{runId}-{target}-{step}", "_");
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{runId}\n{target}\n{step}"));
        return new($"{(words.Length <= Longest ? words : words[..Longest])}-{Convert.ToHexString(digest, 0, 6).ToLowerInvariant()}");
    }

    public override string ToString() => Text;

    [GeneratedRegex("[^A-Za-z0-9._-]", RegexOptions.CultureInvariant)]
    private static partial Regex Unusual();
}

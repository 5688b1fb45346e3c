using System.Text.Json;

namespace PlatformOps.Core.Yaml;

/// <summary>How keys are compared: <c>api_token</c>, <c>api-token</c> and <c>Api-Token</c> are one key.</summary>
internal static class YamlKey
{
    /// <summary>The one spelling of a key.</summary>
    public static string Normal(string key) => key.Replace('_', '-').ToLowerInvariant();

    public static bool Equal(string a, string b)
    {
        if (a.Length != b.Length)
            return false;
        for (var i = 0; i < a.Length; i++)
        {
            if (Fold(a[i]) != Fold(b[i]))
                return false;
        }

        return true;
    }

    /// <summary>The key of a property or an enum's value: <c>PageSize</c> is <c>page-size</c>.</summary>
    public static string Of(string memberName) => JsonNamingPolicy.KebabCaseLower.ConvertName(memberName);

    /// <summary>The known key that was probably meant, or null.</summary>
    public static string? Nearest(string key, IEnumerable<string> known)
    {
        // A key of a kilobyte is no slip of the finger.
        if (key.Length > 64)
            return null;
        var normal = Normal(key);
        string? best = null;
        var bestDistance = Math.Max(1, normal.Length / 3) + 1;
        foreach (var candidate in known)
        {
            var distance = Distance(normal, Normal(candidate));
            // Parts count too: 'token' for 'api-token'.
            if (distance >= bestDistance && normal.Length >= 3 && Normal(candidate).Split('-').Contains(normal))
                distance = bestDistance - 1;
            if (distance < bestDistance)
            {
                best = candidate;
                bestDistance = distance;
            }
        }

        return best;
    }

    private static char Fold(char c) => c == '_' ? '-' : char.ToLowerInvariant(c);

    /// <summary>Insertions, deletions, replacements and swaps of neighbours that make one of the other.</summary>
    private static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            rows[i, 0] = i;
        for (var j = 0; j <= b.Length; j++)
            rows[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                rows[i, j] = Math.Min(Math.Min(rows[i - 1, j] + 1, rows[i, j - 1] + 1), rows[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        }

        return rows[a.Length, b.Length];
    }
}

using System.IO.Enumeration;

namespace PlatformOps.Core.Configuration;

/// <summary>Patterns for names of machines: <c>*</c> is any text, <c>?</c> any character; case does not matter.</summary>
internal static class NamePattern
{
    public static bool Matches(string pattern, string name)
        => FileSystemName.MatchesSimpleExpression(pattern.Replace("\\", "\\\\", StringComparison.Ordinal), name, ignoreCase: true);
}

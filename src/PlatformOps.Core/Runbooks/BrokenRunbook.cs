using System.Text.RegularExpressions;
using PlatformOps.Errors;

namespace PlatformOps.Core.Runbooks;

/// <summary>A file of the site that is wrong.</summary>
/// <param name="Text">What is in it; null where nobody can read that.</param>
/// <param name="Error">What is wrong, with its place.</param>
internal sealed partial record BrokenRunbook(string? Text, RunbookException Error)
{
    /// <summary>Whether it may be the runbook of that name: it says so, or nobody can read what it says. Whoever runs the one that it would replace must know.</summary>
    public bool MayBe(string name) => Text is null || Names().Matches(Text).Any(match => match.Groups[1].Value == name);

    [GeneratedRegex("""\brunbook["']?\s*:\s*["']?([^"'\s#,}]+)""", RegexOptions.CultureInvariant)]
    private static partial Regex Names();
}

using System.Management.Automation;

namespace PlatformOps.PowerShell.Completion;

/// <summary>Makes completion results of names: the ones that begin with what was typed, quoted where they must be.</summary>
internal static class Completions
{
    /// <summary>The names that match what was typed, which may be quoted already.</summary>
    public static IEnumerable<CompletionResult> Of(IEnumerable<CompletionName> names, string? typed)
    {
        var word = (typed ?? "").Trim();
        var quote = word.Length > 0 && word[0] is '\'' or '"' ? word[0] : '\0';
        word = word.Trim('\'', '"');
        return from name in names
               where name.Text.StartsWith(word, StringComparison.OrdinalIgnoreCase)
               select new CompletionResult(Quote(name.Text, quote), name.Text, CompletionResultType.ParameterValue, string.IsNullOrEmpty(name.ToolTip) ? name.Text : name.ToolTip);
    }

    private static string Quote(string text, char quote)
    {
        if (quote == '"')
            return '"' + text.Replace("`", "``", StringComparison.Ordinal).Replace("$", "`$", StringComparison.Ordinal).Replace("\"", "`\"", StringComparison.Ordinal) + '"';
        return quote == '\'' || text.Length == 0 || text.Any(c => !(char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':' or '/' or '\\')) || text[0] == '-'
            ? "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'"
            : text;
    }
}

using System.Text.RegularExpressions;

namespace PlatformOps.Lab.World;

/// <summary>One condition on a label. A regular expression has to match the whole value; a label that is absent has the empty one.</summary>
internal sealed record LabelMatcher(string Name, string Value, bool IsRegex, bool IsEqual)
{
    private Regex? _pattern;

    public bool Matches(string? value) => IsEqual == (IsRegex ? Pattern.IsMatch(value ?? "") : (value ?? "") == Value);

    public bool Matches(SortedDictionary<string, string> labels) => Matches(labels.GetValueOrDefault(Name));

    public override string ToString() => $"{Name}{(IsEqual ? IsRegex ? "=~" : "=" : IsRegex ? "!~" : "!=")}\"{Value}\"";

    private Regex Pattern => _pattern ??= new Regex($@"\A(?:{Value})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
}

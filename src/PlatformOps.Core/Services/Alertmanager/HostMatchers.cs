using System.Text.RegularExpressions;
using PlatformOps.Alerts;
using PlatformOps.Core.Ssh;

namespace PlatformOps.Core.Services.Alertmanager;

/// <summary>The matchers of a machine: what the configuration's templates make of the names that alerts call it by.</summary>
/// <param name="templates">alertmanager.matchers.</param>
/// <param name="names">The names that a target may have in alerts, the likeliest first.</param>
internal sealed class HostMatchers(IReadOnlyList<string> templates, Func<string, IReadOnlyList<string>> names)
{
    private const string Host = "${host}";

    private readonly IReadOnlyList<IReadOnlyList<AlertMatcher>> _templates = [.. templates.Select(template => MatcherText.TryParse(template)!)];

    /// <summary>What is wrong with a template; null where nothing is.</summary>
    public static string? WhyNot(string template)
        => MatcherText.TryParse(template) is not { } matchers ? $"'{template}' in matchers is not of the form {MatcherText.Expected}."
            : AlertmanagerConfiguration.Placeholders(template).FirstOrDefault(name => name != "host") is { } odd ? $"'{template}' in matchers has the unknown placeholder '${{{odd}}}'. Known: host."
            : !matchers.Any(matcher => matcher.IsEqual && matcher.Value.Contains(Host, StringComparison.Ordinal)) ? $"'{template}' in matchers requires no label to have {Host}, so that it would silence other machines too."
            : null;

    /// <summary>The name that silences of a target use.</summary>
    public string NameOf(string target) => names(target)[0];

    /// <summary>One entry for each silence of a target.</summary>
    public IReadOnlyList<IReadOnlyList<AlertMatcher>> Of(string target) => Named(NameOf(target));

    /// <summary>One entry for each way in which alerts may name a target.</summary>
    public IReadOnlyList<IReadOnlyList<AlertMatcher>> AllOf(string target) => [.. names(target).SelectMany(Named)];

    /// <summary>The machine that an alert's labels name; null where they name none.</summary>
    public string? HostOf(IReadOnlyDictionary<string, string> labels)
    {
        foreach (var matcher in _templates.SelectMany(template => template).Where(matcher => matcher.Value.Contains(Host, StringComparison.Ordinal)))
        {
            if (labels.TryGetValue(matcher.Name, out var value) && value.Length > 0)
                return WithoutPort(value);
        }

        return null;
    }

    /// <summary>The machine that a silence is of, where its matchers are what one of the templates makes of a name; null otherwise.</summary>
    public string? HostOf(IReadOnlyList<AlertMatcher> matchers)
    {
        foreach (var template in _templates)
        {
            foreach (var own in template.Where(matcher => matcher.Value.Contains(Host, StringComparison.Ordinal)))
            {
                var at = own.Value.IndexOf(Host, StringComparison.Ordinal);
                var (before, after) = (own.Value[..at], own.Value[(at + Host.Length)..]);
                if (matchers.FirstOrDefault(matcher => matcher.Name == own.Name && matcher.IsRegex == own.IsRegex && matcher.IsEqual == own.IsEqual) is not { } found
                    || found.Value.Length <= before.Length + after.Length || !found.Value.StartsWith(before, StringComparison.Ordinal) || !found.Value.EndsWith(after, StringComparison.Ordinal))
                    continue;
                var name = found.Value[before.Length..^after.Length];
                name = own.IsRegex ? name.Replace("\\", "", StringComparison.Ordinal) : name;
                if (HostNameRule.IsValid(name) && MatcherText.AreSame(matchers, Made(template, name)))
                    return name;
            }
        }

        return null;
    }

    /// <summary>Whether an alert with these labels is about a target, by whichever of its names.</summary>
    public bool AreOf(IReadOnlyDictionary<string, string> labels, string target)
        => AllOf(target).Any(set => set.All(matcher => Takes(matcher, labels.GetValueOrDefault(matcher.Name) ?? "") == matcher.IsEqual));

    /// <summary>Whether a silence names a target in one of the labels that name machines: by the value itself, or by a pattern that takes it.</summary>
    public bool Names(AlertSilence silence, string target)
    {
        foreach (var name in names(target))
        {
            foreach (var own in Named(name).SelectMany(set => set).Where(matcher => matcher.Value.Contains(matcher.IsRegex ? Re2Text.Escape(name) : name, StringComparison.Ordinal)))
            {
                if (silence.Matchers.Any(matcher => matcher.Name == own.Name && matcher.IsEqual && Meets(matcher, own, name)))
                    return true;
            }
        }

        return false;
    }

    private static bool Meets(AlertMatcher matcher, AlertMatcher own, string name)
        => matcher.Value == own.Value || (matcher.IsRegex ? Takes(matcher, name) || Takes(matcher, $"{name}:9100") : Takes(own, matcher.Value));

    // An IPv6 address has colons of its own.
    private static string WithoutPort(string value)
        => value.LastIndexOf(':') is > 0 and var colon && (value.IndexOf(':', StringComparison.Ordinal) == colon || value[colon - 1] == ']') && value[(colon + 1)..].All(char.IsAsciiDigit) ? value[..colon] : value;

    // Alertmanager's patterns are RE2's, and match whole values. What .NET cannot read as one takes nothing.
    private static bool Takes(AlertMatcher matcher, string value)
    {
        if (!matcher.IsRegex)
            return matcher.Value == value;
        try
        {
            return Regex.IsMatch(value, $@"\A(?:{matcher.Value})\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, TimeSpan.FromSeconds(1));
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException or RegexMatchTimeoutException)
        {
            return false;
        }
    }

    private IReadOnlyList<IReadOnlyList<AlertMatcher>> Named(string name)
        => [.. _templates.Select(template => Made(template, name))];

    private static IReadOnlyList<AlertMatcher> Made(IReadOnlyList<AlertMatcher> template, string name)
        => [.. template.Select(matcher => matcher with { Value = matcher.Value.Replace(Host, matcher.IsRegex ? Re2Text.Escape(name) : name, StringComparison.Ordinal) })];
}

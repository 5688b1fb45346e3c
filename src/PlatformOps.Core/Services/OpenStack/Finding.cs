using PlatformOps.Core.Changes;
using PlatformOps.Errors;

namespace PlatformOps.Core.Services.OpenStack;

/// <summary>What one of several sources said to a check: what it found against it, or why it said nothing.</summary>
/// <param name="Text">In words, for the evidence.</param>
/// <param name="IsAgainst">It found what must not be.</param>
/// <param name="IsSilent">It could not be asked, or its answer proves nothing.</param>
internal sealed record Finding(string Text, bool IsAgainst = false, bool IsSilent = false)
{
    private const int Shown = 10;
    private const int NamedAtMost = 3;

    /// <summary>The same in a few words, for who is told again and again; empty where another finding says it.</summary>
    public string Brief { get => field ?? Text; init; }

    public static Finding Against(string text) => new(text, IsAgainst: true);

    public static Finding Silent(string text) => new(text, IsSilent: true);

    /// <summary>Asks a source. Where it cannot be asked, that is its finding; a list that is not the one that was asked for stays an error.</summary>
    public static async Task<Finding> AskAsync(string source, Func<Task<Finding>> question)
    {
        try
        {
            return await question();
        }
        catch (OpsException e) when (e is not ServiceException { FaultCode: NovaClient.HostIgnored })
        {
            return Silent($"{source} could not be asked: {e.Message}");
        }
    }

    /// <summary>Failed where one source is against it; Unknown where one is silent; Passed where all agree.</summary>
    public static CheckResult Judge(params IReadOnlyList<Finding> findings)
    {
        var evidence = string.Join("; ", findings.Select(finding => finding.Text));
        return findings.Any(finding => finding.IsAgainst) ? CheckResult.Failed(evidence)
            : findings.Any(finding => finding.IsSilent) ? CheckResult.Unknown(evidence)
            : CheckResult.Passed(evidence);
    }

    public static string Count(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";

    /// <summary>How many, and the names of a few: "17 servers, among them a, b, c".</summary>
    public static string Counted(IReadOnlyList<string> names, string what)
        => $"{Count(names.Count, what)}{(names.Count > NamedAtMost ? ", among them " : ": ")}{string.Join(", ", names.Take(NamedAtMost))}";

    /// <summary>The first of many, and how many more there are.</summary>
    public static string Listed<T>(IReadOnlyList<T> items, Func<T, string> show)
        => string.Join(", ", items.Take(Shown).Select(show)) + (items.Count > Shown ? $", and {items.Count - Shown} more" : "");
}

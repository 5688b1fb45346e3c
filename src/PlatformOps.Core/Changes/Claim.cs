using System.Text.RegularExpressions;

namespace PlatformOps.Core.Changes;

/// <summary>Our mark in a text that everybody can read (nova-compute's disabled reason, a silence's comment): <c>[ops:&lt;run&gt; &lt;person&gt; &lt;ticket&gt;]</c>.</summary>
internal sealed partial record Claim(string RunId, string Person, string? TicketId)
{
    /// <summary>The account, with <c>_</c> for white space and brackets: a claim must be found again in its text.</summary>
    public string Person { get; } = NameOf(Person);

    /// <summary>How claims name an account.</summary>
    public static string NameOf(string account) => Unsafe().Replace(account, "_");

    /// <summary>The claim in <paramref name="text"/>, or null where it carries none.</summary>
    public static Claim? Find(string? text)
    {
        var match = Pattern().Match(text ?? "");
        return match.Success
            ? new Claim(match.Groups["run"].Value, match.Groups["person"].Value, match.Groups["ticket"] is { Value: not ("" or "-") } ticket ? ticket.Value : null)
            : null;
    }

    /// <summary>A text without the claim in it.</summary>
    public static string Without(string text) => Pattern().Replace(text, "", 1).Trim();

    /// <summary>Whether it is the same person's for the same ticket: the run may be another, a later phase's for instance.</summary>
    public bool IsSameOwner(Claim other) => Person == other.Person && (TicketId is null || other.TicketId is null || TicketId == other.TicketId);

    public override string ToString() => $"[ops:{RunId} {Person} {TicketId ?? "-"}]";

    [GeneratedRegex(@"\[ops:(?<run>[^\s\]/]+) (?<person>[^\s\]]+)(?: (?<ticket>[^\s\]]+))?\]", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pattern();

    [GeneratedRegex(@"[\s\[\]]", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Unsafe();
}

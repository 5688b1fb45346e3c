using System.Globalization;

namespace PlatformOps.Core.Services.Kayobe;

/// <summary>Where the checkout of the configuration stands, as <c>git status --porcelain=v2 --branch</c> tells it.</summary>
/// <param name="Commit">The commit; null for a repository without one.</param>
/// <param name="Branch">The branch; null where it is on none.</param>
/// <param name="Upstream">What the branch follows; null where it follows nothing, or that is gone.</param>
/// <param name="Ahead">Commits that the upstream has not.</param>
/// <param name="Behind">Commits that only the upstream has, by the last fetch.</param>
/// <param name="Changes">Files that differ from the commit, or that git does not know.</param>
internal sealed record KayobeCheckout(string? Commit, string? Branch, string? Upstream, int Ahead, int Behind, int Changes)
{
    public static KayobeCheckout Read(string status)
    {
        var checkout = new KayobeCheckout(null, null, null, 0, 0, 0);
        string? upstream = null;
        foreach (var line in status.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            checkout = line.Split(' ') switch
            {
                ["#", "branch.oid", var id] => checkout with { Commit = id == "(initial)" ? null : id },
                ["#", "branch.head", var name] => checkout with { Branch = name == "(detached)" ? null : name },
                ["#", "branch.upstream", var name] => (upstream = name) is null ? checkout : checkout,
                // Told only where the upstream exists.
                ["#", "branch.ab", var ahead, var behind] => checkout with { Upstream = upstream, Ahead = Count(ahead), Behind = Count(behind) },
                ["#", ..] => checkout,
                _ => checkout with { Changes = checkout.Changes + 1 },
            };
        }

        return checkout;
    }

    /// <summary>Why hosts must not be configured from it; null where they may.</summary>
    /// <param name="wanted">The branch that it must be on; any where null.</param>
    public string? Problem(string? wanted)
        => Commit is null ? "it has no commit"
            : Branch is null ? $"it is on no branch (commit {Commit})"
            : wanted is not null && Branch != wanted ? $"it is on branch {Branch}, not {wanted}"
            : Upstream is null ? $"branch {Branch} follows no upstream, so nobody can tell whether it is up to date"
            : Behind > 0 ? $"branch {Branch} is {Behind} commits behind {Upstream}"
            : Changes > 0 ? $"{Changes} files differ from commit {Commit}, or are not in it"
            : null;

    /// <summary>Which checkout it is, for a line of a table.</summary>
    public string Short => $"{Branch ?? "no branch"} at {(Commit is null ? "no commit" : Commit[..Math.Min(12, Commit.Length)])}";

    public override string ToString() => $"{Branch ?? "no branch"} at {Commit ?? "no commit"}{(Ahead > 0 ? $", {Ahead} commits ahead of {Upstream}" : "")}";

    private static int Count(string signed) => int.Parse(signed.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture);
}

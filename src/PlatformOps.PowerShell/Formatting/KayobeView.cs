using PlatformOps.Kayobe;

namespace PlatformOps.PowerShell.Formatting;

/// <summary>What the view of Kayobe's results shows: called from PlatformOps.Format.ps1xml.</summary>
public static class KayobeView
{
    /// <summary>The counts that are not good, where there are any: failed=1, unreachable=1, ignored=2.</summary>
    public static string Trouble(KayobeHostResult? result) => result is null
        ? ""
        : string.Join(", ", new[] { ("failed", result.Failed), ("unreachable", result.Unreachable), ("rescued", result.Rescued), ("ignored", result.Ignored) }.Where(count => count.Item2 > 0).Select(count => $"{count.Item1}={count.Item2}"));
}

using System.Globalization;

namespace PlatformOps.Core.Runbooks;

/// <summary>How many targets, in words.</summary>
internal static class TargetWords
{
    /// <summary>"1 target", "3 targets".</summary>
    public static string Count(int count) => count == 1 ? "1 target" : string.Create(CultureInfo.InvariantCulture, $"{count} targets");

    /// <summary>"hv1 failed", "1 of 3 targets failed: hv1".</summary>
    public static string Failed(IReadOnlyList<string> failed, int all)
        => all == 1 ? $"{failed[0]} failed" : string.Create(CultureInfo.InvariantCulture, $"{failed.Count} of {all} targets failed: {string.Join(", ", failed)}");
}

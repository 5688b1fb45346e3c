namespace PlatformOps.Core.Services.OpenStack;

/// <summary>Names that a runbook gives as a list, or with commas between them in one text, as a fact has them.</summary>
internal static class NameList
{
    public static IReadOnlyList<string> Of(IReadOnlyList<string> given)
        => [.. given.SelectMany(text => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Distinct(StringComparer.Ordinal)];
}

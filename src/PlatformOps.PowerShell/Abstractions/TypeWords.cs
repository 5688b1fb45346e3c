namespace PlatformOps.PowerShell.Abstractions;

/// <summary>What a value is, with its article, for errors.</summary>
internal static class TypeWords
{
    /// <summary>Such as "An Int32", "A Process", "Nothing".</summary>
    public static string Of(object? value)
        => value?.GetType().Name is not { } name ? "Nothing" : $"{("AEIO".Contains(name[0], StringComparison.Ordinal) ? "An" : "A")} {name}";
}

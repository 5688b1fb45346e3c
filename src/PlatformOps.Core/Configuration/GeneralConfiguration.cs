namespace PlatformOps.Core.Configuration;

/// <summary>Who works with this configuration.</summary>
internal sealed record GeneralConfiguration
{
    /// <summary>The person's initials, shown in silences, reasons and tickets. Made from the account's name where not set.</summary>
    public string? Initials { get; init; }

    /// <summary><c>jane.doe</c> is <c>jd</c>; a name of one part is taken as it is.</summary>
    public static string InitialsOf(string userName)
    {
        var parts = userName[(userName.LastIndexOf('\\') + 1)..].Split(['.', '_', '-', ' '], StringSplitOptions.RemoveEmptyEntries);
        return parts.Length > 1 ? string.Concat(parts.Select(p => char.ToLowerInvariant(p[0]))) : userName;
    }
}

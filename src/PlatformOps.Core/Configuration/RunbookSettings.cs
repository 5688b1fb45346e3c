namespace PlatformOps.Core.Configuration;

/// <summary>Where the site keeps runbooks of its own.</summary>
internal sealed record RunbookSettings
{
    /// <summary>A folder; a runbook in it takes the place of the built-in one of the same name.</summary>
    [LocalPath]
    public string? Folder { get; init; }
}

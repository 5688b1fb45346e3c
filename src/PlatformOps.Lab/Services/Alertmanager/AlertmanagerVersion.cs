namespace PlatformOps.Lab.Services.Alertmanager;

/// <summary>Alertmanager's version and what it decides.</summary>
internal sealed record AlertmanagerVersion(int Minor, string Full)
{
    public static AlertmanagerVersion Parse(string text)
        => text.Split('.') is ["0", var minor, var patch] && int.TryParse(minor, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && int.TryParse(patch, NumberStyles.None, CultureInfo.InvariantCulture, out _) && number >= 25
            ? new(number, text)
            : throw new LabException($"'{text}' is not an Alertmanager version such as 0.28.1 (0.25.0 or later)");

    /// <summary>0.26: a silence that is not there cannot be deleted (404); before, the server failed (500). Answers are not to be cached.</summary>
    public bool KnowsMissingSilences => Minor >= 26;

    /// <summary>0.27: label names may have any character, in silences, alerts and filters.</summary>
    public bool AllowsAnyLabelName => Minor >= 27;

    /// <summary>0.28: alerts tell by what their group is muted, and a silence is called invalid in other words.</summary>
    public bool TellsMuting => Minor >= 28;

    /// <summary>0.32: silences have sets of matchers inside, annotations, and times in UTC only.</summary>
    public bool HasMatcherSets => Minor >= 32;

    /// <summary>0.34: silences are listed by state.</summary>
    public bool ListsByState => Minor >= 34;
}

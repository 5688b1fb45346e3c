namespace PlatformOps.Core.Runbooks;

/// <summary>A value that whoever runs a runbook gives it.</summary>
internal sealed record RunbookParameter
{
    public required string Name { get; init; }

    public ParameterKind Type { get; init; } = ParameterKind.String;

    /// <summary>Null where it must be given.</summary>
    public string? Default { get; init; }

    public string Description { get; init; } = "";

    /// <summary>Why the text is not a value of the parameter's type; null where it is.</summary>
    public string? Reject(string text) => Type switch
    {
        ParameterKind.Bool when text is not ("true" or "false") => "true or false",
        ParameterKind.Int when !long.TryParse(text, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out _) => "a whole number",
        _ => null,
    };
}

/// <summary>The types of runbook parameters.</summary>
internal enum ParameterKind
{
    String,
    Bool,
    Int,
}

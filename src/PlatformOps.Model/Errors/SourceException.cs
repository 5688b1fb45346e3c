namespace PlatformOps.Errors;

/// <summary>A file that the user wrote is wrong: a configuration, a runbook, a list. Names the place and what to do.</summary>
public class SourceException : OpsException
{
    /// <summary>Creates the error; the place is put before the message as <c>file:line:column:</c>, as far as it is known.</summary>
    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="file">The file, or a description of where the text came from.</param>
    /// <param name="line">The line, counted from 1; 0 when unknown.</param>
    /// <param name="column">The column, counted from 1; 0 when unknown.</param>
    /// <param name="innerException">What caused it, if anything did.</param>
    public SourceException(string message, string? file = null, int line = 0, int column = 0, Exception? innerException = null)
        : base(Place(file, line, column) + message, innerException)
    {
        File = file;
        Line = line;
        Column = column;
        TargetName = file;
    }

    /// <inheritdoc/>
    public override string ErrorId => "InvalidSource";

    /// <summary>The file, or a description of where the text came from.</summary>
    public string? File { get; }

    /// <summary>The line, counted from 1; 0 when unknown.</summary>
    public int Line { get; }

    /// <summary>The column, counted from 1; 0 when unknown.</summary>
    public int Column { get; }

    private static string Place(string? file, int line, int column) => (file, line, column) switch
    {
        (null, _, _) => "",
        (_, 0, _) => $"{file}: ",
        (_, _, 0) => $"{file}:{line}: ",
        _ => $"{file}:{line}:{column}: ",
    };
}

namespace PlatformOps.Errors;

/// <summary>A runbook is wrong; nothing of it has run.</summary>
public sealed class RunbookException : SourceException
{
    /// <inheritdoc cref="SourceException(string, string?, int, int, Exception?)"/>
    public RunbookException(string message, string? file = null, int line = 0, int column = 0, Exception? innerException = null)
        : base(message, file, line, column, innerException)
    {
    }

    /// <inheritdoc/>
    public override string ErrorId => "InvalidRunbook";
}

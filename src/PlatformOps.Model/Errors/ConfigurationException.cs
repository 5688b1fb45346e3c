namespace PlatformOps.Errors;

/// <summary>The configuration is missing, unreadable, readable by others, or says something that cannot be.</summary>
public sealed class ConfigurationException : SourceException
{
    /// <inheritdoc cref="SourceException(string, string?, int, int, Exception?)"/>
    public ConfigurationException(string message, string? file = null, int line = 0, int column = 0, Exception? innerException = null)
        : base(message, file, line, column, innerException)
    {
    }

    /// <inheritdoc/>
    public override string ErrorId => "InvalidConfiguration";
}

namespace PlatformOps.Errors;

/// <summary>The run journal could not be read or written; nothing further was changed.</summary>
public sealed class LedgerException : OpsException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">A message for people, without secrets.</param>
    /// <param name="innerException">What caused it, if anything did.</param>
    public LedgerException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <inheritdoc/>
    public override string ErrorId => "LedgerFault";
}

namespace PlatformOps.Errors;

/// <summary>A call was sent but its outcome is not known: it may or may not have happened.</summary>
public sealed class OutcomeUnknownException : OpsException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">A message for people, without secrets.</param>
    /// <param name="innerException">What caused it, if anything did.</param>
    public OutcomeUnknownException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <inheritdoc/>
    public override string ErrorId => "OutcomeUnknown";
}

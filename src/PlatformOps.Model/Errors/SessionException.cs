namespace PlatformOps.Errors;

/// <summary>There is no open session, or the one named does not exist.</summary>
public sealed class SessionException : OpsException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">A message for people, without secrets.</param>
    /// <param name="innerException">What caused it, if anything did.</param>
    public SessionException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <inheritdoc/>
    public override string ErrorId => "NoSession";
}

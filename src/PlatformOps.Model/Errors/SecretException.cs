namespace PlatformOps.Errors;

/// <summary>A secret reference could not be resolved. Never carries the secret itself.</summary>
public sealed class SecretException : OpsException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">A message for people, without secrets.</param>
    /// <param name="innerException">What caused it, if anything did.</param>
    public SecretException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <inheritdoc/>
    public override string ErrorId => "SecretUnavailable";
}

namespace PlatformOps.Errors;

/// <summary>A name matches several objects where exactly one is needed. The message lists them.</summary>
public sealed class AmbiguousNameException : OpsException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">A message for people, without secrets.</param>
    /// <param name="innerException">What caused it, if anything did.</param>
    public AmbiguousNameException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <inheritdoc/>
    public override string ErrorId => "AmbiguousName";
}

namespace PlatformOps.Errors;

/// <summary>The named object does not exist in the service that was asked.</summary>
public sealed class ObjectNotFoundException : OpsException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">A message for people, without secrets.</param>
    /// <param name="innerException">What caused it, if anything did.</param>
    public ObjectNotFoundException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <inheritdoc/>
    public override string ErrorId => "ObjectNotFound";
}

namespace PlatformOps.Errors;

/// <summary>The SSH host key is unknown, changed or revoked. The message shows the SHA-256 fingerprints.</summary>
public sealed class HostKeyException : OpsException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">A message for people, without secrets.</param>
    /// <param name="innerException">What caused it, if anything did.</param>
    public HostKeyException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <inheritdoc/>
    public override string ErrorId => "HostKeyRejected";
}

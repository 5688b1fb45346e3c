namespace PlatformOps.Errors;

/// <summary>Another run holds the target. The message says who, where and since when.</summary>
public sealed class TargetLockedException : OpsException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">A message for people, without secrets.</param>
    /// <param name="innerException">What caused it, if anything did.</param>
    public TargetLockedException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <inheritdoc/>
    public override string ErrorId => "TargetLocked";
}

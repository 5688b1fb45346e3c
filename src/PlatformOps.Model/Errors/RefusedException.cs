namespace PlatformOps.Errors;

/// <summary>A guard said no before any effect: kill switch, protected target, environment, number of targets, change window, another's claim.</summary>
public sealed class RefusedException : OpsException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">A message for people, without secrets.</param>
    /// <param name="innerException">What caused it, if anything did.</param>
    public RefusedException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <inheritdoc/>
    public override string ErrorId => "Refused";
}

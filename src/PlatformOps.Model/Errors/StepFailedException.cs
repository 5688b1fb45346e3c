namespace PlatformOps.Errors;

/// <summary>A step of a run failed; the message names the step and the reason.</summary>
public sealed class StepFailedException : OpsException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">A message for people, without secrets.</param>
    /// <param name="innerException">What caused it, if anything did.</param>
    public StepFailedException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <inheritdoc/>
    public override string ErrorId => "StepFailed";
}

namespace PlatformOps.Errors;

/// <summary>The base of every error that PlatformOps reports on purpose. Its message says what was tried, on what, what came back and what to do next.</summary>
public abstract class OpsException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">A message for people, without secrets.</param>
    /// <param name="innerException">What caused it, if anything did.</param>
    protected OpsException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>A stable name for the kind of error, the first part of PowerShell's FullyQualifiedErrorId.</summary>
    public abstract string ErrorId { get; }

    /// <summary>The name of the host, virtual machine, ticket or file that the error is about, if there is one.</summary>
    public string? TargetName { get; init; }
}

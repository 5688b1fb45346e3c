namespace PlatformOps.Errors;

/// <summary>A service answered with an error, or did not answer at all, and nothing was changed by the call.</summary>
/// <remarks>A call that may have had its effect throws <see cref="OutcomeUnknownException"/> instead.</remarks>
public class ServiceException : OpsException
{
    /// <summary>Creates the error.</summary>
    /// <param name="service">The service as the configuration names it, such as <c>openstack</c>.</param>
    /// <param name="message">A message for people, without secrets.</param>
    /// <param name="statusCode">The HTTP status, or 0 where there was no answer.</param>
    /// <param name="innerException">What caused it, if anything did.</param>
    public ServiceException(string service, string message, int statusCode = 0, Exception? innerException = null)
        : base(message, innerException)
    {
        Service = service;
        StatusCode = statusCode;
    }

    /// <inheritdoc/>
    public override string ErrorId => "ServiceError";

    /// <summary>The service as the configuration names it.</summary>
    public string Service { get; }

    /// <summary>The HTTP status, or 0 where there was no answer.</summary>
    public int StatusCode { get; }

    /// <summary>The service's own name for the fault, such as Nova's <c>conflictingRequest</c>, if it gave one.</summary>
    public string? FaultCode { get; init; }

    /// <summary>How long the service asks to wait before the next call, if it does.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

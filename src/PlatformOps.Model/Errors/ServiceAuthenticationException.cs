namespace PlatformOps.Errors;

/// <summary>A service refused the credentials (tried once: a second try could lock the account), or the right to do what was asked.</summary>
public sealed class ServiceAuthenticationException : ServiceException
{
    /// <inheritdoc cref="ServiceException(string, string, int, Exception?)"/>
    public ServiceAuthenticationException(string service, string message, int statusCode = 0, Exception? innerException = null)
        : base(service, message, statusCode, innerException)
    {
    }

    /// <inheritdoc/>
    public override string ErrorId => "AccessDenied";
}

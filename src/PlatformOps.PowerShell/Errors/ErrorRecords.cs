using System.Management.Automation;
using System.Net.Http;
using PlatformOps.Errors;

namespace PlatformOps.PowerShell.Errors;

/// <summary>Every error record of the module is made here: a stable id, a fitting category, and a name as its target.</summary>
internal static class ErrorRecords
{
    /// <summary>The record for an exception. Its FullyQualifiedErrorId is the id with the cmdlet's class, which PowerShell adds.</summary>
    /// <param name="exception">What went wrong.</param>
    /// <param name="target">The name of what it is about, where the exception does not say.</param>
    public static ErrorRecord From(Exception exception, string? target)
    {
        if (exception is not OpsException && exception is IContainsErrorRecord { ErrorRecord: { } inner })
            return new ErrorRecord(inner, exception);
        return new ErrorRecord(exception, IdOf(exception), CategoryOf(exception), (exception as OpsException)?.TargetName ?? target);
    }

    /// <summary>Whether an exception of one object makes all further ones pointless.</summary>
    public static bool EndsPipeline(Exception exception) => exception switch
    {
        // Nothing can be reached, or a second try could lock an account, or no effect could be recorded.
        SessionException or ConfigurationException or SecretException or ServiceAuthenticationException or LedgerException => true,
        OpsException or IOException or UnauthorizedAccessException or TimeoutException or OperationCanceledException or HttpRequestException or ArgumentException => false,
        // A fault of ours: going on would hide it.
        _ => true,
    };

    private static string IdOf(Exception exception) => exception switch
    {
        OpsException ops => ops.ErrorId,
        FileNotFoundException or DirectoryNotFoundException => "PathNotFound",
        UnauthorizedAccessException => "PathAccessDenied",
        IOException => "InputOutputFault",
        TimeoutException or OperationCanceledException => "TimedOut",
        HttpRequestException => "ConnectionFailed",
        ArgumentException => "InvalidArgument",
        _ => "InternalFault",
    };

    private static ErrorCategory CategoryOf(Exception exception) => exception switch
    {
        ObjectNotFoundException or FileNotFoundException or DirectoryNotFoundException => ErrorCategory.ObjectNotFound,
        ServiceAuthenticationException { StatusCode: 403 } => ErrorCategory.PermissionDenied,
        ServiceAuthenticationException or RemoteHostException { LoginRefused: true } => ErrorCategory.AuthenticationError,
        RemoteHostException { ExitStatus: not null } => ErrorCategory.InvalidResult,
        ServiceException { StatusCode: 0 } or RemoteHostException or HttpRequestException => ErrorCategory.ConnectionError,
        ServiceException { StatusCode: >= 500 } or SecretException or LabException => ErrorCategory.ResourceUnavailable,
        ServiceException { StatusCode: 409 } or SessionException => ErrorCategory.InvalidOperation,
        TargetLockedException => ErrorCategory.ResourceBusy,
        RefusedException or UnauthorizedAccessException => ErrorCategory.PermissionDenied,
        HostKeyException => ErrorCategory.SecurityError,
        SourceException => ErrorCategory.InvalidData,
        AmbiguousNameException or ArgumentException => ErrorCategory.InvalidArgument,
        LedgerException or IOException => ErrorCategory.DeviceError,
        TimeoutException or OperationCanceledException => ErrorCategory.OperationTimeout,
        OutcomeUnknownException or StepFailedException or ServiceException => ErrorCategory.InvalidResult,
        _ => ErrorCategory.NotSpecified,
    };
}

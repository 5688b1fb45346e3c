namespace PlatformOps.Core.Changes;

/// <summary>Which cancellations end everybody's work: those that were asked for. Any other, such as a time-out inside a service's client, is the failure of what it happened in.</summary>
internal static class Cancellation
{
    /// <summary>Whether somebody gave up by this token.</summary>
    public static bool IsCancelledBy(this Exception exception, CancellationToken cancellationToken) => exception is OperationCanceledException && cancellationToken.IsCancellationRequested;
}

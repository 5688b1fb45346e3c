namespace PlatformOps.Core.Changes;

/// <summary>Thrown by an effect that found another at work where it has to be alone: nothing was sent. The gate waits, asks everything again that has to hold before an effect, and tries once more.</summary>
/// <param name="message">Who is at work, and where.</param>
/// <param name="freedAsync">Returns when nobody is any more; throws an <see cref="Errors.OpsException"/> where that took too long.</param>
internal sealed class OccupiedException(string message, Func<CancellationToken, Task> freedAsync) : Exception(message)
{
    public Func<CancellationToken, Task> FreedAsync => freedAsync;
}

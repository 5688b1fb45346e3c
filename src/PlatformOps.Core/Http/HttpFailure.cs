namespace PlatformOps.Core.Http;

/// <summary>One try that failed, inside the pipeline: never seen outside of <see cref="HttpService"/>.</summary>
#pragma warning disable CA1064 // Private to the pipeline: callers get the exceptions of PlatformOps.Errors.
internal sealed class HttpFailure(string message, Exception? inner = null) : Exception(message, inner)
#pragma warning restore CA1064
{
    /// <summary>It provably did not reach the service.</summary>
    public bool WasNotSent { get; init; }

    /// <summary>Another try may go better.</summary>
    public bool IsTransient { get; init; }

    /// <summary>It says that the service is ill, not only this call.</summary>
    public bool CountsForBreaker { get; init; }

    /// <summary>The credential was refused, and there is no other.</summary>
    public bool LoginRefused { get; init; }

    /// <summary>What the service answered, if it did.</summary>
    public HttpAnswer? Answer { get; init; }

    /// <summary>How long the service asks to wait.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>What to do about it.</summary>
    public string? Advice { get; init; }
}

namespace PlatformOps.Core.Http;

/// <summary>Puts credentials on requests and learns from the answers. Every <see cref="ApplyAsync"/> is followed by exactly one of the other calls.</summary>
internal abstract class HttpAuthentication
{
    /// <summary>No credentials.</summary>
    public static HttpAuthentication None { get; } = new Anonymous();

    /// <summary>Where it logs in; null where a credential needs nobody's answer.</summary>
    public virtual Uri? LoginAddress => null;

    /// <summary>Puts the present credential on the request and answers which it is. Throws where it is known to be bad.</summary>
    public abstract ValueTask<object?> ApplyAsync(HttpRequestMessage request, CancellationToken cancellationToken);

    /// <summary>Whether an answer means that the credential was refused, not the right to do this.</summary>
    public virtual bool IsRefusal(HttpAnswer answer) => answer.Status == 401;

    /// <summary>The credential was refused. True where there is (or can be had) another, so that the call may be sent once more.</summary>
    public virtual ValueTask<bool> RefusedAsync(object? credential, HttpAnswer answer, CancellationToken cancellationToken) => ValueTask.FromResult(false);

    /// <summary>The credential was accepted.</summary>
    public virtual void Accepted(object? credential)
    {
    }

    /// <summary>No verdict came back.</summary>
    public virtual void Unanswered(object? credential)
    {
    }

    private sealed class Anonymous : HttpAuthentication
    {
        public override ValueTask<object?> ApplyAsync(HttpRequestMessage request, CancellationToken cancellationToken) => ValueTask.FromResult<object?>(null);

        public override bool IsRefusal(HttpAnswer answer) => false;
    }
}

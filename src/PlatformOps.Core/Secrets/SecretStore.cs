namespace PlatformOps.Core.Secrets;

/// <summary>Turns references into values, once a session, and tells the redactor every value it hands out.</summary>
internal sealed class SecretStore
{
    public SecretStore(Redactor redactor) => Redactor = redactor;

    public Redactor Redactor { get; }

    /// <exception cref="Errors.SecretException">The secret cannot be had; the message names the reference and what to do.</exception>
    public Task<string> ResolveAsync(Secret secret, CancellationToken cancellationToken) => throw new NotImplementedException();
}

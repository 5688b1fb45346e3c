using System.Collections.Concurrent;

namespace PlatformOps.Core.Changes;

/// <summary>The session's clients for a plan, with what the plan has told so far: a run finds done what it did before, and a plan reads live.</summary>
internal sealed class PlanClients(IClients clients) : IClients, IDisposable
{
    private readonly ConcurrentDictionary<string, bool> _outOfService = new(StringComparer.OrdinalIgnoreCase);
    private readonly SemaphoreSlim _one = new(1, 1);

    public T Get<T>()
        where T : class
        => clients.Get<T>();

    public void Dispose() => _one.Dispose();

    /// <summary>Whether the plan takes a host of a service out of service before.</summary>
    public bool TakesOut(string serviceHost) => _outOfService.ContainsKey(serviceHost);

    /// <summary>Plans to take one out of service, one after another, as a run does under a lock.</summary>
    /// <param name="serviceHost">The service's host.</param>
    /// <param name="guard">Throws where it must stay.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task TakeOutAsync(string serviceHost, Func<Task> guard, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            await guard();
            _outOfService[serviceHost] = true;
        }
        finally
        {
            _one.Release();
        }
    }
}

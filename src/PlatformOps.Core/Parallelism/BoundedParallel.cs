using System.Runtime.CompilerServices;

namespace PlatformOps.Core.Parallelism;

/// <summary>Many pieces of work, some at a time, their results as they come.</summary>
internal static class BoundedParallel
{
    /// <summary>
    /// Runs <paramref name="work"/> on every item, at most <paramref name="limit"/> at a time. A failure is the item's result and stops no other.
    /// Items that are running or done but not yet taken never exceed the limit, so a slow reader slows the work. Whoever stops reading
    /// early cancels what runs; the enumeration ends when all of it has ended.
    /// </summary>
    /// <exception cref="OperationCanceledException">Cancelled; nothing is left running.</exception>
    public static async IAsyncEnumerable<ItemResult<TItem, TResult>> RunAsync<TItem, TResult>(
        IEnumerable<TItem> items,
        int limit,
        Func<TItem, CancellationToken, Task<TResult>> work,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new List<Task<ItemResult<TItem, TResult>>>();
        try
        {
            using var source = items.GetEnumerator();
            var hasMore = true;
            for (; ; )
            {
                while (hasMore && running.Count < limit)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    hasMore = source.MoveNext();
                    if (hasMore)
                        running.Add(RunOneAsync(source.Current, work, stop.Token));
                }

                if (running.Count == 0)
                    yield break;
                var ended = await Task.WhenAny(running);
                running.Remove(ended);
                var result = await ended;
                cancellationToken.ThrowIfCancellationRequested();
                yield return result;
            }
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(running);
        }
    }

    private static async Task<ItemResult<TItem, TResult>> RunOneAsync<TItem, TResult>(TItem item, Func<TItem, CancellationToken, Task<TResult>> work, CancellationToken cancellationToken)
    {
        // What the work does before its first wait is not to hold up the others.
        await Task.Yield();
        try
        {
            return new ItemResult<TItem, TResult>(item, await work(item, cancellationToken), null);
        }
        catch (Exception error)
        {
            return new ItemResult<TItem, TResult>(item, default, error);
        }
    }
}

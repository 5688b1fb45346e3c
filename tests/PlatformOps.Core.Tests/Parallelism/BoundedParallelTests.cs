using PlatformOps.Core.Parallelism;

namespace PlatformOps.Core.Tests.Parallelism;

public sealed class BoundedParallelTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_500_items_never_more_than_the_limit_run_and_each_has_one_result()
    {
        int running = 0, most = 0;
        var seen = new List<int>();

        await foreach (var result in BoundedParallel.RunAsync(Enumerable.Range(0, 500), 64, WorkAsync, Stop))
            seen.Add(result.Result);

        Assert.Equal(Enumerable.Range(0, 500).Select(i => i * 2), seen.Order());
        Assert.InRange(most, 2, 64);

        async Task<int> WorkAsync(int item, CancellationToken cancellationToken)
        {
            var now = Interlocked.Increment(ref running);
            InterlockedMax(ref most, now);
            await Task.Yield();
            Interlocked.Decrement(ref running);
            return item * 2;
        }
    }

    [Fact]
    public async Task A_result_comes_when_it_is_there_not_in_the_order_of_the_items()
    {
        var slow = new TaskCompletionSource<int>();

        await using var results = BoundedParallel.RunAsync([1, 2], 2, (i, _) => i == 1 ? slow.Task : Task.FromResult(i), Stop).GetAsyncEnumerator(Stop);

        Assert.True(await results.MoveNextAsync());
        Assert.Equal(2, results.Current.Item);
        slow.SetResult(1);
        Assert.True(await results.MoveNextAsync());
        Assert.Equal(1, results.Current.Item);
    }

    [Fact]
    public async Task A_failure_is_the_items_own()
    {
        var results = new List<ItemResult<int, int>>();

        await foreach (var result in BoundedParallel.RunAsync(Enumerable.Range(0, 10), 3, (i, _) => i == 4 ? throw new InvalidOperationException("four") : Task.FromResult(i), Stop))
            results.Add(result);

        Assert.Equal(10, results.Count);
        Assert.Equal(4, Assert.Single(results, r => r.Error is not null).Item);
    }

    [Fact]
    public async Task Who_stops_reading_cancels_what_runs_and_waits_for_its_end()
    {
        var ended = 0;

        await foreach (var _ in BoundedParallel.RunAsync(Enumerable.Range(0, 100), 8, WorkAsync, Stop))
            break;

        Assert.Equal(7, ended);

        async Task<int> WorkAsync(int item, CancellationToken cancellationToken)
        {
            if (item == 0)
                return 0;
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
                return 0;
            }
            finally
            {
                Interlocked.Increment(ref ended);
            }
        }
    }

    [Fact]
    public async Task A_slow_reader_holds_the_source_back()
    {
        var pulled = 0;
        IEnumerable<int> Source()
        {
            for (; ; )
                yield return pulled++;
        }

        await using var results = BoundedParallel.RunAsync(Source(), 4, (i, _) => Task.FromResult(i), Stop).GetAsyncEnumerator(Stop);
        await results.MoveNextAsync();
        await results.MoveNextAsync();

        Assert.InRange(pulled, 2, 6);
    }

    [Fact]
    public async Task Cancelling_ends_the_enumeration()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var begun = new TaskCompletionSource();

        var reading = Task.Run(
            async () =>
            {
                await foreach (var _ in BoundedParallel.RunAsync([1], 1, WaitAsync, cancel.Token))
                {
                }
            },
            Stop);
        await begun.Task;
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);

        async Task<int> WaitAsync(int item, CancellationToken cancellationToken)
        {
            begun.SetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return item;
        }
    }

    private static void InterlockedMax(ref int most, int value)
    {
        int seen;
        while (value > (seen = Volatile.Read(ref most)) && Interlocked.CompareExchange(ref most, value, seen) != seen)
        {
        }
    }
}

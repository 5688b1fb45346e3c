
namespace PlatformOps.Core.Tests.TestKit;

public sealed class FakeTimeProviderTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task A_delay_ends_when_the_clock_is_advanced_to_it_and_not_before()
    {
        var delay = Task.Delay(TimeSpan.FromSeconds(5), _clock, TestContext.Current.CancellationToken);

        _clock.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(delay.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(0.1));

        await delay;
        Assert.Equal(TimeSpan.FromSeconds(5), _clock.Elapsed);
    }

    [Fact]
    public void Timers_fire_in_the_order_of_their_due_times_and_see_their_own_time()
    {
        List<string> seen = [];
        var start = _clock.GetUtcNow();
        using var late = _clock.CreateTimer(_ => seen.Add($"late {(_clock.GetUtcNow() - start).TotalSeconds}"), null, TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);
        using var every = _clock.CreateTimer(_ => seen.Add($"every {(_clock.GetUtcNow() - start).TotalSeconds}"), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));

        _clock.Advance(TimeSpan.FromSeconds(3.5));

        Assert.Equal(["every 1", "every 2", "late 3", "every 3"], seen);
    }

    [Fact]
    public async Task Auto_advance_passes_short_delays_and_leaves_long_deadlines_pending()
    {
        _clock.AutoAdvance = TimeSpan.FromSeconds(20);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(100), _clock);

        for (var i = 0; i < 4; i++)
            await Task.Delay(TimeSpan.FromSeconds(10), _clock, deadline.Token);

        Assert.Equal(TimeSpan.FromSeconds(40), _clock.Elapsed);
        Assert.False(deadline.IsCancellationRequested);
        _clock.Advance(TimeSpan.FromSeconds(60));
        Assert.True(deadline.IsCancellationRequested);
    }

    [Fact]
    public void A_jump_moves_the_wall_clock_and_no_timer_or_timestamp()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10), _clock);
        var (now, stamp) = (_clock.GetUtcNow(), _clock.GetTimestamp());

        _clock.Jump(TimeSpan.FromHours(1));

        Assert.Equal(now.AddHours(1), _clock.GetUtcNow());
        Assert.Equal(TimeSpan.Zero, _clock.GetElapsedTime(stamp));
        Assert.False(deadline.IsCancellationRequested);
    }

    [Fact]
    public async Task A_test_can_wait_until_the_code_under_test_has_set_its_timer()
    {
        var worker = Task.Run(() => Task.Delay(TimeSpan.FromSeconds(30), _clock, TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);

        await _clock.WhenTimersPendingAsync();
        Assert.True(_clock.AdvanceToNextTimer());

        await worker;
        Assert.Equal(0, _clock.PendingTimers);
    }
}

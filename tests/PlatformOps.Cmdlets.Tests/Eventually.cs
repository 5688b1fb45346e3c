using PlatformOps.TestKit;

namespace PlatformOps.Cmdlets.Tests;

/// <summary>Conditions with a deadline.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = Patience.Long;

    public static Task Is(Func<bool> condition) => Is(() => Task.FromResult(condition()));

    public static async Task Is(Func<Task<bool>> condition)
    {
        var until = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(until) < Deadline, "The condition did not come true in time.");
            await Task.Yield();
        }
    }
}

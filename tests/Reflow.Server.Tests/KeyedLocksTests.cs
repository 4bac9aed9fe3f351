using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests;

public class KeyedLocksTests
{
    static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);
    readonly ManualClock clock = new();

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_at_a_time_and_in_order()
    {
        var locks = new KeyedLocks<string>(clock);
        var first = await locks.Enter("k", Patience, Ct);
        var second = locks.Enter("k", Patience, Ct).AsTask();
        var third = locks.Enter("k", Patience, Ct).AsTask();
        Assert.False(second.IsCompleted);
        first!.Dispose();
        var inside = await second;
        Assert.False(third.IsCompleted);
        inside!.Dispose();
        (await third)!.Dispose();
    }

    [Fact]
    public async Task Other_keys_do_not_wait()
    {
        var locks = new KeyedLocks<string>(clock);
        using var first = await locks.Enter("k", Patience, Ct);
        Assert.NotNull(await locks.Enter("other", Patience, Ct));
    }

    [Fact]
    public async Task Patience_runs_out_by_the_clock_and_the_next_one_still_gets_in()
    {
        var locks = new KeyedLocks<string>(clock);
        var first = await locks.Enter("k", Patience, Ct);
        var impatient = locks.Enter("k", Patience, Ct).AsTask();
        clock.Advance(TimeSpan.FromMilliseconds(499));
        Assert.False(impatient.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(await impatient);
        first!.Dispose();
        Assert.NotNull(await locks.Enter("k", Patience, Ct));
    }

    [Fact]
    public async Task Many_callers_never_meet_inside()
    {
        var locks = new KeyedLocks<int>(clock);
        int inside = 0, most = 0, entered = 0;
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(async () =>
        {
            using var place = await locks.Enter(1, TimeSpan.FromHours(1), Ct);
            most = Math.Max(most, Interlocked.Increment(ref inside));
            await Task.Yield();
            entered++;
            Interlocked.Decrement(ref inside);
        })));
        Assert.Equal((1, 200), (most, entered));
    }
}

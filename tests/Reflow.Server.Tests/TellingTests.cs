using System.Collections.Concurrent;
using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>Callers whose answers came together are told of them one after the other, each once.</summary>
public sealed class TellingTests
{
    [Fact]
    public async Task Each_is_told_once_and_who_keeps_a_thread_holds_up_nobody()
    {
        using var gate = new ManualResetEventSlim();
        var told = new ConcurrentQueue<int>();
        Telling.Begin(Enumerable.Range(0, 100), n =>
        {
            if (n == 0) gate.Wait(TimeSpan.FromMinutes(1));
            told.Enqueue(n);
        });
        await Held.Until(() => told.Count == 99, "all but the one that waits are told");
        Assert.DoesNotContain(0, told);
        gate.Set();
        await Held.Until(() => told.Count == 100, "that one is, too");
        Assert.Equal(Enumerable.Range(0, 100), told.Order());
    }

    [Fact]
    public async Task Who_comes_after_them_to_the_pool_waits_for_few_of_them()
    {
        using var gate = new ManualResetEventSlim();
        using var come = new ManualResetEventSlim();
        var told = 0;
        Telling.Begin(Enumerable.Range(0, 10_000), _ =>
        {
            gate.Wait(TimeSpan.FromMinutes(1));
            if (Volatile.Read(ref told) >= 1_000) come.Wait(TimeSpan.FromMinutes(1));
            Interlocked.Increment(ref told);
        });
        ThreadPool.UnsafeQueueUserWorkItem(_ => come.Set(), null);
        gate.Set();
        var inTime = come.Wait(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        come.Set();
        Assert.True(inTime, "the pool has not come to it after a thousand");
        await Held.Until(() => Volatile.Read(ref told) == 10_000, "all are told");
    }

    [Fact]
    public void Nobody_is_told_of_nothing() => Telling.Begin<int>([], _ => Assert.Fail("nobody is there"));
}

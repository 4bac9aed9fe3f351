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
    public void Nobody_is_told_of_nothing() => Telling.Begin<int>([], _ => Assert.Fail("nobody is there"));
}

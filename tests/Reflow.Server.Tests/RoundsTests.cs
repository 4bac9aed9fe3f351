using Microsoft.Extensions.Logging;
using Reflow.Server.Jobs;
using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>What is done every second, and what is said when it is not.</summary>
public class RoundsTests
{
    [Fact]
    public async Task A_store_that_is_out_of_reach_is_told_of_once_and_anything_else_in_each_round()
    {
        var (clock, lines) = (new ManualClock(), new Lines());
        Exception trouble = new StoreGoneException("out of reach");
        await using var rounds = new Rounds("what is due", (_, _) => throw trouble, clock, lines);
        await Pass(3);
        Assert.Equal(1, lines.Count);
        trouble = new StoreException("broken");
        await Pass(3);
        Assert.Equal(4, lines.Count);

        async Task Pass(int count)
        {
            for (var round = 0; round < count; round++)
            {
                await rounds.Settled;
                clock.Advance(TimeSpan.FromSeconds(1));
            }
            await rounds.Settled;
        }
    }

    sealed class Lines : ILogger
    {
        int count;

        public int Count => count;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Interlocked.Increment(ref count);
    }
}

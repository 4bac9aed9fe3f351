using Reflow.Server.Control;
using Xunit;

namespace Reflow.Server.Tests.TestControls;

/// <summary>Calls side by side, and one alone.</summary>
public class CallGateLaws
{
    static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Calls_are_inside_together()
    {
        var gate = new CallGate();
        using var one = await gate.Enter(Ct);
        using var other = await gate.Enter(Ct);
    }

    [Fact]
    public async Task Who_is_alone_waits_for_those_inside_and_is_not_overtaken()
    {
        var gate = new CallGate();
        var order = new List<string>();
        var inside = await gate.Enter(Ct);
        var alone = gate.Alone(() => { order.Add("alone"); return Task.FromResult(0); }, Long, Ct);
        var later = Task.Run(async () =>
        {
            using var place = await gate.Enter(Ct);
            order.Add("later");
        }, Ct);
        Assert.False(alone.IsCompleted);
        order.Add("inside");
        inside.Dispose();
        inside.Dispose();
        await Task.WhenAll(alone, later);
        Assert.Equal(["inside", "alone", "later"], order);
    }

    [Fact]
    public async Task Two_are_never_alone_together_and_calls_never_beside_one_who_is()
    {
        var gate = new CallGate();
        var (alone, calls, broken) = (0, 0, 0);
        await Task.WhenAll(Enumerable.Range(0, 400).Select(i => Task.Run(async () =>
        {
            if (i % 10 == 0)
                await gate.Alone(async () =>
                {
                    if (Interlocked.Increment(ref alone) != 1 || Volatile.Read(ref calls) != 0) Interlocked.Increment(ref broken);
                    await Task.Yield();
                    Interlocked.Decrement(ref alone);
                    return 0;
                }, Long, Ct);
            else
            {
                using var place = await gate.Enter(Ct);
                Interlocked.Increment(ref calls);
                if (Volatile.Read(ref alone) != 0) Interlocked.Increment(ref broken);
                await Task.Yield();
                Interlocked.Decrement(ref calls);
            }
        }, Ct)));
        Assert.Equal(0, broken);
    }

    [Fact]
    public async Task Whose_patience_ends_has_done_nothing_and_lets_the_others_in_again()
    {
        var gate = new CallGate();
        using var inside = await gate.Enter(Ct);
        await Assert.ThrowsAsync<TimeoutException>(() => gate.Alone<int>(() => throw new InvalidOperationException("was done"), TimeSpan.Zero, Ct));
        using var other = await gate.Enter(Ct);
    }

    [Fact]
    public async Task What_fails_alone_lets_the_others_in_again()
    {
        var gate = new CallGate();
        await Assert.ThrowsAsync<InvalidOperationException>(() => gate.Alone<int>(() => throw new InvalidOperationException(), Long, Ct));
        using var inside = await gate.Enter(Ct);
    }
}

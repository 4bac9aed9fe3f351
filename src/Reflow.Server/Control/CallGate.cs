namespace Reflow.Server.Control;

/// <summary>
/// Lets calls in side by side, and one that replaces all data only alone: so a call sees the data before or after, and never some of each.
/// Whoever wants to be alone is not overtaken by calls that come later.
/// </summary>
sealed class CallGate
{
    readonly Lock gate = new();
    readonly SemaphoreSlim alone = new(1);
    int inside;
    TaskCompletionSource? opened, emptied;

    /// <summary>Waits until nobody is alone inside, then enters; the place is left by disposing it.</summary>
    public async ValueTask<Place> Enter(CancellationToken ct)
    {
        while (true)
        {
            Task closed;
            lock (gate)
            {
                if (opened is null)
                {
                    inside++;
                    return new(this);
                }
                closed = opened.Task;
            }
            await closed.WaitAsync(ct);
        }
    }

    /// <summary>Holds up new calls, waits for those inside, works alone, and lets the others in again.</summary>
    /// <param name="work">What must not meet a call.</param>
    /// <param name="patience">How long calls that are inside may take.</param>
    /// <param name="ct">Gives up while it waits.</param>
    /// <exception cref="TimeoutException">Calls were still inside when patience ran out; nothing was done.</exception>
    public async Task<T> Alone<T>(Func<Task<T>> work, TimeSpan patience, CancellationToken ct)
    {
        await alone.WaitAsync(ct);
        try
        {
            Task empty;
            lock (gate)
            {
                opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
                emptied = new(TaskCreationOptions.RunContinuationsAsynchronously);
                if (inside == 0) emptied.SetResult();
                empty = emptied.Task;
            }
            await empty.WaitAsync(patience, ct);
            return await work();
        }
        finally
        {
            lock (gate)
            {
                opened?.SetResult();
                (opened, emptied) = (null, null);
            }
            alone.Release();
        }
    }

    void Leave()
    {
        lock (gate)
        {
            if (--inside == 0) emptied?.TrySetResult();
        }
    }

    /// <summary>A call's place inside.</summary>
    public sealed class Place(CallGate gate) : IDisposable
    {
        bool left;

        /// <summary>Leaves; a second time does nothing.</summary>
        public void Dispose()
        {
            if (left) return;
            left = true;
            gate.Leave();
        }
    }
}

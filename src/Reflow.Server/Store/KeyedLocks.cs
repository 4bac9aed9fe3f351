namespace Reflow.Server.Store;

/// <summary>Lets one at a time in per key; the others wait, in order, as long as they have patience.</summary>
/// <typeparam name="TKey">What the lock is for.</typeparam>
sealed class KeyedLocks<TKey>(TimeProvider clock) where TKey : notnull
{
    readonly Dictionary<TKey, Queue> queues = [];

    /// <summary>A place that lets the next one in when disposed; null when patience ran out.</summary>
    public async ValueTask<IDisposable?> Enter(TKey key, TimeSpan patience, CancellationToken ct)
    {
        Queue? queue;
        lock (queues)
        {
            if (!queues.TryGetValue(key, out queue))
            {
                queues.Add(key, queue = new());
                return new Place(this, key, queue);
            }
            queue.Interested++;
        }
        if (await Wait(queue.Turn, patience, ct)) return new Place(this, key, queue);
        Leave(key, queue, handOn: false);
        return null;
    }

    async Task<bool> Wait(SemaphoreSlim turn, TimeSpan patience, CancellationToken ct)
    {
        using var over = new CancellationTokenSource(patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, ct);
        try
        {
            await turn.WaitAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    void Leave(TKey key, Queue queue, bool handOn)
    {
        lock (queues)
        {
            queue.Interested--;
            if (queue.Interested == 0) queues.Remove(key);
            else if (handOn) queue.Turn.Release();
        }
    }

    sealed class Queue
    {
        public int Interested = 1;
        public SemaphoreSlim Turn { get; } = new(0);
    }

    sealed class Place(KeyedLocks<TKey> locks, TKey key, Queue queue) : IDisposable
    {
        public void Dispose() => locks.Leave(key, queue, handOn: true);
    }
}

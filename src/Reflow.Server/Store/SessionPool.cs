using System.Collections.Concurrent;
using System.Data.Common;

namespace Reflow.Server.Store;

/// <summary>Read-only sessions, lent one at a time; at most <paramref name="size"/> at once, opened when first needed.</summary>
sealed class SessionPool(Func<SystemSession> open, int size) : IAsyncDisposable
{
    readonly ConcurrentStack<SystemSession> idle = [];
    readonly SemaphoreSlim places = new(size);

    public async Task<T> Run<T>(Func<SystemSession, ValueTask<T>> work, CancellationToken ct)
    {
        await places.WaitAsync(ct);
        try
        {
            if (!idle.TryPop(out var session)) session = open();
            try
            {
                await session.Execute(session.Engine.BeginRead());
                try { return await work(session); }
                finally { await session.Execute("commit"); }
            }
            finally { idle.Push(session); }
        }
        catch (DbException e) { throw e.AsStoreFailure(); }
        finally { places.Release(); }
    }

    public async ValueTask DisposeAsync()
    {
        while (idle.TryPop(out var session)) await session.DisposeAsync();
        places.Dispose();
    }
}

/// <summary>Tells the engine's own exceptions from everything else.</summary>
static class StoreFailures
{
    /// <summary>An engine's exception as a <see cref="StoreException"/>; any other as it is.</summary>
    public static Exception AsStoreFailure(this Exception e) => e is DbException ? new StoreException(e.Message, e) : e;
}

using System.Collections.Concurrent;
using System.Data.Common;
using Npgsql;

namespace Reflow.Server.Store;

/// <summary>Read-only sessions, lent one at a time; at most <paramref name="size"/> at once, opened when first needed.</summary>
sealed class SessionPool(Func<CancellationToken, ValueTask<SystemSession>> open, int size) : IAsyncDisposable
{
    readonly ConcurrentStack<SystemSession> idle = [];
    readonly SemaphoreSlim places = new(size);

    public async Task<T> Run<T>(Func<SystemSession, ValueTask<T>> work, CancellationToken ct)
    {
        await places.WaitAsync(ct);
        SystemSession? session = null;
        try
        {
            while (true)
            {
                var isNew = !idle.TryPop(out session);
                session ??= await open(ct);
                try
                {
                    await session.BeginRead();
                    return await work(session);
                }
                catch (DbException) when (!isNew && session is { IsBroken: true, HasAnswered: false })
                {
                    // The connection was lost while nobody used it: nothing was read of which the caller could know.
                    await session.DisposeAsync();
                    session = null;
                }
            }
        }
        catch (DbException e) { throw e.AsStoreFailure(); }
        finally { _ = Leave(session); }
    }

    // What was read is read: nobody waits for the end of its transaction, and how it ends changes nothing.
    async Task Leave(SystemSession? session)
    {
        try
        {
            if (session is null) return;
            if (!session.IsBroken) await session.EndRead();
            if (!session.IsBroken) idle.Push(session);
            else await session.DisposeAsync();
        }
        catch (DbException)
        {
            await session!.DisposeAsync();
        }
        finally
        {
            places.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Those that are leaving have not come back yet.
        for (var place = 0; place < size; place++) await places.WaitAsync();
        while (idle.TryPop(out var session)) await session.DisposeAsync();
        places.Dispose();
    }
}

/// <summary>Tells the engine's own exceptions from everything else.</summary>
static class StoreFailures
{
    /// <summary>An engine's exception as a <see cref="StoreException"/>; any other as it is.</summary>
    public static Exception AsStoreFailure(this Exception e) => e switch
    {
        PostgresException refused => Passes(refused.SqlState) ? new StoreGoneException(refused.Message, e) : new StoreException(refused.Message, e),
        NpgsqlException lost => new StoreGoneException(lost.Message, e),
        DbException => new StoreException(e.Message, e),
        _ => e,
    };

    // A lost connection (08), no room for another (53), a server that stops or starts (57P), and one that gave up waiting for a node that stood still (25P03).
    static bool Passes(string state) => state is ['0', '8', ..] or ['5', '3', ..] or ['5', '7', 'P', ..] or "25P03";
}

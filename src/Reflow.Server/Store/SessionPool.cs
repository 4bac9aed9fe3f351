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
        try
        {
            var session = await Begun(ct);
            try { return await work(session); }
            finally { await End(session); }
        }
        catch (DbException e) { throw e.AsStoreFailure(); }
        finally { places.Release(); }
    }

    async ValueTask<SystemSession> Begun(CancellationToken ct)
    {
        // A connection that was lost while nobody used it is noticed here; a new one is not lost yet.
        while (idle.TryPop(out var known))
        {
            try
            {
                await known.BeginRead();
                return known;
            }
            catch (DbException)
            {
                await known.DisposeAsync();
            }
        }
        var session = await open(ct);
        try
        {
            await session.BeginRead();
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    // What was read is read: how its transaction ends changes nothing.
    async ValueTask End(SystemSession session)
    {
        try
        {
            if (!session.IsBroken) await session.Execute("commit");
        }
        catch (DbException)
        {
        }
        if (session.IsBroken) await session.DisposeAsync();
        else idle.Push(session);
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
    public static Exception AsStoreFailure(this Exception e) => e switch
    {
        PostgresException refused => Passes(refused.SqlState) ? new StoreGoneException(refused.Message, e) : new StoreException(refused.Message, e),
        NpgsqlException lost => new StoreGoneException(lost.Message, e),
        DbException => new StoreException(e.Message, e),
        _ => e,
    };

    // A lost connection (08), no room for another (53), and a server that stops or starts (57P).
    static bool Passes(string state) => state is ['0', '8', ..] or ['5', '3', ..] or ['5', '7', 'P', ..];
}

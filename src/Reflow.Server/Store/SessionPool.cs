using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics;

namespace Reflow.Server.Store;

/// <summary>
/// Read-only sessions, lent one at a time; at most so many at once, opened when first needed. The line for one has an end, and who stood in it for too long is refused.
/// </summary>
sealed class SessionPool(Func<CancellationToken, ValueTask<SystemSession>> open, DbOptions options) : IAsyncDisposable
{
    readonly ConcurrentStack<SystemSession> idle = [];
    readonly SemaphoreSlim places = new(options.Readers);
    CancellationTokenSource gone = new();
    int waiting;
    long moved;

    /// <summary>How many reads wait for a session.</summary>
    public int Waiting => Volatile.Read(ref waiting);

    public async Task<T> Run<T>(Func<SystemSession, ValueTask<T>> work, CancellationToken ct)
    {
        if (!places.Wait(0, CancellationToken.None)) await Wait(ct);
        SystemSession? session = null;
        try
        {
            while (true)
            {
                while (idle.TryPop(out session) && session.IsBroken) await session.DisposeAsync();
                var isNew = session is null;
                session ??= await Opened(ct);
                try
                {
                    await session.BeginRead();
                    var read = await work(session);
                    Volatile.Write(ref moved, Stopwatch.GetTimestamp());
                    return read;
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

    async Task Wait(CancellationToken ct)
    {
        var since = Stopwatch.GetTimestamp();
        try
        {
            if (Interlocked.Increment(ref waiting) > options.WaitingReads) throw new StoreBusyException();
            using var either = CancellationTokenSource.CreateLinkedTokenSource(Volatile.Read(ref gone).Token, ct);
            if (await places.WaitAsync(options.Patience, either.Token)) return;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new StoreGoneException("the database does not answer");
        }
        finally { Interlocked.Decrement(ref waiting); }
        // A line that moves is too long; behind one that stands, something is broken.
        throw Volatile.Read(ref moved) > since ? new StoreBusyException() : new StoreGoneException("the database has not answered a read for too long");
    }

    async ValueTask<SystemSession> Opened(CancellationToken ct)
    {
        try { return await open(ct); }
        catch (StoreGoneException)
        {
            // Who waits would meet the same, a little later.
            await Interlocked.Exchange(ref gone, new()).CancelAsync();
            throw;
        }
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
        catch (Exception e) when (e is DbException or StoreException)
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
        for (var place = 0; place < options.Readers; place++) await places.WaitAsync();
        while (idle.TryPop(out var session)) await session.DisposeAsync();
        places.Dispose();
    }
}

using System.Data.Common;
using System.Diagnostics;

namespace Reflow.Server.Store;

/// <summary>
/// The quotas of all nodes that share a PostgreSQL: one row for what is counted, updated in place, on a connection of its own that waits for no disk. What a crash of the
/// server forgets is the last fraction of a second. A share is an eighth of what is left, so that little of a window is stranded on a node that does not need it.
/// </summary>
/// <param name="database">What the nodes share.</param>
/// <param name="patience">How long a call waits for its turn.</param>
sealed class PostgresQuotas(PostgresDatabase database, TimeSpan patience) : Quotas
{
    // Long after anybody's window, whatever the clocks of the others say.
    const long Kept = 60 * 60 * 1000, SweepsApart = 10 * 60 * 1000;

    static readonly string On = $"(q.ends > $4 and q.ends <= $4 + $5 + {Slack})";
    static readonly string Part = "least($7, greatest(1, ($6 - q.taken) / 8), $6 - q.taken)";
    static readonly string TakeShare = $"""
        insert into quota as q (tenant, key, ends, share, taken) values ($1, $2, $3, least($7, greatest(1, $6 / 8)), least($7, greatest(1, $6 / 8)))
        on conflict (tenant, key) do update set
            ends = case when {On} then q.ends else excluded.ends end,
            share = case when {On} then {Part} else excluded.share end,
            taken = case when {On} then q.taken + {Part} else excluded.taken end
        returning ends, share, taken
        """;

    readonly SemaphoreSlim turn = new(1);
    readonly LocalQuotas alone = new();
    SystemSession? session;
    long sweptAt, goneAt;

    /// <inheritdoc/>
    public override ValueTask<Share> Take(string tenant, string key, Window window) => Counted(quotas => quotas.Take(tenant, key, window), async session =>
    {
        if (window.Now >= sweptAt + SweepsApart)
        {
            sweptAt = window.Now;
            // Two nodes that sweep at once pass each other by.
            await session.Execute("delete from quota where (tenant, key) in (select tenant, key from quota where ends < $1 for update skip locked)", window.Now - Kept);
        }
        return await session.Find(TakeShare, r => new Share((int)r.GetInt64(1), r.GetInt64(0), r.GetInt64(2) >= window.Most),
            tenant, key, window.Ends, window.Now, window.Length, window.Most, window.AtOnce);
    });

    /// <inheritdoc/>
    public override async ValueTask GiveBack(string tenant, string key, long ends) => await Counted(async quotas =>
        {
            await quotas.GiveBack(tenant, key, ends);
            return 0;
        }, session => session.Execute("update quota set taken = taken - 1 where tenant = $1 and key = $2 and ends = $3 and taken > 0", tenant, key, ends));

    /// <inheritdoc/>
    public override async ValueTask Clear(string tenant, string key) => await Counted(async quotas =>
        {
            await quotas.Clear(tenant, key);
            return 0;
        }, session => session.Execute("delete from quota where tenant = $1 and key = $2", tenant, key));

    /// <inheritdoc/>
    public override void Forget()
    {
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await turn.WaitAsync();
        if (session is not null) await session.DisposeAsync();
        turn.Dispose();
    }

    // A database that is full or read-only can be read, and what reads is counted: by each node for itself meanwhile, so that nothing passes uncounted.
    async ValueTask<T> Counted<T>(Func<Quotas, ValueTask<T>> here, Func<SystemSession, ValueTask<T>> there)
    {
        try { return await Run(there); }
        catch (StoreGoneException e) when (e.InnerException is DbException cause && cause.TakesNoChanges()) { return await here(alone); }
    }

    async ValueTask<T> Run<T>(Func<SystemSession, ValueTask<T>> work)
    {
        var since = Stopwatch.GetTimestamp();
        if (!await turn.WaitAsync(patience)) throw new StoreGoneException("the database has not counted for too long");
        try
        {
            // What the one before has just met.
            if (goneAt > since) throw new StoreGoneException("the database does not answer");
            while (true)
            {
                var isNew = session is not { IsBroken: false };
                if (session is { IsBroken: true })
                {
                    await session.DisposeAsync();
                    session = null;
                }
                session ??= await database.OpenCounting(CancellationToken.None);
                try
                {
                    return await work(session);
                }
                catch (DbException) when (session.IsBroken)
                {
                    await session.DisposeAsync();
                    session = null;
                    // Lost while nobody used it, most likely; a share that is taken twice is only stranded.
                    if (isNew) throw;
                }
            }
        }
        catch (DbException e) { throw e.AsStoreFailure(ofChange: true); }
        catch (StoreGoneException)
        {
            goneAt = Stopwatch.GetTimestamp();
            throw;
        }
        finally { turn.Release(); }
    }
}

using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>How many rows PostgreSQL reads for a question among many, whatever it knows of the table and however often it was asked: its plans depend on both.</summary>
static class RowsRead
{
    /// <summary>So often it is asked: after a few times PostgreSQL plans it for whatever arguments it is asked with.</summary>
    public const int Times = 10;

    /// <summary>The rows of a table that are read when it is asked <see cref="Times"/> times: by walking it, and by way of an index.</summary>
    /// <param name="table">The table.</param>
    /// <param name="isKnown">Whether it has been analyzed.</param>
    /// <param name="fill">What fills it, in a store with the demo workspace.</param>
    /// <param name="ask">The question.</param>
    public static async Task<(long Walked, long Fetched)> Of(string table, bool isKnown, string fill, Func<SystemSession, ValueTask> ask)
    {
        await using var server = await OwnPostgres.Start();
        await using var store = await TestStore.DemoIn(server);
        await using var db = await store.Open(new());
        await server.Execute(fill, store.Name);
        if (isKnown) await server.Execute($"analyze {table}", store.Name);
        return await db.ReadSystem(async session =>
        {
            for (var time = 0; time < Times; time++) await ask(session);
            return await session.Find($"select seq_tup_read, coalesce(idx_tup_fetch, 0) from pg_stat_xact_user_tables where relid = '{table}'::regclass", r => (r.GetInt64(0), r.GetInt64(1)));
        }, TestContext.Current.CancellationToken);
    }
}

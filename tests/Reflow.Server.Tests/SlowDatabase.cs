using System.Data.Common;
using Reflow.Server.Store;

namespace Reflow.Server.Tests;

/// <summary>
/// A database that now and then lets time pass: before a transaction begins, between its statements, before its commit and after it, so that what runs side by side meets in more ways.
/// How long is drawn from a seed.
/// </summary>
/// <param name="inner">Where the data is.</param>
/// <param name="seed">What the delays are drawn from.</param>
sealed class SlowDatabase(Database inner, int seed) : Database
{
    int opened;

    public override async ValueTask<SystemSession> Open(DbUse use, CancellationToken ct, bool patient = false) =>
        new Slow(await inner.Open(use, ct, patient), Next(), blocking: use is not DbUse.Reading);

    public override async ValueTask<SystemSession> OpenWriter(DbUse use) => new Slow(await inner.OpenWriter(use), Next(), blocking: true);

    public override Func<ValueTask<SystemSession>>? BriefReader => inner.BriefReader is { } open ? async () => new Slow(await open(), Next(), blocking: true) : null;

    public override Task<NodeNumber> Join(Db db, Action changed, CancellationToken ct) => inner.Join(db, changed, ct);

    public override Quotas Quotas() => inner.Quotas();

    public override Copies Copies(string kind, TimeProvider clock) => inner.Copies(kind, clock);

    Random Next() => new((seed * 1000) + Interlocked.Increment(ref opened));

    sealed class Slow(SystemSession inner, Random random, bool blocking) : SystemSession(inner.Engine)
    {
        bool committing;

        internal override bool InTransaction => inner.InTransaction;

        internal override bool IsBroken => inner.IsBroken;

        internal override bool IsOverdue => inner.IsOverdue;

        internal override void Abandon() => inner.Abandon();

        internal override void Tend(bool failed) => inner.Tend(failed);

        internal override bool Collects => inner.Collects;

        internal override bool HasWritten { get => inner.HasWritten; set => inner.HasWritten = value; }

        public override IAsyncEnumerable<object?[]> Stream(string sql, int columns) => inner.Stream(sql, columns);

        public override ValueTask Script(string sql) => inner.Script(sql);

        public override ValueTask DisposeAsync() => inner.DisposeAsync();

        internal override async ValueTask BeginRead()
        {
            HasAnswered = false;
            await Pass();
            await inner.BeginRead();
        }

        internal override ValueTask EndRead() => inner.EndRead();

        internal override async ValueTask BeginChange(IReadOnlyCollection<string?> tenants)
        {
            await Pass();
            await inner.BeginChange(tenants);
        }

        internal override ValueTask Rollback() => inner.Rollback();

        internal override ValueTask<List<T>> ReadAll<T>(string sql, string? tenant, ReadOnlySpan<object?> args, Func<DbDataReader, T> row)
        {
            var given = args.ToArray();
            return Slowly(() => inner.ReadAll(sql, tenant, given, row));
        }

        internal override ValueTask<T?> ReadFirst<T>(string sql, string? tenant, ReadOnlySpan<object?> args, Func<DbDataReader, T> row) where T : default
        {
            var given = args.ToArray();
            return Slowly(() => inner.ReadFirst(sql, tenant, given, row));
        }

        internal override ValueTask<int> Run(string sql, string? tenant, ReadOnlySpan<object?> args)
        {
            var given = args.ToArray();
            return Slowly(() => inner.Run(sql, tenant, given));
        }

        internal override ValueTask Write(string sql, string? tenant, bool one, ReadOnlySpan<object?> args)
        {
            var given = args.ToArray();
            return Done();

            async ValueTask Done()
            {
                await Pass();
                await inner.Write(sql, tenant, one, given);
            }
        }

        internal override ValueTask Append(string sql, string together, string? tenant, ReadOnlySpan<object?> args)
        {
            var given = args.ToArray();
            return Done();

            async ValueTask Done()
            {
                await Pass();
                await inner.Append(sql, together, tenant, given);
            }
        }

        internal override async ValueTask Mark(string sql)
        {
            committing = sql is "commit";
            await Pass();
            await inner.Mark(sql);
            if (committing && !Collects) await Pass();
        }

        internal override bool WasTakenBack => inner.WasTakenBack;

        internal override void Turn(int change, bool beside) => inner.Turn(change, beside);

        internal override ValueTask Each(IEnumerable<Func<ValueTask>> things) => inner.Each(things);

        internal override void Release(int change, bool keep) => inner.Release(change, keep);

        internal override bool Flush()
        {
            Sleep();
            var sent = inner.Flush();
            if (committing) Sleep();
            return sent;
        }

        async ValueTask<T> Slowly<T>(Func<ValueTask<T>> statement)
        {
            await Pass();
            try { return await statement(); }
            finally { HasAnswered |= inner.HasAnswered; }
        }

        // A writer keeps its thread.
        async ValueTask Pass()
        {
            if (blocking) Sleep();
            else if (Moment() is >= 0 and var ms) await Task.Delay(ms);
        }

        void Sleep()
        {
            if (Moment() is >= 0 and var ms) Thread.Sleep(ms);
        }

        int Moment() => random.Next(40) switch { 0 => random.Next(1, 4), < 8 => 0, _ => -1 };
    }
}

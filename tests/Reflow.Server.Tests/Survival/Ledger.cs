using System.Globalization;
using System.Text.RegularExpressions;
using Reflow.Core.Tests.Flows;
using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests.Survival;

/// <summary>Holds what callers were answered against what is stored: rows, histories and outbox of one moment, read behind the servers' backs.</summary>
sealed partial class Ledger(TestStore store, Load load)
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Looks while calls are under way: everything that was answered before is there, and at most one step of a piece more than was answered since.</summary>
    public async Task Glance()
    {
        await using var db = await store.Open(TestStore.Patient);
        var before = load.Known();
        var stored = await Stored.Read(db);
        stored.Holds(before, load.Known());
    }

    /// <summary>The same of a copy that was taken meanwhile.</summary>
    /// <param name="before">What was answered when it was begun.</param>
    /// <param name="after">What was answered when it was done.</param>
    public async Task Holds(IReadOnlyDictionary<Piece, int> before, IReadOnlyDictionary<Piece, int> after)
    {
        await using var db = await store.Open(TestStore.Patient);
        (await Stored.Read(db)).Holds(before, after);
    }

    /// <summary>Looks when every call was answered: each piece went exactly the steps that are known, nothing is there that nobody asked for, and what the rules say of instances holds.</summary>
    public async Task Verify()
    {
        await using var db = await store.Open(TestStore.Patient);
        var stored = await Stored.Read(db);
        stored.Agree();
        foreach (var (piece, steps) in load.Known()) Assert.True(steps == stored.StepsOf(piece), $"{piece}, and {stored.StepsOf(piece)} are stored");
        foreach (var piece in load.There) Assert.True(stored.Named(piece) == 1, $"{piece} is there {stored.Named(piece)} times");
        foreach (var piece in load.Lost) Assert.True(stored.Named(piece) <= 1, $"{piece} is there {stored.Named(piece)} times");
        Assert.Empty(stored.Names.Except(load.Pieces.Concat(load.There).Concat(load.Lost).Select(piece => piece.Name)));
        foreach (var piece in load.Pieces.Where(piece => piece.Kind.Word is "instance")) await Replay(db, long.Parse(piece.Id, CultureInfo.InvariantCulture));
    }

    /// <summary>The log of an instance, played again, gives what is stored of it, and what is stored obeys the law of flows.</summary>
    static async Task Replay(Db db, long instance)
    {
        var state = await db.Read(Demo.Tenant, s => FlowHistory.AsOf(s, instance, long.MaxValue), Ct);
        Assert.Equal(FlowRowsOf.Of(state!), await FlowRowsOf.Stored(db, instance));
        var catalog = new FlowCatalog();
        var flow = await db.Read(Demo.Tenant, async s => await catalog.Get(s, (await FlowRows.Instance(s, instance))!.Flow), Ct);
        Invariants.Check(state!, flow.Net);
    }

    /// <summary>What is stored of everything that a <see cref="Load"/> can make, as of one moment.</summary>
    sealed partial class Stored
    {
        readonly Dictionary<string, List<Row>> named = [];
        readonly Dictionary<(string Kind, string Id), List<long>> histories = [];
        readonly Dictionary<string, long> told = [];
        readonly List<long> outbox = [];

        public IEnumerable<string> Names => named.Keys.Where(name => !name.StartsWith("survive home ", StringComparison.Ordinal));

        public int Named(Piece piece) => named.GetValueOrDefault(piece.Name, []).Count;

        public int StepsOf(Piece piece)
        {
            var rows = named.GetValueOrDefault(piece.Name, []);
            Assert.True(rows is [{ } row] && row.Id == piece.Id, $"{piece} is stored {rows.Count} times: {string.Join(", ", rows)}");
            return History(rows[0]).Count;
        }

        public void Holds(IReadOnlyDictionary<Piece, int> before, IReadOnlyDictionary<Piece, int> after)
        {
            Agree();
            foreach (var (piece, steps) in before) Assert.InRange(StepsOf(piece), steps, after[piece] + 1);
        }

        /// <summary>Rows, histories and outbox tell the same story.</summary>
        public void Agree()
        {
            Assert.Equal(Enumerable.Range(1, outbox.Count).Select(seq => (long)seq), outbox);
            foreach (var row in named.Values.SelectMany(rows => rows))
            {
                var history = History(row);
                Assert.True(row.IsWhole, $"{row} is half done");
                Assert.True(history.SequenceEqual(Enumerable.Range(1, (int)row.Version).Select(seq => (long)seq)), $"{row} has the history {string.Join(',', history)}");
                if (row.Told is { } events) Assert.True(events == told.GetValueOrDefault(row.Id), $"of {row} {told.GetValueOrDefault(row.Id)} events are told, not {events}");
            }
        }

        public static async Task<Stored> Read(Db db)
        {
            var stored = new Stored();
            await db.ReadSystem(async system =>
            {
                if (system.Engine is Engine.Sqlite) Assert.Equal(["ok"], await system.Query("pragma integrity_check", r => r.GetString(0)));
                await stored.Read(system.For(Demo.Tenant));
                return 0;
            }, Ct);
            return stored;
        }

        async ValueTask Read(Session session)
        {
            foreach (var (kind, id, seq) in await session.Query("select kind, id, seq from history where tenant = $1 union all select 'instance', cast(instance as text), seq from flow_history where tenant = $1 order by 1, 2, 3", r => (r.GetString(0), r.GetString(1), r.GetInt64(2))))
            {
                if (!histories.TryGetValue((kind, id), out var seqs)) histories[(kind, id)] = seqs = [];
                seqs.Add(seq);
            }
            foreach (var (seq, id) in await session.Query("select seq, id from outbox where tenant = $1 order by seq", r => (r.GetInt64(0), r.GetString(1))))
            {
                outbox.Add(seq);
                told[id] = told.GetValueOrDefault(id) + 1;
            }
            // A change of a task or of a comment on it is one row for those who are told of the task.
            await Rows(session, "task", """
                select t.id, t.version, t.doc, cast(t.version + coalesce((select sum(c.version) from task_comment c where c.tenant = t.tenant and c.task_id = t.id), 0) as bigint),
                    case when (select count(*) from task_member m where m.tenant = t.tenant and m.task_id = t.id and m.role = 'collaborator') <> 2 then 1 = 0
                        when t.doc like '%survive follower %' then (select count(*) from task_member m where m.tenant = t.tenant and m.task_id = t.id and m.role = 'follower') = 1 - t.version % 2
                        else (t.completed_at <> 0) = (t.version % 2 = 0) end
                from task t where t.tenant = $1 and t.doc like '%survive %'
                """);
            await Rows(session, "task_comment", "select cast(id as text), version, content, null, version % 2 = case when content like '% back' then 1 else 0 end from task_comment where tenant = $1 and content like 'survive %'");
            await Rows(session, "instance", "select cast(id as text), version, form, null, 1 = 1 from flow_instance where tenant = $1 and form like '%survive %'");
            await Rows(session, "item", "select cast(id as text), version, name, null, 1 = 1 from work_item where tenant = $1 and name like 'survive %'");
            await Rows(session, "report", """
                select cast(r.report_id as text), (select count(*) from history h where h.tenant = r.tenant and h.kind = 'report' and h.id = cast(r.report_id as text)), r.form, null,
                    (select count(*) from report_filing f where f.tenant = r.tenant and f.report_id = r.report_id) = 1
                    and exists (select 1 from report_reader x where x.tenant = r.tenant and x.report_id = r.report_id and x.role = 'from')
                from report r where r.tenant = $1 and r.form like '%survive %'
                """);
        }

        async ValueTask Rows(Session session, string kind, string sql)
        {
            foreach (var (name, row) in await session.Query(sql, r => (Name().Match(r.GetString(2)).Value, new Row(kind, r.GetString(0), r.GetInt64(1), r.IsDBNull(3) ? null : r.GetInt64(3), Convert.ToBoolean(r.GetValue(4), CultureInfo.InvariantCulture)))))
            {
                if (!named.TryGetValue(name, out var rows)) named[name] = rows = [];
                rows.Add(row);
            }
        }

        List<long> History(Row row) => histories.GetValueOrDefault((row.Kind, row.Id), []);

        [GeneratedRegex(@"survive \w+ \d+\.\d+\.")]
        private static partial Regex Name();

        /// <param name="Kind">What its history is filed under.</param>
        /// <param name="Version">How many changes its row knows of.</param>
        /// <param name="Told">How many rows of the outbox are about it; null when nobody is told of its kind.</param>
        /// <param name="IsWhole">Whether the rows beside it fit it.</param>
        sealed record Row(string Kind, string Id, long Version, long? Told, bool IsWhole);
    }
}

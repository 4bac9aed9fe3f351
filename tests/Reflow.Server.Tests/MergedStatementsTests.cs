using System.Collections.Concurrent;
using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>Statements of one text that come together are as good as one after the other, whoever sends them as one.</summary>
public sealed class MergedStatementsTests : StoreTest
{
    const string Tenant = "0000000000000001";
    const string Insert = "insert into history (tenant, kind, id, seq, at, actor, operation, payload) values ($1, $2, $3, $4, 0, 'a', 'o', '')";

    [Fact]
    public async Task Each_is_answered_with_its_own_rows_in_their_order()
    {
        await Db.Change(Tenant, async s =>
        {
            for (var n = 0; n < 30; n++) await s.Write(Insert, "k", $"{n % 3}", n);
            return 0;
        }, Ct);
        var answers = await Together(5, async (s, n) =>
        {
            var all = await s.Query("select seq from history where tenant = $1 and kind = $2 and id = $3 order by seq desc", r => r.GetInt64(0), "k", $"{n}");
            var first = await s.Find("select seq from history where tenant = $1 and kind = $2 and id = $3 order by seq desc", r => r.GetInt64(0), "k", $"{n}");
            var count = await s.Find("select count(*) from history where tenant = $1 and kind = $2 and seq >= $3", r => r.GetInt64(0), "k", 10L * n);
            return $"{string.Join(' ', all)}; {first}; {count}";
        });
        Assert.Equal(
            ["27 24 21 18 15 12 9 6 3 0; 27; 30", "28 25 22 19 16 13 10 7 4 1; 28; 20", "29 26 23 20 17 14 11 8 5 2; 29; 10", "; 0; 0", "; 0; 0"], answers);
    }

    [Fact]
    public async Task Who_asks_beside_another_tenant_is_answered_with_its_own()
    {
        const string other = "0000000000000002";
        foreach (var tenant in (string[])[Tenant, other])
            await Db.Change(tenant, async s => { await s.Write(Insert, "k", tenant, 1); return 0; }, Ct);
        Task<string?>[] group;
        await using (var held = await Held.Writer(Db))
        {
            group = [.. Enumerable.Range(0, 6).Select(n => Db.ChangeGuarded(n % 3 == 0 ? other : Tenant,
                async s => await s.Find("select id from history where tenant = $1 and kind = $2 and seq >= $3", r => r.GetString(0), "k", n % 2), Ct))];
            await held.Waiting(6);
        }
        Assert.Equal((string?[])[other, Tenant, Tenant, other, Tenant, Tenant], await Task.WhenAll(group));
    }

    [Fact]
    public async Task What_fails_on_the_way_to_its_caller_fails_nobody_else()
    {
        var answers = await Together(4, async (s, n) =>
        {
            try { return await s.Find("select $2 as text where $1 <> '' /* tenant */", r => n == 2 ? throw new InvalidOperationException() : r.GetString(0), $"{n}") ?? ""; }
            catch (InvalidOperationException) { return "failed"; }
        });
        Assert.Equal(["0", "1", "failed", "3"], answers);
    }

    [Fact]
    public async Task Who_asks_the_same_is_answered_the_same_and_what_fails_on_the_way_to_one_fails_no_other()
    {
        await Db.Change(Tenant, async s =>
        {
            for (var n = 0; n < 3; n++) await s.Write(Insert, "k", "same", n);
            return 0;
        }, Ct);
        var answers = await Together(5, async (s, n) =>
        {
            try
            {
                var all = await s.Query("select seq from history where tenant = $1 and kind = $2 and id = $3 order by seq", r => n == 3 ? throw new InvalidOperationException() : r.GetInt64(0) + 10 * n, "k", "same");
                var first = await s.Find("select seq from history where tenant = $1 and kind = $2 and id = $3 order by seq desc", r => r.GetInt64(0), "k", "same");
                var none = await s.Find("select seq from history where tenant = $1 and kind = $2 and id = $3", r => (long?)r.GetInt64(0), "k", "nobody");
                return $"{string.Join(' ', all)}; {first}; {none}";
            }
            catch (InvalidOperationException) { return "failed"; }
        });
        Assert.Equal(["0 1 2; 2; ", "10 11 12; 2; ", "20 21 22; 2; ", "failed", "40 41 42; 2; "], answers);
    }

    [Fact]
    public async Task Nothing_and_odd_texts_come_through()
    {
        string?[] odd = [null, "", "{\"a\":\"b,c\\\"\"}", "NULL", "line\nbreak", "中文 🎉", "{}"];
        await Together(odd.Length, async (s, n) =>
        {
            await s.Write("insert into history (tenant, kind, id, seq, at, actor, operation, payload) values ($1, 'odd', $2, $3, $4, 'a', 'o', coalesce($5, 'null'))", $"{n}", n, n % 2 == 0, odd[n]);
            return "";
        });
        Assert.Equal(odd.Select((text, n) => $"{n} {(n % 2 == 0 ? 1 : 0)} {text ?? "null"}"),
            await Db.Read(Tenant, s => s.Query("select seq, at, payload from history where tenant = $1 and kind = 'odd' order by seq", r => $"{r.GetInt64(0)} {r.GetInt64(1)} {r.GetString(2)}"), Ct));
    }

    [Fact]
    public async Task What_one_does_keeps_its_order_whatever_the_others_do()
    {
        await Together(6, async (s, n) =>
        {
            // Half of them delete before they insert, the others afterwards.
            if (n % 2 == 0) await s.Write("delete from history where tenant = $1 and kind = $2 and id = $3", "k", $"{n}");
            await s.Write(Insert, "k", $"{n}", 1);
            if (n % 2 == 1) await s.Write("delete from history where tenant = $1 and kind = $2 and id = $3", "k", $"{n}");
            return "";
        });
        Assert.Equal(["0", "2", "4"], await Db.Read(Tenant, s => s.Query("select id from history where tenant = $1 order by id", r => r.GetString(0)), Ct));
    }

    [Fact]
    public async Task Events_of_a_group_are_counted_on_in_the_order_of_their_changes()
    {
        await Db.Change(Tenant, async s => { await Outbox.Append(s, 1, "task", "before", [new("t", null, "{}")]); return 0; }, Ct);
        Task[] group;
        await using (var held = await Held.Writer(Db))
        {
            group = [.. Enumerable.Range(0, 10).Select(n => Db.ChangeGuarded(n < 8 ? Tenant : "0000000000000002", async s =>
            {
                await Outbox.Append(s, 1, "task", $"{n}", [new("t", null, "{}")]);
                return 0;
            }, Ct))];
            await held.Waiting(10);
        }
        await Task.WhenAll(group);
        Assert.Equal(["1 before", .. Enumerable.Range(0, 8).Select(n => $"{n + 2} {n}")], await Rows(Tenant));
        Assert.Equal(["1 8", "2 9"], await Rows("0000000000000002"));

        Task<List<string>> Rows(string tenant) => Db.Read(tenant, s => s.Query("select seq, id from outbox where tenant = $1 order by seq", r => $"{r.GetInt64(0)} {r.GetString(1)}"), Ct);
    }

    [Fact]
    public async Task Events_of_a_group_of_one_tenant_are_counted_on_in_the_order_of_their_changes()
    {
        await Db.Change(Tenant, async s => { await Outbox.Append(s, 1, "task", "before", [new("t", null, "{}")]); return 0; }, Ct);
        await Together(5, async (s, n) =>
        {
            await Outbox.Append(s, 1, "task", $"{n}", [new("t", null, "{}")]);
            return "";
        });
        Assert.Equal(["1 before", .. Enumerable.Range(0, 5).Select(n => $"{n + 2} {n}")],
            await Db.Read(Tenant, s => s.Query("select seq, id from outbox where tenant = $1 order by seq", r => $"{r.GetInt64(0)} {r.GetString(1)}"), Ct));
    }

    [Fact]
    [Trait("Engine", "PostgreSQL")]
    public async Task What_all_rows_have_in_common_is_sent_once_and_holds_for_each_of_them_alone()
    {
        var plans = new ConcurrentDictionary<string, IReadOnlyList<string>>();
        await using var db = await Place.Open(TestStore.Patient with { Merge = new(1, 3), Inspect = sql => sql.Contains(" history ", StringComparison.Ordinal) ? plan => plans[sql] = plan : null });
        await db.Change(Tenant, async s =>
        {
            for (var n = 0; n < 3; n++) await s.Write(Insert, "k", $"{n}", 1);
            foreach (var id in (string[])["other", "third"]) await s.Write(Insert, id, "0", 1);
            return 0;
        }, Ct);
        await Together(db, 3, async (s, n) =>
        {
            await s.Query("select seq from history where tenant = $1 and kind = $2 and id = $3", r => r.GetInt64(0), "k", $"{n}");
            await s.Write("update history set actor = $5, payload = $6 where tenant = $1 and kind = $2 and id = $3 and seq = $4", "k", $"{n}", 1, "b", $"p{n}");
            await s.Write("delete from history where tenant = $1 and kind = $2 and id = $3", "third", $"{n}");
            await s.Write("delete from history where tenant = $1 and kind = $2", "nobody's");
            return "";
        });
        Assert.Equal(["k 0 b p0", "k 1 b p1", "k 2 b p2", "other 0 a "],
            await db.Read(Tenant, s => s.Query("select kind, id, actor, payload from history where tenant = $1 order by kind, id", r => $"{r.GetString(0)} {r.GetString(1)} {r.GetString(2)} {r.GetString(3)}"), Ct));

        // Three are enough, and five rows of which two are of other kinds have their kinds in rows.
        Assert.Contains(plans.Keys, sql => sql.Contains("set actor = ($5 collate \"C\"), payload = (given.a6 collate \"C\") from (select $1 as a1, $2 as a2, $4 as a4, given.*", StringComparison.Ordinal));
        Assert.Contains(plans.Keys, sql => sql.Contains("delete from history using (select $1 as a1, $2 as a2, given.*", StringComparison.Ordinal));
        Assert.Contains(plans.Keys, sql => sql.Contains("select ($1 collate \"C\"), (given.a2 collate \"C\"), (given.a3 collate \"C\"), $4", StringComparison.Ordinal));
        // Rows that have all in common say it each, or else nothing would say how many they are; what is read has the tenant in common alone.
        Assert.Contains(plans.Keys, sql => sql.StartsWith("delete from history using unnest($1, $2) with ordinality given(a1, a2, nth)", StringComparison.Ordinal));
        Assert.Contains(plans.Keys, sql => sql.Contains("from unnest($2, $3) with ordinality given(a2, a3, nth), lateral", StringComparison.Ordinal));
        // Each row is found by all of its key, whatever is known of the table.
        foreach (var (sql, plan) in plans)
            if (sql.StartsWith("update", StringComparison.Ordinal) && sql.Contains("unnest", StringComparison.Ordinal))
                Assert.Contains(plan, line => line.Contains("Index Cond:", StringComparison.Ordinal) && line.Contains("given.a1", StringComparison.Ordinal) && line.Contains("given.a3", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Engine", "PostgreSQL")]
    public async Task Few_rows_say_all_for_themselves_except_the_tenant()
    {
        var sent = new ConcurrentQueue<string>();
        await using var db = await Place.Open(TestStore.Patient with
        {
            Merge = new(1, 3),
            Inspect = sql =>
            {
                sent.Enqueue(sql);
                return null;
            },
        });
        await db.Change(Tenant, async s =>
        {
            for (var n = 0; n < 2; n++) await s.Write(Insert, "k", $"{n}", 1);
            for (var n = 0; n < 2; n++) await s.Write("delete from history where tenant = $1 and kind = $2 and id = $3", "k", $"{n}");
            return 0;
        }, Ct);
        Assert.Contains(sent, sql => sql.Contains("from unnest($2, $3, $4) with ordinality given(a2, a3, a4, nth)", StringComparison.Ordinal));
        Assert.Contains(sent, sql => sql.StartsWith("delete from history using unnest($1, $2, $3)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Things_that_have_nothing_to_do_with_each_other_are_written_side_by_side()
    {
        await Db.Change(Tenant, async s =>
        {
            await s.Write(Insert, "first", "0", 1);
            await s.Each(Enumerable.Range(1, 5).Select(n => (Func<ValueTask>)(() => One(n))));
            await s.Write("delete from history where tenant = $1 and kind = $2", "first");
            return 0;

            async ValueTask One(int n)
            {
                var before = await s.Find("select count(*) from history where tenant = $1 and kind = 'first'", r => r.GetInt64(0));
                await s.Write(Insert, "k", $"{n}", before);
                await s.Write(Insert, "k", $"{n}", before + 1);
            }
        }, Ct);
        Assert.Equal(Enumerable.Range(1, 5).SelectMany(n => new[] { $"{n} 1", $"{n} 2" }),
            await Db.Read(Tenant, s => s.Query("select id, seq from history where tenant = $1 order by id, seq", r => $"{r.GetString(0)} {r.GetInt64(1)}"), Ct));
    }

    [Fact]
    public async Task What_comes_after_things_side_by_side_comes_after_all_that_they_did_within_each_other_too()
    {
        await Db.Change(Tenant, async s =>
        {
            await s.Each(Enumerable.Range(1, 3).Select(part => (Func<ValueTask>)(async () =>
            {
                await s.Write(Insert, "part", $"{part}", 0);
                await s.Each(Enumerable.Range(1, 3).Select(n => (Func<ValueTask>)(async () =>
                {
                    var seen = await s.Find("select count(*) from history where tenant = $1 and kind = 'part' and id = $2", r => r.GetInt64(0), $"{part}");
                    // In different orders, so that what comes after could overtake them.
                    var texts = new[] { (Insert, "k"), ($"{Insert} on conflict do nothing", "l") };
                    foreach (var (text, kind) in n % 2 == 0 ? texts.Reverse() : texts) await s.Write(text, kind, $"{part} {n}", seen);
                })));
                // All that its things wrote.
                await s.Write("update history set seq = seq + 10 where tenant = $1 and kind = 'k' and id like $2", $"{part} %");
            })));
            return 0;
        }, Ct);
        Assert.Equal(Enumerable.Range(1, 3).SelectMany(part => Enumerable.Range(1, 3).Select(n => $"{part} {n} 11")),
            await Db.Read(Tenant, s => s.Query("select id, seq from history where tenant = $1 and kind = 'k' order by id", r => $"{r.GetString(0)} {r.GetInt64(1)}"), Ct));
    }

    [Fact]
    [Trait("Engine", "PostgreSQL")]
    public async Task A_change_whose_connection_is_lost_while_it_is_committed_is_not_made_again()
    {
        await AtEachInsert("deferrable initially deferred", "perform pg_terminate_backend(pg_backend_pid())");
        var made = 0;
        await Assert.ThrowsAsync<StoreGoneException>(() => Db.ChangeGuarded(Tenant, async s =>
        {
            made++;
            await s.Write(Insert, "k", "x", 1);
            return 0;
        }, Ct));
        Assert.Equal(1, made);
    }

    [Fact]
    [Trait("Engine", "PostgreSQL")]
    public async Task A_change_that_the_engine_refuses_when_it_is_committed_is_made_again_and_fails_nobody_else()
    {
        await AtEachInsert("", "if new.id = ''bad'' then raise exception ''refused''; end if");
        Task<int>[] group;
        await using (var held = await Held.Writer(Db))
        {
            group = [.. new[] { "good", "bad", "also good" }.Select(id => Db.ChangeGuarded(Tenant, async s => { await s.Write(Insert, "k", id, 1); return 0; }, Ct))];
            await held.Waiting(3);
        }
        await Task.WhenAll(group[0], group[2]);
        await Assert.ThrowsAsync<StoreException>(() => group[1]);
    }

    [Fact]
    [Trait("Engine", "PostgreSQL")]
    public async Task What_is_collected_is_planned_by_keys_whatever_is_known_of_the_tables()
    {
        const string settings = "select string_agg(current_setting(name), ' ') from unnest(array['enable_seqscan', 'enable_bitmapscan', 'enable_hashjoin', 'enable_mergejoin', 'enable_material', 'jit', 'plan_cache_mode']) name where $1 <> 'no tenant'";
        Assert.Equal("off off off off off off force_generic_plan", await Db.ReadBriefly(Tenant, s => s.Find(settings, r => r.GetString(0)), Ct));
        Assert.Equal("off off off off off off force_generic_plan", await Db.Change(Tenant, s => s.Find(settings, r => r.GetString(0)), Ct));
    }

    [Fact]
    [Trait("Engine", "PostgreSQL")]
    public async Task What_is_sent_as_one_is_looked_at_as_it_is_sent()
    {
        var plans = new ConcurrentDictionary<string, IReadOnlyList<string>>();
        await using var db = await Place.Open(TestStore.Patient with { Merge = new(1, 2), Inspect = sql => sql.StartsWith("update history", StringComparison.Ordinal) ? plan => plans[sql] = plan : null });
        const string change = "update history set actor = 'b' where tenant = $1 and kind = $2 and id = $3 and seq = $4";
        await db.Change(Tenant, async s => { await s.Write(change, "k", "x", 1); return 0; }, Ct);
        var (_, merged) = Assert.Single(plans, seen => seen.Key.Contains("unnest", StringComparison.Ordinal));
        Assert.Contains(merged, line => line.Contains("Index Cond:", StringComparison.Ordinal) && line.Contains("given.a3", StringComparison.Ordinal));
        // The plan that is kept, which is the one for any values.
        Assert.Contains(plans[change], line => line.Contains("Index Cond:", StringComparison.Ordinal) && line.Contains("$3", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Engine", "PostgreSQL")]
    public async Task Equal_texts_go_as_one_also_where_they_are_put_together_for_each()
    {
        var sent = new ConcurrentQueue<string>();
        await using var db = await Place.Open(TestStore.Patient with
        {
            Inspect = sql =>
            {
                sent.Enqueue(sql);
                return null;
            },
        });
        await db.Change(Tenant, async s =>
        {
            foreach (var id in (string[])["x", "y"]) await s.Write(new string("delete from history where tenant = $1 and kind = $2 and id = $3"), "k", id);
            return 0;
        }, Ct);
        Assert.Contains(sent, sql => sql.StartsWith("delete from history using unnest", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Engine", "PostgreSQL")]
    public async Task The_instance_of_a_task_is_looked_up_by_its_id_also_where_few_rows_of_a_tenant_are_expected()
    {
        var plan = await Db.Change(Tenant, s => s.Query($"explain {FlowRows.FindTask}", r => r.GetString(0), 1L), Ct);
        var conditions = plan.Where(line => line.Contains("Index Cond:", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, conditions.Count);
        Assert.All(conditions, condition => Assert.Matches(@"\((id|seq) = ", condition));
    }

    [Theory]
    [InlineData("insert into t (tenant, a) values ($1, $2)", "ti", "insert into t (tenant, a) select (given.a1 collate \"C\"), given.a2 from unnest($1, $2) with ordinality given(a1, a2, nth)")]
    [InlineData("insert into t (tenant, a) values ($1, $2) on conflict do nothing", "ti", "insert into t (tenant, a) select (given.a1 collate \"C\"), given.a2 from unnest($1, $2) with ordinality given(a1, a2, nth) on conflict do nothing")]
    [InlineData("insert into t (tenant, a, b) values ($1, $2, $3)", "tni", "insert into t (tenant, a, b) select (given.a1 collate \"C\"), null, given.a3 from unnest($1, $2) with ordinality given(a1, a3, nth)")]
    [InlineData("insert into t (tenant, a, b) values ($1, $2, $3)", "Tni", "insert into t (tenant, a, b) select ($1 collate \"C\"), null, given.a3 from unnest($2) with ordinality given(a3, nth)")]
    [InlineData("insert into t (tenant, a, b, c) values ($1, $2, $3, $4)", "TItT", "insert into t (tenant, a, b, c) select ($1 collate \"C\"), $2, (given.a3 collate \"C\"), ($4 collate \"C\") from unnest($3) with ordinality given(a3, nth)")]
    [InlineData("insert into t (a) values ($1)", "n", null)]
    [InlineData("insert into t (tenant, a) values ($1, $2)", "Tn", null)]
    [InlineData("insert into t (tenant, a) values ($1, $2)", "TI", null)]
    [InlineData("insert into t (tenant, a) values ($1, (select max(a) from t))", "t", null)]
    [InlineData("insert into t (tenant, a) values ($1, $2)\non conflict (tenant) do update set a = excluded.a", "ti",
        "insert into t (tenant, a) select (given.a1 collate \"C\"), given.a2 from unnest($1, $2) with ordinality given(a1, a2, nth)\non conflict (tenant) do update set a = excluded.a")]
    [InlineData("insert into t (tenant, a) values ($1, $2) on conflict (tenant) do update set a = $2", "ti", null)]
    [InlineData("insert into t (tenant, a) select $1, a from t", "t", null)]
    [InlineData("insert into t (tenant, a) values ('', 1)", "", null)]
    public void Only_rows_that_are_known_are_inserted_together(string sql, string types, string? together) =>
        Assert.Equal(together, PostgresMerging.Text(sql, types, PostgresMerge.Insert, null));

    [Theory]
    [InlineData("update t set a = $2 where tenant = $1", "ti", PostgresMerge.Update, "update t set a = given.a2 from unnest($1, $2) with ordinality given(a1, a2, nth) where tenant = (given.a1 collate \"C\")")]
    [InlineData("update t set a = $2, b = $4 where tenant = $1 and id = $3", "TIiT", PostgresMerge.Update,
        "update t set a = $2, b = ($4 collate \"C\") from (select $1 as a1, given.* from unnest($3) with ordinality given(a3, nth) offset 0) given where tenant = (given.a1 collate \"C\") and id = given.a3")]
    [InlineData("update t set a = $2 where tenant = $1 and id = $3", "tIi", PostgresMerge.Update,
        "update t set a = $2 from unnest($1, $3) with ordinality given(a1, a3, nth) where tenant = (given.a1 collate \"C\") and id = given.a3")]
    [InlineData("update t set a = 1 where tenant = $1 and id in (select id from u)", "t", PostgresMerge.Update, null)]
    [InlineData("delete from t where tenant = $1 and id = $2", "Ti", PostgresMerge.Delete,
        "delete from t using (select $1 as a1, given.* from unnest($2) with ordinality given(a2, nth) offset 0) given where tenant = (given.a1 collate \"C\") and id = given.a2")]
    [InlineData("delete from t where tenant = $1", "t", PostgresMerge.Delete, "delete from t using unnest($1) with ordinality given(a1, nth) where tenant = (given.a1 collate \"C\")")]
    [InlineData("delete from t where tenant = $1 and id in (select id from u)", "t", PostgresMerge.Delete, null)]
    public void Only_rows_that_are_named_by_arguments_are_changed_or_deleted_together(string sql, string types, object how, string? together) =>
        Assert.Equal(together, PostgresMerging.Text(sql, types, (PostgresMerge)how, null));

    [Theory]
    [InlineData("update t set a = $3 where tenant = $1 and id = $2", "tti",
        "with one as (update t set a = given.a3 from unnest($1, $2, $3) with ordinality given(a1, a2, a3, nth) where tenant = (given.a1 collate \"C\") and id = (given.a2 collate \"C\") returning 1) select 1 / (count(*) = $4)::int from one")]
    [InlineData("update t set a = $2, b = $3 where tenant = $1", "tni",
        "with one as (update t set a = null, b = given.a3 from unnest($1, $2) with ordinality given(a1, a3, nth) where tenant = (given.a1 collate \"C\") returning 1) select 1 / (count(*) = $3)::int from one")]
    [InlineData("update t set a = $4 where tenant = $1 and id = $2 and version = $3", "TtII",
        "with one as (update t set a = $4 from (select $1 as a1, $3 as a3, given.* from unnest($2) with ordinality given(a2, nth) offset 0) given where tenant = (given.a1 collate \"C\") and id = (given.a2 collate \"C\") and version = given.a3 returning 1) select 1 / (count(*) = $5)::int from one")]
    [InlineData("update t set a = (select 1 from u where tenant = $1) where tenant = $1", "t", null)]
    [InlineData("insert into t (tenant) values ($1)", "t", null)]
    public void Only_rows_that_are_named_by_their_keys_are_changed_together(string sql, string types, string? together) =>
        Assert.Equal(together, PostgresMerging.Text(sql, types, PostgresMerge.Guard, null));

    [Theory]
    [InlineData("Ti", "insert into t select ($1 collate \"C\"), given.nth, given.a2 from unnest($2) with ordinality given(a2, nth)")]
    [InlineData("ti", "insert into t select (given.a1 collate \"C\"), row_number() over (partition by (given.a1 collate \"C\") order by given.nth), given.a2 from unnest($1, $2) with ordinality given(a1, a2, nth)")]
    public void Rows_are_counted_for_each_tenant(string types, string together) =>
        Assert.Equal(together, PostgresMerging.Text("", types, PostgresMerge.Insert, "insert into t select $1, {place}, $2 from {rows}"));

    Task<int> AtEachInsert(string when, string what) => Db.ChangeSystem(async s =>
    {
        await s.Script($"create function inserted() returns trigger language plpgsql as 'begin {what}; return null; end'");
        await s.Script($"create constraint trigger inserted after insert on history {when} for each row execute function inserted()");
        return 0;
    }, Ct);

    Task<string[]> Together(int many, Func<Session, int, ValueTask<string>> work) => Together(Db, many, work);

    async Task<string[]> Together(Db db, int many, Func<Session, int, ValueTask<string>> work)
    {
        Task<string>[] group;
        await using (var held = await Held.Writer(db))
        {
            group = [.. Enumerable.Range(0, many).Select(n => db.ChangeGuarded(Tenant, s => work(s, n), Ct))];
            await held.Waiting(many);
        }
        return await Task.WhenAll(group);
    }
}

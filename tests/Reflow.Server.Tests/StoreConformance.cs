using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>What every engine must do, once.</summary>
public sealed class StoreConformance : StoreTest
{
    const string Tenant = "736588c9260f175d", Other = "736588c9260f175e";
    const string Insert = "insert into history (tenant, kind, id, seq, at, actor, operation, payload) values ($1, 'test', $2, $3, 0, 'app:x', 'test', '[]')";
    const string Count = "select count(*) from history where tenant = $1";

    [Fact]
    public async Task A_change_that_throws_leaves_nothing_and_the_others_of_its_group_stay()
    {
        var gate = new ManualResetEventSlim();
        var first = Db.Change(Tenant, _ => { gate.Wait(Ct); return ValueTask.FromResult(0); }, Ct);
        var good = Db.Change(Tenant, s => s.Execute(Insert, "good", 1), Ct);
        var bad = Db.Change<int>(Tenant, async s =>
        {
            await s.Execute(Insert, "bad", 1);
            throw new InvalidOperationException("half done");
        }, Ct);
        var alsoGood = Db.Change(Tenant, s => s.Execute(Insert, "also good", 1), Ct);
        gate.Set();
        await Task.WhenAll(first, good, alsoGood);
        await Assert.ThrowsAsync<InvalidOperationException>(() => bad);
        Assert.Equal(["also good", "good"], await Ids());
    }

    [Fact]
    public async Task When_a_change_of_a_group_fails_its_neighbours_are_done_once_and_in_their_order()
    {
        var (gate, failed) = (new ManualResetEventSlim(), 0);
        var first = Db.Change(Tenant, _ => { gate.Wait(Ct); return ValueTask.FromResult(0L); }, Ct);
        Task<long> Count() => Db.Change(Tenant, async s =>
        {
            var seq = await s.Find("select coalesce(max(seq), 0) + 1 from history where tenant = $1 and id = $2", r => r.GetInt64(0), "counter");
            await s.Execute(Insert, "counter", seq);
            return seq;
        }, Ct);
        Task<long> Fail() => Db.Change<long>(Tenant, async s =>
        {
            await s.Execute("update history set seq = seq + 100 where tenant = $1 and id = $2", "counter");
            failed++;
            throw new InvalidOperationException("half done");
        }, Ct);
        Task<long>[] group = [Count(), Fail(), Count(), Count(), Fail(), Count()];
        gate.Set();
        await first;
        await Assert.ThrowsAsync<InvalidOperationException>(() => group[1]);
        await Assert.ThrowsAsync<InvalidOperationException>(() => group[4]);
        var counted = await Task.WhenAll(group.Where(change => !change.IsFaulted));
        Assert.Equal([1, 2, 3, 4], counted);
        Assert.Equal(2, failed);
        Assert.Equal(4, await Db.Read(Tenant, s => s.Find("select max(seq) from history where tenant = $1", r => r.GetInt64(0)), Ct));
    }

    [Fact]
    public async Task Guarded_changes_of_one_row_are_as_if_one_came_after_the_other()
    {
        await Db.Change(Tenant, s => s.Execute(Insert, "counter", 0), Ct);
        Task<long>[] group;
        await using (var held = await Held.Writer(Db))
        {
            group = [.. Enumerable.Range(0, 20).Select(_ => Db.ChangeGuarded(Tenant, async s =>
            {
                var seq = await s.Find("select seq from history where tenant = $1 and id = $2", r => r.GetInt64(0), "counter");
                await s.WriteOne("update history set seq = $3 where tenant = $1 and id = $2 and seq = $4", "counter", seq + 1, seq);
                return seq + 1;
            }, Ct))];
            await held.Waiting(20);
        }
        Assert.Equal(Enumerable.Range(1, 20).Select(i => (long)i), await Task.WhenAll(group));
    }

    [Fact]
    public async Task A_guarded_change_that_fails_leaves_nothing_and_the_others_of_its_group_stay()
    {
        Task[] group;
        await using (var held = await Held.Writer(Db))
        {
            group = [Guarded("good", false), Guarded("bad", true), Guarded("also good", false)];
            await held.Waiting(3);
        }
        await Assert.ThrowsAsync<InvalidOperationException>(() => group[1]);
        await Task.WhenAll(group[0], group[2]);
        Assert.Equal(["also good", "good"], await Ids());

        Task Guarded(string id, bool fails) => Db.ChangeGuarded(Tenant, async s =>
        {
            var seq = await s.Find(Count, r => r.GetInt64(0));
            await s.Write(Insert, id, seq + 1);
            return fails ? throw new InvalidOperationException("half done") : seq;
        }, Ct);
    }

    [Fact]
    public async Task A_guarded_change_that_reads_what_it_wrote_sees_it()
    {
        Task<long>[] group;
        await using (var held = await Held.Writer(Db))
        {
            group = [.. Enumerable.Range(0, 5).Select(i => Db.ChangeGuarded(Tenant, async s =>
            {
                await s.Write(Insert, $"{i}", 1);
                return await s.Find(Count, r => r.GetInt64(0));
            }, Ct))];
            await held.Waiting(5);
        }
        Assert.Equal<IEnumerable<long>>([1, 2, 3, 4, 5], await Task.WhenAll(group));
    }

    [Fact]
    public async Task What_nobody_waits_for_fails_its_change_all_the_same()
    {
        await Db.Change(Tenant, s => s.Execute(Insert, "a", 1), Ct);
        await Assert.ThrowsAsync<StoreException>(() => Db.Change(Tenant, async s =>
        {
            await s.Write(Insert, "b", 1);
            await s.Write(Insert, "a", 1);
            return 0;
        }, Ct));
        await Assert.ThrowsAsync<StoreException>(() => Db.ChangeGuarded(Tenant, async s =>
        {
            await s.Write(Insert, "b", 1);
            await s.WriteOne("update history set at = 1 where tenant = $1 and id = $2", "nobody");
            return 0;
        }, Ct));
        Assert.Equal(["a"], await Ids());
    }

    [Fact]
    public async Task An_engine_error_in_a_change_is_a_store_failure_and_leaves_nothing()
    {
        await Db.Change(Tenant, s => s.Execute(Insert, "a", 1), Ct);
        await Assert.ThrowsAsync<StoreException>(() => Db.Change(Tenant, async s =>
        {
            await s.Execute(Insert, "b", 1);
            return await s.Execute(Insert, "a", 1);
        }, Ct));
        Assert.Equal(["a"], await Ids());
    }

    [Fact]
    public async Task A_tenant_neither_reads_nor_changes_another_tenants_rows()
    {
        await Db.Change(Tenant, s => s.Execute(Insert, "mine", 1), Ct);
        await Db.Change(Other, s => s.Execute(Insert, "theirs", 1), Ct);
        Assert.Equal(1, await Db.Change(Tenant, s => s.Execute("delete from history where tenant = $1"), Ct));
        Assert.Equal(1, await Db.Read(Other, s => s.Find(Count, r => r.GetInt64(0)), Ct));
    }

    [Fact]
    public async Task A_statement_that_does_not_name_the_tenant_is_refused()
    {
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => Db.Read(Tenant, s => s.Query("select id from history", r => r.GetString(0)), Ct));
        Assert.Contains("must name the tenant", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_read_sees_one_moment_while_changes_go_on()
    {
        await Db.Change(Tenant, s => s.Execute(Insert, "a", 1), Ct);
        var (before, after) = await Db.Read(Tenant, async s =>
        {
            var first = await s.Find(Count, r => r.GetInt64(0));
            await Db.Change(Tenant, writer => writer.Execute(Insert, "b", 1), Ct);
            return (first, await s.Find(Count, r => r.GetInt64(0)));
        }, Ct);
        Assert.Equal((1, 1), (before, after));
        Assert.Equal(2, await Db.Read(Tenant, s => s.Find(Count, r => r.GetInt64(0)), Ct));
    }

    [Fact]
    public async Task A_read_cannot_change_anything() =>
        await Assert.ThrowsAsync<StoreException>(() => Db.Read(Tenant, s => s.Execute(Insert, "a", 1), Ct));

    [Fact]
    public async Task Changes_of_many_callers_are_all_there_and_none_twice()
    {
        await Task.WhenAll(Enumerable.Range(0, 500).Select(i => Task.Run(() => Db.Change(Tenant, async s =>
        {
            var seq = await s.Find("select coalesce(max(seq), 0) + 1 from history where tenant = $1 and id = $2", r => r.GetInt64(0), "counter");
            return await s.Execute(Insert, "counter", seq);
        }, Ct))));
        Assert.Equal(500, await Db.Read(Tenant, s => s.Find("select max(seq) from history where tenant = $1", r => r.GetInt64(0)), Ct));
    }

    [Fact]
    public async Task When_the_queue_is_full_the_next_change_is_refused_at_once_and_the_waiting_ones_are_done()
    {
        await Db.DisposeAsync();
        Db = await Place.Open(TestStore.Patient with { WaitingChanges = 3 });
        var (started, gate) = (new TaskCompletionSource(), new ManualResetEventSlim());
        var running = Db.Change(Tenant, _ => { started.SetResult(); gate.Wait(Ct); return ValueTask.FromResult(0); }, Ct);
        await started.Task;
        var waiting = Enumerable.Range(0, 3).Select(i => Db.Change(Tenant, s => s.Execute(Insert, $"{i}", 1), Ct)).ToArray();
        await Assert.ThrowsAsync<StoreBusyException>(() => Db.Change(Tenant, s => s.Execute(Insert, "one too many", 1), Ct));
        gate.Set();
        await Task.WhenAll([running, .. waiting]);
        Assert.Equal(["0", "1", "2"], await Ids());
    }

    [Fact]
    public async Task What_was_acknowledged_is_there_after_reopening()
    {
        await Db.Change(Tenant, s => s.Execute(Insert, "kept", 1), Ct);
        await Db.DisposeAsync();
        Db = await Place.Open(TestStore.Patient);
        Assert.Equal(["kept"], await Ids());
    }

    [Fact]
    public void Both_engines_have_the_same_migrations() =>
        Assert.Equal(Migrations.Scripts(Engine.Sqlite).Select(script => script.Name), Migrations.Scripts(Engine.Postgres).Select(script => script.Name));

    [Fact]
    public async Task Migrations_are_applied_once()
    {
        Assert.Equal(0, await Migrations.Apply(Db, Ct));
    }

    [Fact]
    public async Task An_applied_migration_that_changed_is_noticed()
    {
        await Db.ChangeSystem(s => s.Execute("update schema_version set checksum = 'other' where number = 1"), Ct);
        var refused = await Assert.ThrowsAsync<StoreException>(() => Migrations.Apply(Db, Ct));
        Assert.Contains("0001", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_of_a_newer_server_is_refused()
    {
        await Db.ChangeSystem(s => s.Execute("insert into schema_version (number, name, checksum) values (9999, 'later', 'x')"), Ct);
        var refused = await Assert.ThrowsAsync<StoreException>(() => Migrations.Apply(Db, Ct));
        Assert.Contains("newer Reflow", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_table_of_a_tenant_has_the_tenant_first_in_its_key() =>
        Assert.Equal(TestStore.IsPostgres ? ["node_number", "route", "schema_version", "server_key"] : ["node", "route", "schema_version"], await Db.ReadSystem(s => s.Query(TestStore.IsPostgres
            ? """
              select c.relname::text from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and not exists (
                  select 1 from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0] where i.indrelid = c.oid and i.indisprimary and a.attname = 'tenant')
              order by 1
              """
            : """
              select t.name from sqlite_master t
              where t.type = 'table' and not exists (select 1 from pragma_table_info(t.name) c where c.pk = 1 and c.name = 'tenant')
              order by t.name
              """, r => r.GetString(0)), Ct));

    [Fact]
    public async Task An_acknowledged_change_survives_a_power_cut() => Assert.Equal(
        TestStore.IsPostgres ? ["on"] : ["2", "wal"],
        await Db.ChangeSystem(async s => new List<string?>([.. await Task.WhenAll((TestStore.IsPostgres ? ["show synchronous_commit"] : new[] { "pragma synchronous", "pragma journal_mode" })
            .Select(sql => s.Find(sql, r => $"{r.GetValue(0)}").AsTask()))]), Ct));

    async Task<IReadOnlyList<string>> Ids() => await Db.Read(Tenant, s => s.Query("select id from history where tenant = $1 order by id", r => r.GetString(0)), Ct);
}

using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests.Survival;

/// <summary>A disk that is full or read-only: changes are told to come back, reads go on, the log says once what to do, and it goes on by itself when there is room.</summary>
public sealed partial class DiskTests
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    // A disk that is full is one thing, one that fails another: a limit on the size of files, or a server that says so, needs no disk.
    [Theory, InlineData(true), InlineData(false)]
    public async Task Under_load_changes_are_refused_reads_go_on_and_when_there_is_room_so_do_changes(bool isFull)
    {
        using var disk = isFull ? SmallDisk.Mount(64) : null;
        await using var server = disk is not null && TestStore.IsPostgres ? await OwnPostgres.Start() : null;
        await using var store = await On(disk, server);
        var first = await TestReflow.StartOn(store, new());
        var scenes = await Scene.Of(first, 6);
        await first.Stop();
        await using var fleet = new Fleet(store, patience: 60_000);
        await fleet.Start();
        var load = new Load(fleet, scenes, seed: 8);
        load.Begin();
        await load.More(80);

        await Fill(disk, store, fleet);
        foreach (var node in fleet.Serving)
        {
            await Held.Until(async () => !await Changes(node), "changes are refused");
            for (var time = 0; time < 20; time++)
            {
                Assert.False(await Changes(node));
                (await node.Get($"/open-apis/task/v1/tasks/{scenes[0].Home}")).Ok();
            }
        }
        await Clear(disk, store, fleet);
        foreach (var node in fleet.Serving) await Held.Until(async () => await Changes(node), "changes are taken again");
        await load.More(80);
        await load.End();

        await new Ledger(store, load).Verify();
        foreach (var node in fleet.Serving)
        {
            Assert.DoesNotContain(node.Refusals, refusal => (refusal.Answer.Code, refusal.Answer.Headers.GetValueOrDefault("Retry-After")) != (FailOverTests.BusyCode(refusal.Path), "1"));
            // The first line is from its start; the logger takes two.
            var printed = string.Join('\n', node.Printed);
            Assert.True(OnceSaid().IsMatch(printed), printed);
            if (disk is not null) Assert.Contains("is full", printed, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task When_SQLite_says_that_the_disk_is_full_the_change_is_refused_and_those_beside_it_too()
    {
        var folder = Directory.CreateTempSubdirectory("reflow-disk-");
        await using (var db = await Db.OpenSqlite(Path.Combine(folder.FullName, "reflow.db"), TestStore.Patient, Ct))
        {
            await Limit(db, 1);
            Task<int>[] changes;
            await using (await Held.Writer(db)) changes = [.. Enumerable.Range(0, 3).Select(n => Write(db, n, 100_000))];
            foreach (var change in changes) Assert.Contains("the disk is full", (await Assert.ThrowsAsync<StoreGoneException>(() => change)).Message, StringComparison.Ordinal);
            Assert.Equal(0, await Count(db));
            await Limit(db, 1_000_000);
            Assert.Equal(1, await Write(db, 1, 100_000));
            Assert.Equal((1, "ok"), (await Count(db), await db.ReadSystem(s => s.Find("pragma integrity_check", r => r.GetString(0)), Ct)));
        }
        folder.Delete(recursive: true);

        static Task<string?> Limit(Db db, int pages) => db.ChangeSystem(s => s.Find($"pragma max_page_count = {pages}", r => "", []), Ct);
        static Task<int> Write(Db db, int n, int length) => db.Change("t", s => s.Execute("insert into history (tenant, kind, id, seq, at, operation, actor, payload) values ($1, 'task', $2, 1, 0, '', '', $3)", $"{n}", new string('x', length)), Ct);
        static Task<long> Count(Db db) => db.Read("t", s => s.Find("select count(*) from history where tenant = $1", r => r.GetInt64(0)), Ct);
    }

    [Fact]
    public async Task A_change_that_is_tried_where_one_only_reads_is_a_mistake_and_passes_for_nothing_else()
    {
        await using var store = await TestStore.Demo();
        await using var db = await store.Open(TestStore.Patient);
        await Assert.ThrowsAsync<StoreException>(() => db.Read(Demo.Tenant, s => s.Execute("delete from history where tenant = $1"), Ct));
    }

    [Fact, Trait("Engine", "PostgreSQL")]
    public async Task A_PostgreSQL_that_is_read_only_is_read_and_limits_are_counted_by_each_node()
    {
        await using var server = await OwnPostgres.Start();
        var store = await TestStore.DemoIn(server);
        await using var reflow = await TestReflow.StartOn(store, new(DateTimeOffset.UtcNow), settings => settings with { RateLimits = true });
        await using var node = await ReflowProcess.Start(store.Arguments, Fleet.Pace);
        await node.SignIn();
        var id = (await reflow.Post("/open-apis/task/v1/tasks", NewTask)).Ok().Data.GetProperty("task").GetProperty("id").GetString();

        await server.Set("default_transaction_read_only=on");
        await server.Reload();
        await Held.Until(async () => await server.Ask("show default_transaction_read_only") is "on", "it is read-only");
        var change = await reflow.Post("/open-apis/task/v1/tasks", NewTask);
        Assert.Equal((503, 1470450, "1"), (change.Status, change.Code, change.Headers["Retry-After"]));
        // As many as a second holds, and no more.
        var reads = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => reflow.Get($"/open-apis/task/v1/tasks/{id}")));
        Assert.Equal(50, reads.Count(read => read.Code == 0));

        // Balancers go on sending calls to nodes that cannot renew their leases.
        await Held.Until(async () => await server.Ask("select count(*) from pg_sleep(0.1), node_number where until > extract(epoch from clock_timestamp()) * 1000", store.Name) is 1L, "the lease of the node is over");
        (await node.Get("/readyz")).Ok();
        (await node.Get($"/open-apis/task/v1/tasks/{id}")).Ok();
        Assert.Equal(503, (await node.Post("/open-apis/task/v1/tasks", NewTask)).Status);

        await server.Set("default_transaction_read_only=off");
        await server.Reload();
        reflow.Clock.Advance(TimeSpan.FromMinutes(1));
        await Held.Until(async () => (await reflow.Post("/open-apis/task/v1/tasks", NewTask)).Status == 200, "it takes changes again");
        await Held.Until(async () => (await node.Post("/open-apis/apaas/v1/applications/package_demo__c/flows/purchase/execute", new { @operator = """{"_id":1001}""", @params = """{"amount":1}""" })).Status == 200, "the node has a number again");
    }

    static readonly object NewTask = new { summary = "x", origin = new { platform_i18n_name = "{}" } };

    // Longer than what an engine may still have room for in the pages that it has.
    static async Task<bool> Changes(ReflowProcess node)
    {
        try { return (await node.Post("/open-apis/task/v1/tasks", new { summary = "x", description = Convert.ToHexString(RandomNumberGenerator.GetBytes(30_000)), origin = new { platform_i18n_name = "{}" } })).Ok().Status == 200; }
        catch (HttpRequestException) { return false; }
    }

    [GeneratedRegex(@"^[^\n]*\n[^\n]*\n[^\n]*The store cannot serve [^\n]*: (the disk( of PostgreSQL)? is full: make room on it|the disk failed \(SQLite's error 778\): see whether it is read-only, full or broken); nothing needs to be started again\. [^\n]*$")]
    private static partial Regex OnceSaid();

    // What PostgreSQL writes ahead stays elsewhere, as it should: without room for that it ends.
    static async Task<TestStore> On(SmallDisk? disk, OwnPostgres? server)
    {
        if (disk is null) return await TestStore.Demo();
        if (server is null) return await TestStore.DemoIn(Directory.CreateDirectory(Path.Combine(disk.Folder, "data")).FullName);
        await server.MakeFolder(Path.Combine(disk.Folder, "tables"));
        await server.Execute($"create tablespace small location '{disk.Folder}/tables'");
        return await TestStore.DemoIn(server, "tablespace small");
    }

    // Every change writes one of them.
    static readonly string[] Histories = ["history", "flow_history"];

    static async Task Fill(SmallDisk? disk, TestStore store, Fleet fleet)
    {
        if (disk is not null) disk.Fill();
        else if (TestStore.IsPostgres)
        {
            await store.Execute("create function no_room() returns trigger language plpgsql as $$ begin raise exception 'could not extend file' using errcode = 'disk_full'; end $$");
            // One after the other: a change under way may hold what the second waits for, and wait for the first.
            foreach (var table in Histories) await store.Execute($"create trigger no_room before insert on {table} for each row execute function no_room()");
        }
        // A page: were it more, the log would be begun anew where it has room.
        else fleet.Serving[0].LimitFiles(4096);
    }

    static async Task Clear(SmallDisk? disk, TestStore store, Fleet fleet)
    {
        if (disk is not null) disk.Clear();
        else if (TestStore.IsPostgres)
            foreach (var table in Histories) await store.Execute($"drop trigger no_room on {table}");
        else fleet.Serving[0].LimitFiles(null);
    }
}

using System.Diagnostics;
using System.Globalization;
using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests.Survival;

/// <summary>
/// The primary dies under load and its synchronous standby takes its place: nodes find it without a restart, calls are told to come back meanwhile, and all that was answered is there.
/// </summary>
[Trait("Engine", "PostgreSQL")]
public sealed class FailOverTests : IAsyncLifetime
{
    const int Callers = 8;

    OwnPostgres primary = null!, standby = null!;
    Relay relay = null!;
    TestStore store = null!;
    IReadOnlyList<Scene> scenes = [];

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        try { await Begin(); }
        catch
        {
            // Nobody disposes of a test that has not begun.
            await DisposeAsync();
            throw;
        }
    }

    async Task Begin()
    {
        primary = await OwnPostgres.Start("wal_log_hints=on", "wal_keep_size=256MB");
        store = await TestStore.DemoIn(primary);
        await using (var first = await TestReflow.StartOn(store, new(DateTimeOffset.UtcNow))) scenes = await Scene.Of(first, Callers);
        standby = await primary.Standby("standby");
        await primary.Set("synchronous_standby_names='standby'");
        await primary.Reload();
        await Held.Until(async () => await primary.Ask("select sync_state from pg_stat_replication") is "sync", "changes wait for the standby");
        relay = new(primary.Connection);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var one in (IAsyncDisposable?[])[relay, standby, primary])
            if (one is not null) await one.DisposeAsync();
    }

    [Fact]
    public async Task Nodes_go_on_at_the_standby_and_nothing_that_was_answered_is_lost_or_doubled()
    {
        var either = store.At(primary.Host, standby.Host);
        await using var fleet = new Fleet(either, patience: 60_000);
        await fleet.Start();
        var nodes = fleet.Serving;
        await using var db = await either.Open(TestStore.Patient);
        var window = new Window(8, 3_600_000, 0, 3_600_000, 1);
        await db.Quotas.Take("", "fail-over", window);
        var load = new Load(fleet, scenes, seed: 4);
        load.Begin();
        await load.More(200);

        primary.Kill();
        var killed = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        foreach (var node in nodes) await Refuses(node);
        await standby.Promote();
        var promoted = Stopwatch.GetTimestamp();
        foreach (var node in nodes) await Serves(node);
        // It takes one or two seconds.
        Assert.InRange(Stopwatch.GetElapsedTime(promoted).TotalSeconds, 0, 8);
        await load.More(100);
        await load.End();

        Assert.All(nodes, node => Assert.True(node.Lives));
        Assert.DoesNotContain(nodes.SelectMany(node => node.Refusals), refusal => (refusal.Answer.Code, refusal.Answer.Headers.GetValueOrDefault("Retry-After")) != (BusyCode(refusal.Path), "1"));
        await new Ledger(store.At(standby.Host), load).Verify();

        // So do those of their connections that are no call's: numbers are leased, limits counted, and nodes hear of each other.
        await Held.Until(async () => await standby.Ask($"select count(*) from node_number where until > {killed + 30_000}", store.Name) is 2L, "both nodes renewed their leases");
        Assert.Equal(1, (await db.Quotas.Take("", "fail-over", window)).Count);
        Assert.NotEqual(await NumberOf(nodes[0]), await NumberOf(nodes[1]));
        await Apply(nodes[0], "report:report");
        await Held.Until(async () => (await nodes[1].Get("/open-apis/task/v1/tasks/none")).Code == 99991672, "the other node hears that the app has lost its scope");

        await primary.Follow(standby, "standby2");
        await standby.Set("synchronous_standby_names='standby2'");
        await standby.Reload();
        await Held.Until(async () => await standby.Ask("select sync_state from pg_stat_replication where application_name = 'standby2' and state = 'streaming'") is "sync", "the old primary is the standby of the new one");
        await Apply(nodes[0], "task:task");
    }

    [Fact]
    public async Task An_old_primary_that_was_cut_off_and_comes_back_as_it_was_is_left_alone()
    {
        var either = store.At(relay.Host, standby.Host);
        await using var fleet = new Fleet(either, patience: 2_500);
        await fleet.Start();
        await using var db = await either.Open(new() { Readers = 4, Patience = TimeSpan.FromSeconds(2.5) });
        var load = new Load(fleet, scenes, seed: 5);
        load.Begin();
        await load.More(50);
        Assert.All(await Readers(db, 4), port => Assert.Equal(primary.Port, port));

        relay.Freeze();
        await Refuses(fleet.Serving[0]);
        await standby.Promote();
        foreach (var node in fleet.Serving) await Serves(node);
        // Its writer has found the new primary; those of its connections that read have not been used.
        await Held.Until(async () =>
        {
            try { return await db.Change(Demo.Tenant, s => s.Find("select inet_server_port() where $1 <> 'tenant'", r => r.GetInt32(0)), Ct) == standby.Port; }
            catch (StoreGoneException) { return false; }
        }, "changes go to the new primary");
        await load.More(50);
        var known = await Changes();

        // It has run all the time, and would take changes.
        relay.Resume();
        Assert.All(await Readers(db, 4), port => Assert.Equal(standby.Port, port));
        for (var time = 0; time < 3; time++)
        {
            await standby.Execute("select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()");
            await load.More(50);
        }
        await load.End();
        Assert.Equal(known, await Changes());
        await new Ledger(store.At(standby.Host), load).Verify();

        Task<object?> Changes() => primary.Ask("select (select count(*) from history) + (select count(*) from flow_history)", store.Name);
    }

    [Fact]
    public async Task What_the_standby_has_not_got_is_not_answered_and_nobody_sees_it_before()
    {
        await primary.Execute("create table seen (tenant text)", store.Name);
        await using var db = await store.Open(new() { Patience = TimeSpan.FromMilliseconds(500) });
        await standby.Stop();
        await Assert.ThrowsAsync<StoreGoneException>(() => db.Change(Demo.Tenant, s => s.Execute("insert into seen (tenant) values ($1)"), Ct));
        // By then the driver would have asked for it to be cancelled, which PostgreSQL takes for a commit that need not be sent to the standby.
        await Held.Until(async () => await primary.Ask("select count(*) from pg_sleep(0.2), pg_stat_activity where wait_event = 'SyncRep' and query_start < now() - interval '10 s'") is 1L, "it has waited for long");
        Assert.Equal(0L, await primary.Ask("select count(*) from seen", store.Name));
        await standby.Run();
        await Held.Until(async () => await primary.Ask("select count(*) from seen", store.Name) is 1L, "the standby has got it");
    }

    [Fact]
    public async Task A_commit_that_somebody_cancels_while_it_waits_for_the_standby_is_not_answered()
    {
        await using var db = await store.Open(TestStore.Patient);
        await standby.Stop();
        var change = db.Change(Demo.Tenant, s => s.Execute("update tenant set name = 'cancelled' where tenant = $1"), Ct);
        // PostgreSQL then says that it is done, and remarks that the standby may not have it.
        await Held.Until(async () => await primary.Ask("select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'", store.Name) is true, "it waits for the standby");
        await Assert.ThrowsAsync<StoreGoneException>(() => change);
        Assert.Equal("cancelled", await primary.Ask($"select name from tenant where tenant = '{Demo.Tenant}'", store.Name));
    }

    /// <summary>What so many connections are connected to that read at the same time.</summary>
    static async Task<int[]> Readers(Db db, int count)
    {
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reading = 0;
        return await Task.WhenAll(Enumerable.Range(0, count).Select(_ => db.ReadSystem(async s =>
        {
            var port = await s.Find("select inet_server_port()", r => r.GetInt32(0));
            if (Interlocked.Increment(ref reading) == count) all.SetResult();
            await all.Task;
            return port;
        }, Ct)));
    }

    /// <summary>Every family says in its own words that the caller should come back.</summary>
    static async Task Refuses(ReflowProcess node)
    {
        foreach (var call in new Func<Task<Answer>>[]
        {
            () => NewTask(node),
            () => node.Get("/open-apis/task/v1/tasks/none"),
            () => StartInstance(node),
            () => node.Post("/open_api/demo/work_item/create", new { work_item_type_key = "story", template_id = 100001, name = "x" }),
            () => node.Control(HttpMethod.Get, $"/reflow/v1/tenants/{Demo.Tenant}/reports/1", null),
        })
            await Assert.ThrowsAsync<HttpRequestException>(call);
    }

    /// <summary>What a family says to whom it tells to come back.</summary>
    internal static int BusyCode(string path) => path switch
    {
        _ when path.StartsWith("/open-apis/task/", StringComparison.Ordinal) => 1470450,
        _ when path.StartsWith("/open_api/", StringComparison.Ordinal) => 10429,
        _ when path.StartsWith("/reflow/", StringComparison.Ordinal) => 503,
        _ => 99991400,
    };

    static Task Serves(ReflowProcess node) => Held.Until(async () =>
    {
        try { return (await NewTask(node)).Ok().Status == 200; }
        catch (HttpRequestException) { return false; }
    }, "the node serves again");

    static Task<Answer> NewTask(ReflowProcess node) => node.Post("/open-apis/task/v1/tasks", new { summary = "x", origin = new { platform_i18n_name = "{}" } });

    static Task<Answer> StartInstance(ReflowProcess node) =>
        node.Post("/open-apis/apaas/v1/applications/package_demo__c/flows/purchase/execute", new { @operator = """{"_id":1001}""", @params = """{"amount":1}""" });

    static async Task<long> NumberOf(ReflowProcess node) => (long.Parse((await StartInstance(node)).Ok().Data.GetProperty("execution_id").GetString()!, CultureInfo.InvariantCulture) >> 7) & 63;

    static async Task Apply(ReflowProcess node, string scope) => (await node.Control(HttpMethod.Post, "/reflow/v1/workspace/apply", new
    {
        tenants = new[] { new { tenant_key = Demo.Tenant, name = "示例", apps = new[] { new { app_id = Demo.App, secret = Demo.Secrets[Demo.App], name = "Demo", scopes = new[] { scope } } } } },
    })).Ok();
}

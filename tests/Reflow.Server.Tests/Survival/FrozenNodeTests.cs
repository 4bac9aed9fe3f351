using System.Globalization;
using Npgsql;
using Reflow.Core.Directory;
using Reflow.Core.Flows;
using Reflow.Core.Projects;
using Reflow.Server.Store;
using Reflow.Server.Tests.Projects;
using Reflow.Server.Tests.Tasks;
using Xunit;

namespace Reflow.Server.Tests.Survival;

/// <summary>
/// A node that stands still for longer than its lease and goes on as if no time had passed: what it held was given to others. It makes no id under its old number, writes nothing that
/// it had decided before, does nothing that others did for it, and serves again by itself.
/// </summary>
[Trait("Engine", "PostgreSQL")]
public sealed class FrozenNodeTests : IAsyncLifetime
{
    const string Purchase = "/open-apis/apaas/v1/applications/package_demo__c/flows/purchase/execute";

    readonly List<ReflowProcess> nodes = [];
    TestReflow first = null!;
    TestStore store = null!;
    Db db = null!;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        // What it makes is of today, as the processes are.
        first = await TestReflow.StartOn(await TestStore.Demo(), new(DateTimeOffset.UtcNow));
        store = first.Store;
        db = await store.Open(new());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in nodes) await node.DisposeAsync();
        await db.DisposeAsync();
        await store.DisposeAsync();
    }

    [Fact]
    public async Task Under_load_nothing_is_lost_doubled_or_written_late()
    {
        var scenes = await Scene.Of(first, callers: 8);
        await first.Stop();
        await using var fleet = new Fleet(store, freezes: true);
        await fleet.Start();
        var load = new Load(fleet, scenes, seed: 3);
        var ledger = new Ledger(store, load);
        load.Begin();
        for (var freeze = 1; freeze <= LongForm.Of(usual: 2, full: 15); freeze++)
        {
            var node = freeze % fleet.Count;
            await load.More(20 + (freeze * 7 % 20));
            var lapsed = await Lapsed();
            var frozen = fleet.Freeze(node);
            await load.More(20);
            await Held.Until(async () => await Lapsed() > lapsed, "the lease of the node that stands still is over");
            fleet.Thaw(node, frozen);
            await load.More(40);
            await ledger.Glance();
        }
        await load.End();
        await ledger.Verify();

        async ValueTask<long> Lapsed() => await Number($"select count(*) from node_number where until > 0 and until < {PostgresNow}");
    }

    [Fact]
    public async Task It_makes_no_ids_under_a_number_that_is_anothers_writes_nothing_late_and_serves_again_by_itself()
    {
        var instance = (await first.Post(Purchase, new { @operator = """{"_id":1001}""", @params = """{"amount":1}""" })).Ok().Data.GetProperty("execution_id").GetString()!;
        await first.Stop();
        var (one, two) = (await Start("one"), await Start("two"));
        var number = await NumberOf(one);
        Assert.NotEqual(number, await NumberOf(two));
        // Nobody can take a number but one that was given up.
        await Execute($"update node_number set holder = 'others', until = {long.MaxValue} where until < {PostgresNow}");

        var task = await Kind.Pending(one, instance, "1002");
        Task<Answer> agree, execute;
        await using (await Held.Writer(db))
        {
            agree = Agree(one, task!);
            await Waits("one");
            execute = StartInstance(one);
            one.Freeze();
        }
        // Its changes have their turn, and it does nothing with it: after three seconds the others go on.
        (await Agree(two, task!)).Ok();
        var instances = await Number("select count(*) from flow_instance");
        await Held.Until(async () => await Number($"select count(*) from node_number where number = {number} and until < {PostgresNow} - 60000 / {Fleet.Pace}") == 1, "its number is free");
        var three = await Start("three");
        Assert.Equal(number, await NumberOf(three));
        one.Thaw();

        // It knows that it was away: what needs no id it does, what needs one it refuses, and what it was at it does not do by what it had read before.
        var late = await agree;
        Assert.True(late.Status == 503 || late.Code == 2320001, late.Text);
        Assert.Equal(503, (await execute).Status);
        Assert.Equal(503, (await StartInstance(one)).Status);
        Assert.Equal((null, true), (await Kind.Pending(one, instance, "1002"), await Kind.Pending(one, instance, "1003") is not null));
        Assert.Equal(2, await Number($"select version from flow_instance where id = {instance}"));
        Assert.Equal(2, await Number($"select count(*) from flow_history where instance = {instance}"));
        Assert.Equal(instances + 1, await Number("select count(*) from flow_instance"));

        await Execute("update node_number set until = 0 where number = 63");
        await Held.Until(async () => (await StartInstance(one)).Status == 200, "it has another number");
        Assert.Equal(63, await NumberOf(one));
        Assert.Equal(number, await NumberOf(three));
    }

    [Fact]
    public async Task A_change_of_which_the_rest_never_comes_is_ended_by_the_others()
    {
        var task = await first.NewTask();
        await first.Stop();
        var one = await Start("one");
        await using var half = new NpgsqlConnection(store.Connection);
        await half.OpenAsync(Ct);
        await using var change = await half.BeginTransactionAsync(Ct);
        foreach (var (sql, args) in new PostgresLanes("public").Take([Demo.Tenant]))
        {
            await using var lane = new NpgsqlCommand(sql, half);
            lane.Parameters.Add(new() { Value = args[0] });
            await lane.ExecuteNonQueryAsync(Ct);
        }
        // PostgreSQL is in the middle of a command, and waits for the rest.
        await using var rest = await half.BeginTextImportAsync("copy history from stdin", Ct);
        (await one.Post($"/open-apis/task/v1/tasks/{task}/complete")).Ok();
        await Assert.ThrowsAnyAsync<NpgsqlException>(async () =>
        {
            await rest.DisposeAsync();
            await change.CommitAsync(Ct);
        });
    }

    [Fact]
    public async Task Due_work_that_it_had_begun_is_done_once_by_whoever_is_there()
    {
        var (due, later) = (await Reminded(), await Reminded());
        await db.Change(Demo.Tenant, s => FlowCatalog.Deploy(s, Timed, 0), Ct);
        var instance = (await first.Post("/open-apis/apaas/v1/applications/package_test__c/flows/timed/execute", new { @operator = """{"_id":1001}""", @params = "{}" })).Ok().Data.GetProperty("execution_id").GetString()!;
        var bugs = new List<long>();
        for (var n = 0; n < 5; n++) bugs.Add((await DemoSpace.Do(first, $"{DemoSpace.Space}/work_item/create", new { work_item_type_key = "bug", name = "x" })).GetInt64());
        await first.Stop();
        var (one, two) = (await Start("one"), await Start("two"));
        one.Freeze();
        two.Freeze();
        await Due(due);
        await Execute($"update flow_task set remind_at = 1, due_at = 1 where instance = {instance} and status = 0");
        await db.Change(Demo.Tenant, async s =>
        {
            await BatchRows.Add(s, new(1, "66f11218c3b4a0b423340001", DemoSpace.Initiator, new Actor.App(DemoSpace.Plugin), new("bug", "cause", BatchMode.Update, null, new FieldValue.Text("原因"))), bugs, 1);
            return 0;
        }, Ct);

        await using (await Held.Writer(db))
        {
            one.Thaw();
            await Waits("one");
            one.Freeze();
        }
        two.Thaw();
        await Held.Until(async () => await Number($"select count(*) from history where kind = 'task' and id = '{due}' and operation = 'task.timer.remind'") == 1
            && await Number($"select count(*) from flow_history where instance = {instance} and operation like 'flow.timer.%'") == 2
            && await Number("select open from batch_update where id = 1") == 0, "the other node did what was due");
        two.Freeze();
        one.Thaw();
        // Nobody else is there: when it does this, it has looked for what was due before.
        await Due(later);
        await Held.Until(async () => await Number($"select count(*) from history where id = '{later}' and operation = 'task.timer.remind'") == 1, "it does again what is due");
        two.Thaw();

        Assert.Equal((1, 1), (await Told(due), await Told(later)));
        Assert.Equal(2, await Number($"select count(*) from flow_history where instance = {instance} and operation like 'flow.timer.%'"));
        foreach (var bug in bugs) Assert.Equal(1, await Number($"select count(*) from history where kind = 'item' and id = '{bug}' and operation = 'project.work_item.batch_update'"));
        Assert.Equal(bugs.Count, await Number("select count(*) from batch_update_item where id = 1 and outcome like '%\"code\":0%'"));

        Task<int> Due(string id) => Execute($"update task set remind_at = 1 where id = '{id}'");
        Task<long> Told(string id) => Number($"select count(*) from outbox where id = '{id}' and events like '%reminder_due%'");
    }

    const string PostgresNow = "(extract(epoch from clock_timestamp()) * 1000)::bigint";

    static FlowDefinition Timed => new()
    {
        Namespace = "package_test__c",
        Name = "timed",
        ApiId = "package_test__c__action_timed",
        Nodes = [new FlowNode.Start("start"), FlowPlay.Ask("first", "1002") with { Remind = 86_400_000, Due = 2 * 86_400_000 }, new FlowNode.End("end")],
        Edges = [new("start", "first"), new("first", "end")],
    };

    async Task<ReflowProcess> Start(string name)
    {
        var node = await ReflowProcess.Start(store.ArgumentsOf(name), Fleet.Pace);
        nodes.Add(node);
        await node.SignIn();
        return node;
    }

    /// <summary>A task of which a reminder fires some day.</summary>
    async Task<string> Reminded()
    {
        var task = await first.NewTask(due: DateTimeOffset.UtcNow.AddDays(3).ToUnixTimeSeconds());
        (await first.On(task, "POST", "/reminders", new { relative_fire_minute = 1 })).Ok();
        return task;
    }

    /// <summary>Waits until a change of a node waits for its turn.</summary>
    Task Waits(string node) => Held.Until(async () => await Number($"select count(*) from pg_stat_activity where application_name = '{node}' and wait_event = 'advisory'") > 0, $"node {node} waits for its turn");

    async Task<long> NumberOf(ReflowProcess node) => (long.Parse((await StartInstance(node)).Ok().Data.GetProperty("execution_id").GetString()!, CultureInfo.InvariantCulture) >> 7) & 63;

    static Task<Answer> Agree(ReflowProcess node, string task) => node.Post($"/open-apis/apaas/v1/approval_tasks/{task}/agree", new { user_id = "1002" });

    static Task<Answer> StartInstance(ReflowProcess node) => node.Post(Purchase, new { @operator = """{"_id":1001}""", @params = """{"amount":1}""" });

    Task<long> Number(string sql) => db.ReadSystem(s => s.Find(sql, r => r.GetInt64(0)), Ct);

    // Not as a change: those wait for their turn.
    Task<int> Execute(string sql) => store.Execute(sql);
}

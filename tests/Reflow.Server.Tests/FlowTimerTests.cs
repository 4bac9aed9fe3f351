using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Reflow.Core.Flows;
using Reflow.Server.Jobs;
using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>
/// Reminders and due times (contracts: apaas I17), on start, first (1002; 10 s, due after 20 s), second (1004 and 1005; 5 s, due after 30 s), end.
/// A line of the log says at which second what fired, for which node and whose turn it was.
/// </summary>
public sealed class FlowTimerTests : IAsyncLifetime
{
    const string Root = "/open-apis/apaas/v1";
    const string Flow = $$"""
        tenants:
          - tenant_key: {{Demo.Tenant}}
            name: Reflow Demo
            users:
              - {user_id: manager, kunlun_id: "1002", name: Manager}
              - {user_id: director, kunlun_id: "1004", name: Director}
              - {user_id: legal, kunlun_id: "1005", name: Legal}
            flows:
              - namespace: package_timed__c
                name: timed
                api_id: package_timed__c__action_timed
                nodes:
                  - {key: start, type: start}
                  - {key: first, type: approval, assignees: [{users: [manager]}], remind_seconds: 10, due_seconds: 20}
                  - {key: second, type: approval, assignees: [{users: [director, legal]}], mode: all, remind_seconds: 5, due_seconds: 30}
                  - {key: end, type: end}
                edges: [{from: start, to: first}, {from: first, to: second}, {from: second, to: end}]
        """;

    TestReflow reflow = null!;
    string instance = "";
    long started;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, Flow, Ct);
        reflow = await TestReflow.Start(settings => settings with { Workspace = file, LogLevel = LogLevel.None });
        File.Delete(file);
        started = Now;
        instance = await Start();
    }

    public ValueTask DisposeAsync() => reflow.DisposeAsync();

    [Fact]
    public async Task A_task_reminds_and_then_comes_due_each_once()
    {
        await Pass(9);
        Assert.Empty(await Log());
        await Pass(1);
        Assert.Equal(["10 remind first 1002"], await Log());
        await Pass(9);
        Assert.Equal(["10 remind first 1002"], await Log());
        await Pass(1);
        Assert.Equal(["10 remind first 1002", "20 due first 1002"], await Log());
        await Pass(100);
        Assert.Equal(["10 remind first 1002", "20 due first 1002"], await Log());
    }

    [Fact]
    public async Task Nothing_fires_a_millisecond_early_and_firing_answers_what_fired()
    {
        var task = await Pending("first");
        Assert.Empty(await reflow.Timers.Fire(started + 9_999, Ct));
        Assert.Equal(new ArmedTimer(FlowTimer.Remind, task, started + 10_000), Assert.Single(await reflow.Timers.Fire(started + 10_000, Ct)).Timer);
        Assert.Empty(await reflow.Timers.Fire(started + 19_999, Ct));
        var due = Assert.Single(await reflow.Timers.Fire(started + 20_001, Ct));
        Assert.Equal((Demo.Tenant, instance, new ArmedTimer(FlowTimer.Due, task, started + 20_000)), (due.Tenant, $"{due.Instance}", due.Timer));
        Assert.Equal(["1002"], Assert.IsType<FlowEvent.CameDue>(due.Happened).Users);
        Assert.Empty(await reflow.Timers.Fire(started + 90_000, Ct));
    }

    [Fact]
    public async Task After_an_agreement_only_those_whose_turn_it_still_is_are_told()
    {
        await Pass(3);
        await Vote("agree", "first", "1002");
        await Pass(5);
        await Vote("agree", "second", "1004");
        await Pass(100);
        Assert.Equal(["8 remind second 1004,1005", "33 due second 1005"], await Log());
    }

    [Theory]
    [InlineData("agree")]
    [InlineData("reject")]
    [InlineData("rollback")]
    [InlineData("cancel")]
    public async Task A_closed_task_has_no_times_and_does_not_fire(string how)
    {
        await Vote("agree", "first", "1002");
        var second = await Pending("second");
        await Pass(2);
        switch (how)
        {
            case "cancel": (await reflow.Post($"{Root}/approval_instances/{instance}/cancel", new { user_id = "1001", opinion = "x" })).Ok(); break;
            case "rollback": await Back(); break;
            case "agree":
                await Vote(how, "second", "1004");
                await Vote(how, "second", "1005");
                break;
            default: await Vote(how, "second", "1005"); break;
        }
        Assert.Empty(await Rows("select id from flow_task where tenant = $1 and status <> 0 and (due_at is not null or remind_at is not null)", r => r.GetInt64(0)));
        await Pass(100);
        Assert.DoesNotContain(await Log(), line => line.Contains("second", StringComparison.Ordinal));
        // Not even when a time was left behind.
        await Execute($"update flow_task set due_at = 1, remind_at = 1 where tenant = $1 and id = {second}");
        Assert.Empty(await reflow.Timers.Fire(Now, Ct));
    }

    [Fact]
    public async Task A_rollback_arms_the_new_activation_with_its_own_times()
    {
        var before = await Pending("first");
        await Vote("agree", "first", "1002");
        await Pass(8);
        await Back();
        Assert.NotEqual(before, await Pending("first"));
        await Pass(52);
        await Vote("agree", "first", "1002");
        await Pass(5);
        Assert.Equal(["5 remind second 1004,1005", "18 remind first 1002", "28 due first 1002", "65 remind second 1004,1005"], await Log());
    }

    [Fact]
    public async Task A_transfer_keeps_the_times_and_who_has_the_task_now_is_told()
    {
        await Pass(3);
        (await reflow.Post($"{Root}/approval_tasks/{await Pending("first")}/transfer", new { user_id = "1002", to_user_ids = new[] { "1003" } })).Ok();
        await Pass(7);
        Assert.Equal(["10 remind first 1003"], await Log());
        (await reflow.Post($"{Root}/approval_tasks/{await Pending("first")}/transfer", new { user_id = "1003", to_user_ids = new[] { "1002" } })).Ok();
        await Pass(50);
        Assert.Equal(["10 remind first 1003", "20 due first 1002"], await Log());
    }

    [Fact]
    public async Task What_came_due_while_no_server_ran_fires_at_the_start_in_order_and_once()
    {
        await reflow.Stop();
        reflow.Clock.Advance(TimeSpan.FromSeconds(60));
        for (var again = 0; again < 2; again++)
        {
            reflow = await TestReflow.StartOn(reflow.Store, reflow.Clock);
            await reflow.Timers.Settled;
            Assert.Equal(["60 remind first 1002", "60 due first 1002"], await Log());
            if (again == 0) await reflow.Stop();
        }
    }

    [Fact]
    public async Task A_change_that_the_store_refuses_leaves_the_timer_armed_and_is_tried_again()
    {
        await Execute(RefuseTimers);
        await Pass(12);
        Assert.Empty(await Log());
        Assert.Equal([started + 10_000], await Rows("select remind_at from flow_task where tenant = $1 and remind_at is not null", r => r.GetInt64(0)));
        await Execute(TestStore.IsPostgres ? "drop trigger refuse on flow_history" : "drop trigger refuse");
        await Pass(1);
        Assert.Equal(["13 remind first 1002"], await Log());
    }

    [Fact]
    public async Task A_tenant_whose_change_is_refused_does_not_hold_up_the_others()
    {
        var flows = new FlowStore(new(reflow.Clock, node: NodeNumber.Fixed(62)), new());
        var someone = (await reflow.Db.Read(Demo.OtherTenant, s => s.Find("select kunlun_id from member where tenant = $1 and kunlun_id is not null limit 1", r => r.GetString(0)), Ct))!;
        var definition = FlowPlay.Flow with { Nodes = [new FlowNode.Start("start"), FlowPlay.Ask("only", someone) with { Remind = 10_000 }, new FlowNode.End("end")], Edges = [new("start", "only"), new("only", "end")] };
        await reflow.Db.Change(Demo.OtherTenant, s => FlowCatalog.Deploy(s, definition, 0), Ct);
        var (other, _) = await reflow.Db.Change(Demo.OtherTenant, s => flows.Start(s, new(definition.Namespace, definition.Name, "test", someone, null, "{}"), "test", started), Ct);
        // The tenant whose turn comes first fails.
        Assert.True(string.CompareOrdinal(Demo.Tenant, Demo.OtherTenant) < 0);
        await Execute(RefuseTimers);
        var fired = Assert.Single(await reflow.Timers.Fire(started + 10_000, Ct));
        Assert.Equal((Demo.OtherTenant, other!.Stored.Instance.Id), (fired.Tenant, fired.Instance));
    }

    [Fact]
    public async Task A_store_that_cannot_be_read_does_not_end_the_looking()
    {
        await Execute("alter table tenant rename to gone");
        await Pass(12);
        await Execute("alter table gone rename to tenant");
        await Pass(1);
        Assert.Equal(["13 remind first 1002"], await Log());
    }

    [Fact]
    public async Task Of_two_nodes_that_look_at_once_each_timer_fires_on_one()
    {
        for (var i = 0; i < 120; i++) await Start();
        await using var other = new FlowTimers(reflow.Db, new(new(reflow.Clock, node: NodeNumber.Fixed(63)), new()), reflow.Clock, NullLogger<FlowTimers>.Instance);
        var fired = (await Task.WhenAll(reflow.Timers.Fire(started + 60_000, Ct), other.Fire(started + 60_000, Ct))).SelectMany(f => f).Select(f => f.Timer).ToList();
        Assert.Equal(242, fired.Count);
        Assert.Equal(242, fired.Distinct().Count());
    }

    [Fact]
    public async Task A_timer_is_claimed_once_and_only_at_the_moment_it_was_seen_with()
    {
        var armed = new ArmedTimer(FlowTimer.Due, await Pending("first"), started + 20_000);
        Assert.False(await Claim(armed with { At = armed.At - 1 }));
        Assert.True(await Claim(armed));
        Assert.False(await Claim(armed));
        Assert.True(await Claim(armed with { Timer = FlowTimer.Remind, At = started + 10_000 }));
    }

    [Fact]
    public async Task It_is_stopped_as_often_as_one_likes()
    {
        var other = new FlowTimers(reflow.Db, new(new(reflow.Clock, node: NodeNumber.Fixed(63)), new()), reflow.Clock, NullLogger<FlowTimers>.Instance);
        await other.DisposeAsync();
        await other.DisposeAsync();
    }

    [Theory]
    [InlineData(11, 20_000L)]
    [InlineData(21, null)]
    public async Task The_log_of_an_instance_tells_which_times_are_left(int seconds, long? due)
    {
        await Pass(seconds);
        await reflow.Db.Read(Demo.Tenant, async session =>
        {
            FlowState? replayed = null;
            foreach (var payload in await session.Query($"select payload from flow_history where tenant = $1 and instance = {instance} order by seq", r => r.GetString(0)))
                replayed = FlowJson.ReadEvents(payload).Aggregate(replayed, FlowApply.Apply);
            var task = Assert.Single(replayed!.Pending);
            var stored = (await FlowRows.Find(session, task))!.Value.Task;
            var told = replayed.Tasks[task];
            Assert.Equal((stored.RemindAt, stored.DueAt, stored.RemindedAt, stored.CameDueAt), (told.RemindAt, told.DueAt, told.RemindedAt, told.CameDueAt));
            Assert.Equal((started + 10_000, due is null ? started + 20_000 : (long?)null), (stored.RemindedAt, stored.CameDueAt));
            Assert.Equal((null, started + due), (stored.RemindAt, stored.DueAt));
            return 0;
        }, Ct);
    }

    long Now => reflow.Clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Lets seconds pass, one after the other.</summary>
    async Task Pass(int seconds)
    {
        for (var i = 0; i < seconds; i++)
        {
            reflow.Clock.Advance(TimeSpan.FromSeconds(1));
            await reflow.Timers.Settled;
        }
    }

    async Task<string> Start() => (await reflow.Post($"{Root}/applications/package_timed__c/flows/timed/execute", new { @operator = """{"_id":1001}""" })).Ok().Data.GetProperty("execution_id").GetString()!;

    async Task Vote(string vote, string node, string by) => (await reflow.Post($"{Root}/approval_tasks/{await Pending(node)}/{vote}", new { user_id = by })).Ok();

    /// <summary>The second task goes back to the first.</summary>
    async Task Back()
    {
        var second = await Pending("second");
        var points = (await reflow.Post($"{Root}/user_tasks/{second}/rollback_points", new { operator_user_id = "1004" })).Ok().Data.GetProperty("tasks");
        (await reflow.Post($"{Root}/user_tasks/{second}/rollback", new { operator_user_id = "1004", to_task_id = points[1].GetProperty("id").GetString(), opinion = "x" })).Ok();
    }

    async Task<long> Pending(string node) => Assert.Single(await Rows($"select id from flow_task where tenant = $1 and instance = {instance} and node = '{node}' and status = 0", r => r.GetInt64(0)));

    /// <summary>What the clock did to the instance, in the order of its history.</summary>
    async Task<IReadOnlyList<string>> Log()
    {
        var rows = await Rows($"select at, operation, payload from flow_history where tenant = $1 and instance = {instance} and actor = 'system' order by seq", r => (At: r.GetInt64(0), Operation: r.GetString(1), Payload: r.GetString(2)));
        return [.. rows.Select(row => Assert.Single(FlowJson.ReadEvents(row.Payload)) switch
        {
            FlowEvent.Reminded e when row.Operation is "flow.timer.remind" => Line(row.At, "remind", e.Node, e.Users),
            FlowEvent.CameDue e when row.Operation is "flow.timer.due" => Line(row.At, "due", e.Node, e.Users),
            var other => $"{row.Operation}: {other}",
        })];
    }

    string Line(long at, string what, string node, IReadOnlyList<string> users) => string.Create(CultureInfo.InvariantCulture, $"{(at - started) / 1000} {what} {node} {string.Join(',', users)}");

    Task<bool> Claim(ArmedTimer armed) => reflow.Db.Change(Demo.Tenant, session => FlowTimerRows.Claim(session, armed, armed.At), Ct);

    Task<List<T>> Rows<T>(string sql, Func<System.Data.Common.DbDataReader, T> row) => reflow.Db.Read(Demo.Tenant, session => session.Query(sql, row), Ct);

    // History that a timer writes is refused.
    static string RefuseTimers => TestStore.IsPostgres
        ? """
          create or replace function refuse() returns trigger language plpgsql as 'begin raise exception ''refused''; end';
          create trigger refuse before insert on flow_history for each row when (new.tenant = $1 and new.operation like 'flow.timer.%') execute function refuse()
          """
        : "create trigger refuse before insert on flow_history when new.tenant = $1 and new.operation like 'flow.timer.%' begin select raise(abort, 'refused'); end";

    Task Execute(string sql) => reflow.Db.ChangeSystem(async session =>
    {
        await session.Script(sql.Replace("$1", $"'{Demo.Tenant}'", StringComparison.Ordinal));
        return 0;
    }, Ct);
}

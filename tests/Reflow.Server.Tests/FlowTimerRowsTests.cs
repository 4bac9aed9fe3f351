using Reflow.Core.Flows;
using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>Which timers are due, in which order, and for whom one fires.</summary>
public sealed class FlowTimerRowsTests : IAsyncLifetime
{
    const string Root = "/open-apis/apaas/v1";
    TestReflow reflow = null!;
    long[] tasks = [];

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        reflow = await TestReflow.Start();
        for (var i = 0; i < 3; i++) (await reflow.Post($"{Root}/applications/package_demo__c/flows/purchase/execute", new { @operator = """{"_id":1001}""", @params = """{"amount":1}""" })).Ok();
        tasks = [.. await reflow.Db.Read(Demo.Tenant, s => s.Query("select id from flow_task where tenant = $1 and status = 0 order by id desc limit 3", r => r.GetInt64(0)), Ct)];
        Array.Reverse(tasks);
    }

    public ValueTask DisposeAsync() => reflow.DisposeAsync();

    [Fact]
    public async Task The_longest_overdue_comes_first_and_of_one_moment_the_reminders()
    {
        await Arm(0, null, 100);
        await Arm(1, 50, 200);
        await Arm(2, 100, null);
        ArmedTimer[] wanted = [new(FlowTimer.Remind, tasks[1], 50), new(FlowTimer.Remind, tasks[2], 100), new(FlowTimer.Due, tasks[0], 100)];
        Assert.Equal(wanted, await Past(100, 10));
        Assert.Equal(wanted[..2], await Past(99 + 1, 2));
        Assert.Equal(wanted[..1], await Past(99, 10));
        Assert.Equal([.. wanted, new(FlowTimer.Due, tasks[1], 200)], await Past(200, 10));
    }

    [Theory]
    [InlineData(FlowTimer.Remind)]
    [InlineData(FlowTimer.Due)]
    public async Task A_tenant_is_looked_at_when_something_of_it_is_due(FlowTimer timer)
    {
        Assert.Null(await Next());
        await Arm(0, timer is FlowTimer.Remind ? 50 : null, timer is FlowTimer.Due ? 50 : null);
        Assert.Equal(50, await Next());
        Assert.Empty(await Tenants(49));
        Assert.Equal([Demo.Tenant], await Tenants(50));
    }

    [Theory, Trait("Engine", "PostgreSQL")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task However_many_tasks_there_are_and_whatever_is_known_of_them_nobody_reads_them_to_find_what_is_due(bool isKnown)
    {
        var (walked, _) = await RowsRead.Of("flow_task", isKnown, """
            insert into flow_task (tenant, instance, id, node, kind, token, opened_at, status, superseded, due_at, remind_at, assignees)
            select tenant, n, n, 'a', 0, 0, n, case when n % 9 = 0 then 0 else 1 end, 0, case when n % 9 = 0 then 1000000 + n end, case when n % 9 = 0 then 1000000 + n end, '[]'
            from tenant, generate_series(1, 50000) n
            """, async s => Assert.Equal((0, 1_000_009), ((await FlowTimerRows.Tenants(s, 1_000_000)).Count, await FlowTimerRows.Next(s))));
        Assert.Equal(0, walked);
    }

    [Theory]
    [InlineData(FlowTimer.Remind)]
    [InlineData(FlowTimer.Due)]
    public async Task Times_left_behind_on_a_closed_task_are_seen_by_nobody(FlowTimer timer)
    {
        await reflow.Db.Change(Demo.Tenant, s => s.Execute("update flow_task set status = 1, remind_at = 50, due_at = 50 where tenant = $1 and id = $2", tasks[0]), Ct);
        Assert.Empty(await Past(100, 10));
        Assert.Empty(await Tenants(100));
        Assert.Null(await Next());
        Assert.False(await reflow.Db.Change(Demo.Tenant, s => FlowTimerRows.Claim(s, new(timer, tasks[0], 50), 100), Ct));
    }

    [Fact]
    public async Task Who_takes_a_timer_leaves_when()
    {
        await Arm(0, 50, 60);
        Assert.True(await reflow.Db.Change(Demo.Tenant, s => FlowTimerRows.Claim(s, new(FlowTimer.Remind, tasks[0], 50), 70), Ct));
        var task = (await reflow.Db.Read(Demo.Tenant, s => FlowRows.Find(s, tasks[0]), Ct))!.Value.Task;
        Assert.Equal(((long?)null, (long?)60, (long?)70, (long?)null), (task.RemindAt, task.DueAt, task.RemindedAt, task.CameDueAt));
    }

    Task Arm(int task, long? remind, long? due) => reflow.Db.Change(Demo.Tenant, s => s.Execute("update flow_task set remind_at = $3, due_at = $4 where tenant = $1 and id = $2", tasks[task], remind, due), Ct);

    Task<IReadOnlyList<ArmedTimer>> Past(long now, int most) => reflow.Db.Read(Demo.Tenant, s => FlowTimerRows.Past(s, now, most), Ct);

    Task<List<string>> Tenants(long now) => reflow.Db.ReadSystem(s => FlowTimerRows.Tenants(s, now), Ct);

    Task<long?> Next() => reflow.Db.ReadSystem(FlowTimerRows.Next, Ct);
}

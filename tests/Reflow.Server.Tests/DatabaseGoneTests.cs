using System.Diagnostics;
using Reflow.Server.Store;
using Reflow.Server.Tests.Projects;
using Reflow.Server.Tests.Tasks;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>
/// While PostgreSQL is gone, or there and silent, every call is answered soon and says when to come back; nothing piles up; and when it is back, so is the node.
/// <c>REFLOW_TEST_OUTAGE</c> says for how many seconds it is gone; 3 when nothing does.
/// </summary>
[Trait("Engine", "PostgreSQL")]
public sealed class DatabaseGoneTests : IAsyncLifetime
{
    // 2 s is what is promised. The rest is for a machine that does other things.
    static readonly TimeSpan Soon = TimeSpan.FromSeconds(4);
    static readonly TimeSpan Outage = TimeSpan.FromSeconds(int.Parse(Environment.GetEnvironmentVariable("REFLOW_TEST_OUTAGE") ?? "3", System.Globalization.CultureInfo.InvariantCulture));

    TestStore store = null!;
    Relay relay = null!;
    TestReflow reflow = null!;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        store = await TestStore.Demo();
        relay = new(store.Connection);
        reflow = await TestReflow.StartOn(store, new(), settings => settings with { Postgres = relay.Connection, Store = new() });
    }

    public async ValueTask DisposeAsync()
    {
        relay.Resume();
        await reflow.DisposeAsync();
        await relay.DisposeAsync();
    }

    [Theory]
    [InlineData("silent")]
    [InlineData("gone")]
    public async Task While_PostgreSQL_is_away_calls_are_refused_soon_and_afterwards_everything_is_there(string how)
    {
        var id = await reflow.NewTask();
        var acknowledged = 0;
        var calls = await Calls(id);
        foreach (var call in calls) Assert.True((await reflow.Send(call)).Status < 500);
        await Step();
        var memory = GC.GetTotalMemory(forceFullCollection: true);

        if (how == "silent") relay.Freeze();
        else relay.Cut();
        var began = Stopwatch.GetTimestamp();
        var slowest = TimeSpan.Zero;
        do
        {
            // More than there are sessions, so that some wait behind others.
            foreach (var (answer, took) in await Task.WhenAll(Enumerable.Range(0, 60).Select(i => Timed(calls[i % calls.Count]))))
            {
                Assert.True(answer.Status == 503 && answer.Headers.ContainsKey("Retry-After"), $"{answer.Status} {answer.Text}");
                slowest = took > slowest ? took : slowest;
            }
            Assert.Equal((0, 0), (reflow.Db.WaitingChanges, reflow.Db.WaitingReads));
        }
        while (Stopwatch.GetElapsedTime(began) < Outage);
        Assert.True(slowest < Soon, $"a call took {slowest}");
        // What other tests hold meanwhile goes; what the calls had left would stay.
        await Held.Until(() => GC.GetTotalMemory(forceFullCollection: true) - memory <= 32 << 20, "nothing is kept of calls that were refused");

        relay.Resume();
        var back = Stopwatch.GetTimestamp();
        var doubtful = 0;
        while (true)
        {
            var (answer, _) = await Timed(new("POST", $"/open-apis/task/v1/tasks/{id}/complete", null, await reflow.Token()));
            if (answer.Status == 200) break;
            Assert.True(answer.Status == 503, $"{answer.Status} {answer.Text}");
            doubtful++;
        }
        acknowledged++;
        Assert.True(Stopwatch.GetElapsedTime(back) < Soon, $"it took {Stopwatch.GetElapsedTime(back)} to serve again, {doubtful} calls were refused");
        foreach (var call in calls) Assert.True((await reflow.Send(call)).Status < 500);
        await Step();
        var history = await reflow.Db.Read(Demo.Tenant, s => s.Query("select seq from history where tenant = $1 and kind = 'task' and id = $2 order by seq", r => r.GetInt64(0), id), Ct);
        Assert.Equal(Enumerable.Range(1, history.Count).Select(seq => (long)seq), history);
        Assert.True(history.Count >= acknowledged, $"{acknowledged} changes were acknowledged, {history.Count} are there");

        async Task Step()
        {
            (await reflow.Post($"/open-apis/task/v1/tasks/{id}/complete")).Ok();
            (await reflow.Post($"/open-apis/task/v1/tasks/{id}/uncomplete")).Ok();
            acknowledged += 2;
        }
    }

    [Fact]
    public async Task Each_family_says_that_it_is_busy_in_its_own_words()
    {
        var calls = await Calls(await reflow.NewTask());
        relay.Freeze();
        Assert.Equal([1470450, 1470450, 10429, 99991400], (await Task.WhenAll(calls.Select(call => reflow.Send(call)))).Select(answer => answer.Code));
    }

    [Fact]
    public async Task A_statement_that_takes_too_long_is_ended_and_its_session_goes_on()
    {
        await using var db = await Db.OpenPostgres(store.Connection, new() { Patience = TimeSpan.FromMilliseconds(200) }, Ct);
        await Assert.ThrowsAsync<StoreGoneException>(() => db.Read(Demo.Tenant, s => s.Find("select pg_sleep(60)::text , $1 as tenant", r => 0), Ct));
        await Assert.ThrowsAsync<StoreGoneException>(() => db.Change(Demo.Tenant, s => s.Find("select pg_sleep(60)::text , $1 as tenant", r => 0), Ct));
        // What concerns all tenants takes its time, and what reads very much.
        Assert.Equal(1, await db.ChangeSystem(s => s.Find("select 1 from pg_sleep(0.5)", r => r.GetInt32(0)), Ct));
        Assert.Equal(1, await db.ReadAtLength(s => s.Find("select 1 from pg_sleep(0.5)", r => r.GetInt32(0)), Ct));
        Assert.Equal(1, await db.Read(Demo.Tenant, s => s.Find("select 1 where $1 <> 'tenant'", r => r.GetInt32(0)), Ct));
    }

    [Fact]
    public async Task A_statement_that_is_run_again_is_prepared()
    {
        await using var db = await store.Open(new());
        const string sql = "select count(*) from history where tenant = $1";
        for (var i = 0; i < 3; i++) await db.Change(Demo.Tenant, s => s.Find(sql, r => r.GetInt64(0)), Ct);
        Assert.Contains(sql, await db.ChangeSystem(s => s.Query("select statement from pg_prepared_statements", r => r.GetString(0)), Ct));
    }

    async Task<IReadOnlyList<Request>> Calls(string task)
    {
        var story = await DemoSpace.Story(reflow);
        return
        [
            // Not of one task: its changes wait for one another before they wait for the store.
            new("POST", "/open-apis/task/v1/tasks", new { summary = "x", origin = new { platform_i18n_name = "{}" } }, await reflow.Token()),
            new("GET", $"/open-apis/task/v1/tasks/{task}", null, await reflow.Token()),
            await DemoSpace.Call(reflow, DemoSpace.Item(story, "/workflow/query"), new { }),
            new("POST", "/open-apis/apaas/v1/user_task/query", new { type = "pending", source = "assignMe", kunlun_user_id = "1004" }, await reflow.Token()),
        ];
    }

    async Task<(Answer Answer, TimeSpan Took)> Timed(Request request)
    {
        var began = Stopwatch.GetTimestamp();
        return (await reflow.Send(request), Stopwatch.GetElapsedTime(began));
    }
}

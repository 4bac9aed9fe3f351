using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>More than the store can do is refused, soon and whole; what was accepted is done, and afterwards everything is as before.</summary>
public sealed class OverloadTests : IAsyncLifetime
{
    const string Tenant = "736588c9260f175d";
    const string Insert = "insert into history (tenant, kind, id, seq, at, actor, operation, payload) values ($1, 'test', $2, 1, 0, 'app:x', 'test', '[]')";
    static readonly object Piece = new { summary = "x", origin = new { platform_i18n_name = "{}" } };
    TestStore store = null!;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => store = await TestStore.Empty();

    public ValueTask DisposeAsync() => store.DisposeAsync();

    [Fact]
    public async Task Calls_beyond_the_line_are_refused_and_those_in_it_are_served()
    {
        const int line = 5, calls = 20;
        await using var reflow = await TestReflow.Start(settings => settings with { Store = settings.Store with { WaitingChanges = line } });
        await reflow.Token();
        var before = await Tasks();
        Task<Answer>[] sent;
        await using (var held = await Held.Writer(reflow.Db))
        {
            sent = [.. Enumerable.Range(0, calls).Select(_ => reflow.Post("/open-apis/task/v1/tasks", Piece))];
            await Held.Until(() => sent.Count(call => call.IsCompleted) == calls - line, "all that have no place are answered");
            Assert.All(sent.Where(call => call.IsCompleted), call => Assert.Equal((429, 1470450), (call.Result.Status, call.Result.Code)));
            await held.Waiting(line);
            // Reads do not wait behind changes.
            (await reflow.Get($"/open-apis/task/v1/tasks?page_size=10")).Ok();
        }
        Assert.Equal(line, (await Task.WhenAll(sent)).Count(answer => answer.Code == 0));
        Assert.Equal(before + line, await Tasks());
        (await reflow.Post("/open-apis/task/v1/tasks", Piece)).Ok();

        Task<long> Tasks() => reflow.Db.Read(Demo.Tenant, s => s.Find("select count(*) from task where tenant = $1", r => r.GetInt64(0)), Ct);
    }

    [Fact]
    public async Task Who_waits_for_too_long_in_a_line_that_moves_is_refused_as_one_too_many()
    {
        await using var db = await store.Open(new() { Patience = TimeSpan.FromSeconds(1) });
        using var first = new ManualResetEventSlim();
        using var second = new ManualResetEventSlim();
        var one = Block(db, first, out var started);
        await started;
        // The next group is full with these, and the last of them holds it up.
        var group = Enumerable.Range(0, 127).Select(i => Write(db, $"{i:000}")).ToList();
        group.Add(Block(db, second, out _));
        var late = Write(db, "late");
        first.Set();
        await one;
        await Assert.ThrowsAsync<StoreBusyException>(() => late);
        second.Set();
        await Task.WhenAll(group);
        await Write(db, "later");
        Assert.Equal([.. Enumerable.Range(0, 127).Select(i => $"{i:000}"), "later"], await Ids(db));
    }

    [Fact]
    public async Task Who_waits_for_too_long_in_a_line_that_stands_hears_that_the_store_is_gone()
    {
        await using var db = await store.Open(new() { Patience = TimeSpan.FromMilliseconds(300) });
        using var gate = new ManualResetEventSlim();
        var one = Block(db, gate, out var started);
        await started;
        await Assert.ThrowsAsync<StoreGoneException>(() => Write(db, "late"));
        gate.Set();
        await one;
        await Write(db, "later");
        Assert.Equal(["later"], await Ids(db));
    }

    [Fact]
    public async Task What_concerns_all_tenants_may_take_its_time_and_who_waits_for_it_is_served()
    {
        var patience = new DbOptions { Patience = TimeSpan.FromMilliseconds(200) };
        await using var db = await store.Open(patience);
        await using var other = await TestStore.Empty();
        await using var elsewhere = await other.Open(patience);
        using var gate = new ManualResetEventSlim();
        var started = new TaskCompletionSource();
        var all = db.ChangeSystem(_ => { started.SetResult(); gate.Wait(Ct); return ValueTask.FromResult(0); }, Ct);
        await started.Task;
        var waiting = Write(db, "waiting");
        // Where it is one tenant's change that takes its time, who came later has lost patience by now.
        var blocked = Block(elsewhere, gate, out var begun);
        await begun;
        for (var time = 0; time < 3; time++) await Assert.ThrowsAsync<StoreGoneException>(() => Write(elsewhere, "late"));
        Assert.False(waiting.IsCompleted);
        gate.Set();
        await Task.WhenAll(all, blocked, waiting);
        Assert.Equal(["waiting"], await Ids(db));
    }

    [Fact]
    public async Task Reads_beyond_the_line_are_refused_and_so_is_who_waits_for_too_long()
    {
        await using var db = await store.Open(new(Readers: 1, WaitingReads: 1) { Patience = TimeSpan.FromSeconds(1) });
        var (started, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        var running = db.Read(Tenant, async _ => { started.SetResult(); await gate.Task; return 0; }, Ct);
        await started.Task;
        var waiting = Ids(db);
        await Assert.ThrowsAsync<StoreBusyException>(() => Ids(db));
        await Assert.ThrowsAsync<StoreGoneException>(() => waiting);
        gate.SetResult();
        await running;
        Assert.Empty(await Ids(db));
    }

    [Fact]
    [Trait("Engine", "PostgreSQL")]
    public async Task Who_waits_for_too_long_for_a_lane_that_another_node_holds_is_refused()
    {
        await using var one = await store.Open(TestStore.Patient);
        await using var two = await store.Open(new() { Patience = TimeSpan.FromMilliseconds(300) });
        using var gate = new ManualResetEventSlim();
        var held = Block(one, gate, out var started);
        await started;
        try { await Assert.ThrowsAsync<StoreBusyException>(() => Write(two, "late")); }
        finally { gate.Set(); }
        await held;
        await Write(two, "later");
        Assert.Equal(["later"], await Ids(two));
    }

    static Task<int> Block(Db db, ManualResetEventSlim gate, out Task started)
    {
        var begun = new TaskCompletionSource();
        started = begun.Task;
        return db.Change(Tenant, async session =>
        {
            // What it asks first takes its lane.
            await session.Find("select 1 where $1 <> ''/* tenant */", r => r.GetInt32(0));
            begun.TrySetResult();
            gate.Wait(Ct);
            return 0;
        }, Ct);
    }

    static Task<int> Write(Db db, string id) => db.Change(Tenant, s => s.Execute(Insert, id), Ct);

    static Task<List<string>> Ids(Db db) => db.Read(Tenant, s => s.Query("select id from history where tenant = $1 order by id", r => r.GetString(0)), Ct);
}

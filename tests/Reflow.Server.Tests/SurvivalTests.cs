using System.Collections.Concurrent;
using System.Globalization;
using Reflow.Server.Store;
using Reflow.Server.Tests.Projects;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>What an answer promised is there after the process is killed, stopped and started again, and nothing is there by halves.</summary>
public sealed class SurvivalTests : IAsyncLifetime
{
    const int Workers = 12;
    readonly ConcurrentBag<Piece> pieces = [];
    int demo;
    int begunInDoubt;
    TestStore store = null!;
    string[] people = [];

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var first = await TestReflow.Start();
        store = first.Store;
        people = [await first.OpenId("1001"), await first.OpenId("1002"), await first.OpenId("1003")];
        await first.Stop();
        demo = (await ReadRows()).Count;
    }

    public ValueTask DisposeAsync() => store.DisposeAsync();

    [Fact]
    public async Task Twenty_kills_lose_no_acknowledged_change_and_leave_none_half_done()
    {
        for (var round = 0; round < 20; round++)
        {
            var random = new Random(round);
            await using var reflow = await ReflowProcess.Start(store.Arguments);
            await reflow.SignIn();
            await Verify(reflow);
            await Drive(reflow, random.Next(), until: random.Next(1, 250), reflow.Kill);
        }
        await using var last = await ReflowProcess.Start(store.Arguments);
        await last.SignIn();
        await Verify(last);
    }

    [Fact]
    public async Task Told_to_stop_under_load_it_stops_in_five_seconds_and_loses_nothing()
    {
        var exitCode = -1;
        await using (var reflow = await ReflowProcess.Start(store.Arguments))
        {
            await reflow.SignIn();
            await Drive(reflow, seed: 1, until: 200, async () => exitCode = await reflow.Terminate(TimeSpan.FromSeconds(5)));
        }
        Assert.Equal(0, exitCode);
        await using var again = await ReflowProcess.Start(store.Arguments);
        await again.SignIn();
        await Verify(again);
    }

    [Fact]
    public async Task A_token_outlives_the_process_and_is_the_same_when_asked_for_again()
    {
        string token;
        await using (var reflow = await ReflowProcess.Start(store.Arguments))
        {
            token = await reflow.SignIn();
            await reflow.Kill();
        }
        await using var again = await ReflowProcess.Start(store.Arguments);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/open-apis/task/v1/tasks/none") { Headers = { { "Authorization", $"Bearer {token}" } } };
        Assert.Equal(1470602, (await again.Send(request)).Code);
        Assert.Equal(token, await again.SignIn());
    }

    /// <summary>Lets workers work side by side; at the given number of acknowledged changes <paramref name="end"/> ends the server, and with it the work.</summary>
    async Task Drive(ReflowProcess reflow, int seed, int until, Func<Task> end)
    {
        var acknowledged = 0;
        var reached = new TaskCompletionSource();
        var mine = pieces.GroupBy(piece => piece.Worker).ToDictionary(group => group.Key, group => group.ToList());
        var workers = Enumerable.Range(0, Workers).Select(worker => Task.Run(() => Work(worker, mine.GetValueOrDefault(worker, [])), Ct)).ToList();
        var failed = Task.WhenAny(workers);
        await Held.Within(Task.WhenAny(reached.Task, failed), "enough has been acknowledged");
        if (!reached.Task.IsCompleted) await await failed;
        await end();
        await Task.WhenAll(workers);

        async Task Work(int worker, List<Piece> own)
        {
            var random = new Random(seed + worker);
            Piece? current = null;
            try
            {
                while (true)
                {
                    var kind = Kind.All[random.Next(Kind.All.Count)];
                    if (own.Count(piece => piece.Kind == kind) < kind.Most && random.Next(3) == 0 || own.Count == 0)
                    {
                        current = new(worker, kind) { InDoubt = true };
                        current.Id = await kind.Begin(reflow, people);
                        own.Add(current);
                        pieces.Add(current);
                    }
                    else
                    {
                        current = own[random.Next(own.Count)];
                        current.InDoubt = true;
                        await (current.Acknowledged % 2 == 1 ? current.Kind.Forward(reflow, current.Id) : current.Kind.Back(reflow, current.Id));
                    }
                    current.Acknowledged++;
                    current.InDoubt = false;
                    if (Interlocked.Increment(ref acknowledged) == until) reached.SetResult();
                }
            }
            catch (HttpRequestException) when (reached.Task.IsCompleted)
            {
                if (current is { Id: "" }) Interlocked.Increment(ref begunInDoubt);
            }
        }
    }

    /// <summary>Every piece of work is where its last acknowledged step left it, or one step further when an answer was lost; its history agrees.</summary>
    async Task Verify(ReflowProcess reflow)
    {
        var rows = await ReadRows();
        foreach (var piece in pieces)
        {
            var history = rows.GetValueOrDefault((piece.Kind.Word, piece.Id), []);
            Assert.Equal(Enumerable.Range(1, history.Count).Select(seq => (long)seq), history);
            Assert.InRange(history.Count, piece.Acknowledged, piece.Acknowledged + (piece.InDoubt ? 1 : 0));
            Assert.Equal(history.Count % 2 == 0, await piece.Kind.IsForward(reflow, piece.Id));
            (piece.Acknowledged, piece.InDoubt) = (history.Count, false);
        }
        Assert.InRange(rows.Count - demo - pieces.Count, 0, begunInDoubt);
    }

    async Task<Dictionary<(string Kind, string Id), List<long>>> ReadRows()
    {
        await using var db = await store.Open(new());
        return await db.ReadSystem(async session =>
        {
            if (session.Engine is Engine.Sqlite) Assert.Equal(["ok"], await session.Query("pragma integrity_check", r => r.GetString(0)));
            Assert.Empty(await session.Query(HalfDone, r => r.GetString(0)));
            var rows = await session.Query($"select kind, id, seq from history where kind in ({string.Join(',', Kind.All.Select(kind => $"'{kind.Word}'"))}) order by seq", r => (Kind: r.GetString(0), Id: r.GetString(1), Seq: r.GetInt64(2)));
            return rows.GroupBy(row => (row.Kind, row.Id)).ToDictionary(group => group.Key, group => group.Select(row => row.Seq).ToList());
        }, Ct);
    }

    // Things whose row and history, and a task's members, do not tell the same story.
    const string HalfDone = """
        select t.id from task t where t.doc like '%"summary":"survive"%' and not (
            t.version = (select count(*) from history h where h.tenant = t.tenant and h.kind = 'task' and h.id = t.id)
            and 3 = (select count(*) from task_member m where m.tenant = t.tenant and m.task_id = t.id)
            and (t.completed_at <> 0) = (t.version % 2 = 0))
        union all
        select h.id from history h where h.kind = 'task' and not exists (select 1 from task t where t.tenant = h.tenant and t.id = h.id)
        union all
        select cast(i.id as text) from work_item i where i.version <> (select count(*) from history h where h.tenant = i.tenant and h.kind = 'item' and h.id = cast(i.id as text))
        union all
        select cast(f.id as text) from flow_instance f where f.version <> (select count(*) from history h where h.tenant = f.tenant and h.kind = 'instance' and h.id = cast(f.id as text))
        """;

    /// <summary>One thing that a worker takes forward and back again. Each acknowledged step is one row of history.</summary>
    sealed record Piece(int Worker, Kind Kind)
    {
        public string Id { get; set; } = "";
        public int Acknowledged { get; set; }
        public bool InDoubt { get; set; }
    }

    /// <summary>A kind of work: how it begins, goes forward, goes back, and where it is.</summary>
    sealed record Kind(
        string Word, int Most, Func<ReflowProcess, string[], Task<string>> Begin, Func<ReflowProcess, string, Task> Forward, Func<ReflowProcess, string, Task> Back,
        Func<ReflowProcess, string, Task<bool>> IsForward)
    {
        public static readonly IReadOnlyList<Kind> All =
        [
            new("task", 12,
                async (reflow, people) => (await reflow.Post("/open-apis/task/v1/tasks", new
                {
                    summary = "survive",
                    origin = new { platform_i18n_name = "{}" },
                    collaborator_ids = people[..2],
                    follower_ids = people[2..],
                })).Ok().Data.GetProperty("task").GetProperty("id").GetString()!,
                async (reflow, id) => (await reflow.Post($"/open-apis/task/v1/tasks/{id}/complete")).Ok(),
                async (reflow, id) => (await reflow.Post($"/open-apis/task/v1/tasks/{id}/uncomplete")).Ok(),
                async (reflow, id) => (await reflow.Get($"/open-apis/task/v1/tasks/{id}")).Ok().Data.GetProperty("task").GetProperty("complete_time").GetString() != "0"),
            new("instance", 2,
                async (reflow, _) => (await reflow.Post("/open-apis/apaas/v1/applications/package_demo__c/flows/purchase/execute", new
                {
                    @operator = """{"_id":1001}""",
                    @params = """{"amount":1}""",
                })).Ok().Data.GetProperty("execution_id").GetString()!,
                async (reflow, id) => (await reflow.Post($"/open-apis/apaas/v1/approval_tasks/{await Pending(reflow, id, "1002")}/agree", new { user_id = "1002" })).Ok(),
                async (reflow, id) =>
                {
                    var task = $"/open-apis/apaas/v1/user_tasks/{await Pending(reflow, id, "1003")}";
                    var points = (await reflow.Post($"{task}/rollback_points", new { operator_user_id = "1003" })).Ok().Data.GetProperty("tasks");
                    (await reflow.Post($"{task}/rollback", new { operator_user_id = "1003", to_task_id = points[1].GetProperty("id").GetString(), opinion = "again" })).Ok();
                },
                async (reflow, id) => (await Pending(reflow, id, "1002"), await Pending(reflow, id, "1003"), await Pending(reflow, id, "1005")) switch
                {
                    ({ }, null, null) => false,
                    (null, { }, { }) => true,
                    var half => throw new Xunit.Sdk.XunitException($"instance {id} waits for {half}"),
                }),
            new("item", 4,
                async (reflow, _) => (await reflow.Post("/open_api/demo/work_item/create", new { work_item_type_key = "story", template_id = 100001, name = "survive" })).Ok().Data.GetInt64().ToString(CultureInfo.InvariantCulture),
                async (reflow, id) => (await reflow.Post($"/open_api/demo/workflow/story/{id}/node/doing/operate", DemoSpace.Whole)).Ok(),
                async (reflow, id) => (await reflow.Post($"/open_api/demo/workflow/story/{id}/node/doing/operate", new { action = "rollback", rollback_reason = "again" })).Ok(),
                async (reflow, id) =>
                {
                    var nodes = (await reflow.Post($"/open_api/demo/work_item/story/{id}/workflow/query", new { })).Ok().Data.GetProperty("workflow_nodes").EnumerateArray()
                        .ToDictionary(node => node.GetProperty("state_key").GetString()!, node => node.GetProperty("status").GetInt32());
                    return (nodes["doing"], nodes["test"], nodes["docs"]) switch
                    {
                        (2, 1, 1) => false,
                        (3, 2, 2) => true,
                        var half => throw new Xunit.Sdk.XunitException($"item {id} is at {half}"),
                    };
                }),
        ];

        static async Task<string?> Pending(ReflowProcess reflow, string instance, string who)
        {
            for (var offset = 0; ; offset += 50)
            {
                var data = (await reflow.Post("/open-apis/apaas/v1/user_task/query", new { type = "pending", source = "assignMe", limit = "50", offset = $"{offset}", kunlun_user_id = who })).Ok().Data;
                foreach (var task in data.GetProperty("tasks").EnumerateArray())
                    if (task.GetProperty("workflow_instance").GetProperty("id").GetString() == instance) return task.GetProperty("task_id").GetString();
                if (data.GetProperty("tasks").GetArrayLength() < 50) return null;
            }
        }
    }
}

using System.Text.Json;
using Xunit;
using static Reflow.Server.Tests.ControlPlane;

namespace Reflow.Server.Tests;

/// <summary>An instance goes on in another version of its flow, and its form holds other values: over HTTP with the admin token.</summary>
public class ControlFlowChanges
{
    [Fact]
    public async Task An_instance_goes_on_in_the_active_version_and_the_past_is_shown_as_it_was()
    {
        await using var reflow = await Start();
        await Deploy(reflow, Ask("first", "\"1002\"") + "," + Ask("old", "\"1003\""), Edges("start-first", "first-old", "old-end"));
        var instance = await Trip(reflow, new { amount = 5 });
        var first = await At(reflow, instance, "first");
        // What was undone may be of a node that the version has no more.
        await Agree(reflow, first, Manager);
        var old = await At(reflow, instance, "old");
        (await reflow.Post($"/open-apis/apaas/v1/user_tasks/{old}/rollback", new { operator_user_id = Finance, to_task_id = first, opinion = "x" })).Ok();
        var before = reflow.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        reflow.Clock.Advance(TimeSpan.FromSeconds(1));
        await Deploy(reflow, Ask("first", "\"1002\"", ",\"due_seconds\":60,\"label\":{\"en-US\":\"First\"}") + "," + Ask("new", "\"1004\""), Edges("start-first", "first-new", "new-end"), ""","label":{"zh-CN":"出差"},"summary":["amount"]""");

        var state = await reflow.State();
        var asked = await Post(reflow, $"/instances/{instance}/migrate", new { operator_user_id = Legal, dry_run = true });
        Assert.Equal((1, 2, true, 0), (asked.GetProperty("from_version").GetInt32(), asked.GetProperty("to_version").GetInt32(), asked.GetProperty("fits").GetBoolean(), asked.GetProperty("reasons").GetArrayLength()));
        Assert.Equal(state, await reflow.State());
        await Post(reflow, $"/instances/{instance}/migrate", new { operator_user_id = Legal });

        var graph = await Get(reflow, $"/instances/{instance}");
        Assert.Equal(2, graph.GetProperty("version").GetInt32());
        Assert.Equal("not_reached", States(graph)["new"]);
        Assert.DoesNotContain("old", States(graph).Keys);
        var task = await At(reflow, instance, "first");
        var opened = Task(graph, task).GetProperty("opened_at").GetInt64();
        Assert.Equal(opened + 60_000, Task(graph, task).GetProperty("due_at").GetInt64());
        Assert.Empty(Task(graph, old).GetProperty("label").EnumerateArray());
        var then = await Get(reflow, $"/instances/{instance}?at={before}");
        Assert.Equal(1, then.GetProperty("version").GetInt32());
        Assert.Equal("undone", States(then)["old"]);
        Assert.False(Task(then, task).TryGetProperty("due_at", out _));
        var last = (await Get(reflow, $"/instances/{instance}/timeline")).GetProperty("changes").EnumerateArray().Last();
        Assert.Equal((Legal, "control.flow.instance.migrate"), (last.GetProperty("by").GetString(), last.GetProperty("operation").GetString()));
        Assert.Equal(("migrated", 1, 2), (last.GetProperty("events")[0].GetProperty("event").GetString(), last.GetProperty("events")[0].GetProperty("from_version").GetInt32(), last.GetProperty("events")[0].GetProperty("to_version").GetInt32()));
        // The lists show the version's own label and lines, and what is closed stays refused, not missed.
        var row = (await Tasks(reflow, Manager, "assignMe", "pending"))[0];
        Assert.Equal("出差", row.GetProperty("workflow_instance").GetProperty("label")[0].GetProperty("text").GetString());
        Assert.Equal("5", row.GetProperty("summarys")[0].GetProperty("file_value")[0].GetProperty("text").GetString());
        foreach (var act in new[] { "agree", "reject" })
            Assert.Equal(2320001, (await reflow.Post($"/open-apis/apaas/v1/approval_tasks/{old}/{act}", new { user_id = Finance })).Code);
        Assert.Equal(2320001, (await reflow.Post($"/open-apis/apaas/v1/user_tasks/{old}/rollback_points", new { operator_user_id = Finance })).Code);
        Assert.Equal(2320001, (await reflow.Post($"/open-apis/apaas/v1/user_tasks/{old}/rollback", new { operator_user_id = Finance, to_task_id = first, opinion = "x" })).Code);
        await Agree(reflow, task, Manager);
        await Agree(reflow, await At(reflow, instance, "new"), Director);
        Assert.Equal("agreed", (await Get(reflow, $"/instances/{instance}")).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Every_reason_is_told_and_nothing_changes()
    {
        await using var reflow = await Start();
        await Deploy(reflow, Ask("first", "\"1002\",\"1003\""), Edges("start-first", "first-end"));
        var instance = await Trip(reflow, new { amount = 5 });
        var task = await At(reflow, instance, "first");
        await Agree(reflow, task, Manager);
        await Post(reflow, "/flows", """
            {"namespace":"travel","name":"trip","api_id":"travel_trip","form":[{"key":"amount","type":"text"}],
             "nodes":[{"key":"start","type":"start"},{"key":"first","type":"approval","mode":"any","assignees":[{"users":["1002"]}]},{"key":"end","type":"end"}],
             "edges":[{"from":"start","to":"first"},{"from":"first","to":"end"}]}
            """);
        var state = await reflow.State();
        var asked = await Post(reflow, $"/instances/{instance}/migrate", new { operator_user_id = Legal, dry_run = true });
        Assert.False(asked.GetProperty("fits").GetBoolean());
        Assert.Equal(["form.amount", $"tasks[{task}]"], Texts(asked, "reasons", "path"));
        var refused = await reflow.Send(new("POST", $"{Root}/instances/{instance}/migrate", new { operator_user_id = Legal }, Admin));
        Assert.Equal(Texts(asked, "reasons", "sentence"), refused.Faults());
        Assert.Equal(state, await reflow.State());
    }

    [Fact]
    public async Task Whose_turn_it_is_follows_the_version()
    {
        await using var reflow = await Start();
        await Deploy(reflow, Ask("first", "\"1002\",\"1003\",\"1004\""), Edges("start-first", "first-end"));
        var instance = await Trip(reflow);
        var task = await At(reflow, instance, "first");
        await Agree(reflow, task, Manager);
        await Deploy(reflow, Ask("first", "\"1002\"", ",\"mode\":\"sequential\""), Edges("start-first", "first-end"));
        await Post(reflow, $"/instances/{instance}/migrate", new { operator_user_id = Legal, version = 2 });
        var lists = new List<bool>();
        foreach (var (user, type) in new[] { (Manager, "archived"), (Manager, "pending"), (Finance, "pending"), (Director, "pending") })
            lists.Add((await Tasks(reflow, user, "assignMe", type)).Any(t => t.GetProperty("task_id").GetString() == task));
        Assert.Equal([true, false, true, false], lists);
        Assert.Equal(2320001, (await reflow.Post($"/open-apis/apaas/v1/approval_tasks/{task}/agree", new { user_id = Director })).Code);
        await Agree(reflow, task, Finance);
        await Agree(reflow, task, Director);
    }

    [Fact]
    public async Task A_fork_is_joined_in_the_order_of_the_version_after_a_restart()
    {
        await using var reflow = await Start();
        var nodes = $$"""{"key":"fork","type":"parallel"},{{Ask("left", "\"1002\"")}},{{Ask("right", "\"1003\"")}},{"key":"join","type":"parallel"},{{Ask("after", "\"1004\"")}}""";
        await Deploy(reflow, nodes, Edges("start-fork", "fork-left", "fork-right", "left-join", "right-join", "join-after", "after-end"));
        var instance = await Trip(reflow);
        await Agree(reflow, await At(reflow, instance, "left"), Manager);
        await Deploy(reflow, nodes, Edges("start-fork", "fork-right", "fork-left", "left-join", "right-join", "join-after", "after-end"));
        await Post(reflow, $"/instances/{instance}/migrate", new { operator_user_id = Legal });
        await Agree(reflow, await At(reflow, instance, "right"), Finance);
        var after = await At(reflow, instance, "after");
        (await reflow.Post($"/open-apis/apaas/v1/user_tasks/{after}/rollback", new { operator_user_id = Director, to_task_id = await Done(reflow, instance, "right"), opinion = "x" })).Ok();
        Assert.Equal("pending", States(await Get(reflow, $"/instances/{instance}"))["join"]);
        await Agree(reflow, await At(reflow, instance, "right"), Finance);
        await Agree(reflow, await At(reflow, instance, "after"), Director);
    }

    [Fact]
    public async Task A_list_by_api_id_follows_the_version()
    {
        await using var reflow = await Start();
        await Deploy(reflow, Ask("first", "\"1002\""), Edges("start-first", "first-end"));
        var instance = await Trip(reflow);
        await Post(reflow, "/flows", $$"""{"namespace":"travel","name":"trip","api_id":"travel_trip_two","nodes":[{"key":"start","type":"start"},{{Ask("first", "\"1002\"")}},{"key":"end","type":"end"}],"edges":[{{Edges("start-first", "first-end")}}]}""");
        await Post(reflow, $"/instances/{instance}/migrate", new { operator_user_id = Legal });
        async Task<int> Found(string who, string source, string api) =>
            (await reflow.Post("/open-apis/apaas/v1/user_task/query", new { kunlun_user_id = who, source, type = "pending", api_ids = new[] { api } })).Ok().Data.GetProperty("tasks").GetArrayLength();
        foreach (var (who, source) in new[] { (Manager, "assignMe"), ("1001", "fromMe") })
            Assert.Equal((0, 1), (await Found(who, source, "travel_trip"), await Found(who, source, "travel_trip_two")));
    }

    [Fact]
    public async Task What_is_filled_in_stays_and_the_past_shows_the_form_of_then()
    {
        await using var reflow = await Start();
        await Deploy(reflow, """{"key":"fill","type":"fill","assignees":[{"users":["1002"]}]},{"key":"last","type":"approval","assignees":[{"field":"boss"}],"nobody":"refuse"}""", Edges("start-fill", "fill-last", "last-end"));
        var instance = await Trip(reflow, new { amount = 5 });
        var fill = await At(reflow, instance, "fill");
        // Whoever agrees without filling in is refused: nobody is named for the last node.
        Assert.Equal(2320001, (await reflow.Post($"/open-apis/apaas/v1/approval_tasks/{fill}/agree", new { user_id = Manager })).Code);
        var before = reflow.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        reflow.Clock.Advance(TimeSpan.FromSeconds(1));
        await Post(reflow, $"/tasks/{fill}/submit", new { operator_user_id = Manager, @params = new { boss = Director, unknown = 1 }, opinion = "done" });
        Assert.Equal("""{"amount":5,"boss":"1004"}""", (await Get(reflow, $"/instances/{instance}")).GetProperty("form").GetRawText());
        Assert.Equal("""{"amount":5}""", (await Get(reflow, $"/instances/{instance}?at={before}")).GetProperty("form").GetRawText());
        var last = await At(reflow, instance, "last");
        (await reflow.Post($"/open-apis/apaas/v1/user_tasks/{last}/rollback", new { operator_user_id = Director, to_task_id = fill, opinion = "x" })).Ok();
        Assert.Equal("""{"amount":5,"boss":"1004"}""", (await Get(reflow, $"/instances/{instance}")).GetProperty("form").GetRawText());
        var told = (await Get(reflow, $"/instances/{instance}/timeline")).GetProperty("changes")[1];
        Assert.Equal((Manager, "control.flow.task.submit", "form_changed"), (told.GetProperty("by").GetString(), told.GetProperty("operation").GetString(), told.GetProperty("events")[0].GetProperty("event").GetString()));
        Assert.Equal("done", told.GetProperty("events")[1].GetProperty("opinion").GetString());
    }

    static JsonElement Task(JsonElement graph, string id) => graph.GetProperty("tasks").EnumerateArray().Single(t => t.GetProperty("task_id").GetString() == id);

    static async Task<IReadOnlyList<JsonElement>> Tasks(TestReflow reflow, string user, string source, string type) =>
        [.. (await reflow.Post("/open-apis/apaas/v1/user_task/query", new { kunlun_user_id = user, source, type, limit = 50 })).Ok().Data.GetProperty("tasks").EnumerateArray()];
}

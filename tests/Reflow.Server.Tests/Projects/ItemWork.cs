using System.Text.Json;
using Xunit;
using static Reflow.Server.Tests.Projects.DemoSpace;

namespace Reflow.Server.Tests.Projects;

/// <summary>Comments, reviews, real times, records of operations and searches over items (contracts: project §2.2, §2.5).</summary>
public class ItemWork
{
    const string Finished = "/open_api/work_item/finished/", Records = "/open_api/op_record/work_item/list", Times = "/open_api/work_item/actual_time/update", Search = "/open_api/work_item/subtask/search";

    public static TheoryData<Refused> All =>
    [
        Of("project.comment.create", 1000051280, "an empty comment", (r, id) => Call(r, Item(id, "/comment/create"), new { content = " " })),
        Of("project.comment.create", 30001, "an item that nobody has", (r, _) => Call(r, Item(1, "/comment/create"), new { content = "x" })),
        Of("project.comment.list", 1000051135, "an item that nobody has", (r, _) => Call(r, Item(1, "/comments"), null, method: "GET")),
        Of("project.comment.list", 20002, "a page too large", (r, id) => Call(r, Item(id, "/comments?page_size=201"), null, method: "GET")),
        Of("project.comment.list", 20006, "a page that is no number", (r, id) => Call(r, Item(id, "/comments?page_num=x"), null, method: "GET")),
        Of("project.comment.update", 1000051280, "an empty comment", async (r, id) => await Call(r, Item(id, $"/comment/{await Comment(r, id)}"), new { }, method: "PUT")),
        Of("project.comment.update", 10001, "another's comment", async (r, id) => await Call(r, Item(id, $"/comment/{await Comment(r, id)}"), new { content = "y" }, Manager, "PUT")),
        Of("project.comment.update", 20045, "a comment on another item", async (r, id) => await Call(r, Item(id, $"/comment/{await Comment(r, await Story(r))}"), new { content = "y" }, method: "PUT")),
        Of("project.comment.update", 1000050052, "a comment that is none", (r, id) => Call(r, Item(id, "/comment/x"), new { content = "y" }, method: "PUT")),
        Of("project.comment.delete", 10001, "another's comment", async (r, id) => await Call(r, Item(id, $"/comment/{await Comment(r, id)}"), null, Manager, "DELETE")),
        Of("project.comment.delete", 20045, "a comment on another item", async (r, id) => await Call(r, Item(id, $"/comment/{await Comment(r, await Story(r))}"), null, method: "DELETE")),
        Of("project.comment.delete", 1000050052, "a comment that is none", (r, id) => Call(r, Item(id, "/comment/5"), null, method: "DELETE")),
        Of("project.finished.batch_query", 20006, "more than ten nodes", (r, id) => Call(r, Finished + "batch_query", new { project_key = "demo", work_item_id = id, node_ids = Enumerable.Repeat("doing", 11) })),
        Of("project.finished.query_conclusion_option", 20006, "no nodes", (r, id) => Call(r, Finished + "query_conclusion_option", new { project_key = "demo", work_item_id = id })),
        Of("project.finished.update", 1000053219, "one who does not own the node", (r, id) => Call(r, Finished + "update", new { project_key = "demo", work_item_id = id, node_id = "docs", operation_type = "owner", opinion = "x" })),
        Of("project.finished.update", 20006, "an operation_type that is none", (r, id) => Call(r, Finished + "update", new { project_key = "demo", work_item_id = id, node_id = "docs", operation_type = "all" })),
        Of("project.finished.update", 20005, "no node", (r, id) => Call(r, Finished + "update", new { project_key = "demo", work_item_id = id, operation_type = "node" })),
        Of("project.finished.update", 1000053308, "a conclusion that is none", async (r, id) =>
        {
            await Own(r, id);
            return await Call(r, Finished + "update", new { project_key = "demo", work_item_id = id, node_id = "docs", operation_type = "owner", finished_conclusion_option_key = "maybe" });
        }),
        Of("project.actual_time.update", 20005, "no times", (r, id) => Call(r, Times, new { project_key = "demo", work_item_id = id, node_id = "start" })),
        Of("project.actual_time.update", 20016, "a node that has not arrived", (r, id) => Time(r, id, "test", Start, 0)),
        Of("project.actual_time.update", 20013, "a time in seconds", (r, id) => Time(r, id, "start", Start / 1000, 0)),
        Of("project.actual_time.update", 20013, "an end before the start", (r, id) => Time(r, id, "start", End, Start)),
        Of("project.actual_time.update", 10002, "the end of a node that is not done", (r, id) => Time(r, id, "doing", 0, End)),
        Of("project.op_record.list", 20005, "no items", (r, _) => Call(r, Records, new { project_key = "demo" })),
        Of("project.op_record.list", 20006, "more than seven days", (r, id) => Call(r, Records, new { project_key = "demo", work_item_ids = new[] { id }, start = Start, end = Start + 604_800_001 })),
        Of("project.op_record.list", 20006, "a page too large", (r, id) => Call(r, Records, new { project_key = "demo", work_item_ids = new[] { id }, page_size = 201 })),
        Of("project.op_record.list", 20013, "an end before the start", (r, id) => Call(r, Records, new { project_key = "demo", work_item_ids = new[] { id }, start = End, end = Start })),
        Of("project.sub_task.search", 20057, "more than ten spaces", (r, _) => Call(r, Search, new { project_keys = Enumerable.Repeat("demo", 6), simple_names = Enumerable.Repeat("demo", 5) })),
        Of("project.sub_task.search", 20002, "a page too large", (r, _) => Call(r, Search, new { project_keys = new[] { "demo" }, page_size = 201 })),
        Of("project.sub_task.search", 20006, "a status that is none", (r, _) => Call(r, Search, new { project_keys = new[] { "demo" }, status = 2 })),
        Of("project.sub_task.search", 10404, "a space that one may not enter", (r, _) => Call(r, Search, new { project_keys = new[] { "board" } })),
        new Refused("an item without nodes", "project.sub_task.list", 50006, async r => await Call(r, StateFlows.Of(await StateFlows.Bug(r), "/workflow/task"), null, method: "GET")),
    ];

    [Theory, MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public async Task Refused(Refused scenario)
    {
        await using var reflow = await TestReflow.Start();
        await scenario.Check(reflow);
    }

    [Fact]
    public async Task Comments_come_in_order_are_changed_and_removed_and_outlive_a_termination()
    {
        await using var reflow = await TestReflow.Start();
        var id = await Story(reflow);
        var first = await Comment(reflow, id);
        await Do(reflow, Item(id, "/abort"), new { is_aborted = true, reason = "x" }, method: "PUT");
        await Do(reflow, Item(id, "/comment/create"), """{"content":"不用","rich_text":[{"type":"paragraph","children":[{"type":"text","text":"终止"},{"type":"text","text":"原因"}]}]}""", Manager);
        await Do(reflow, Item(id, $"/comment/{first}"), new { content = "改了" }, method: "PUT");
        var page = (await reflow.Send(await Call(reflow, Item(id, "/comments?page_size=1&page_num=2"), null, method: "GET"))).Ok();
        Assert.Equal("""{"page_num":2,"page_size":1,"total":2}""", page.Json.GetProperty("pagination").GetRawText());
        Assert.Equal(("终止原因", Manager), (page.Data[0].GetProperty("content").GetString(), page.Data[0].GetProperty("operator").GetString()));
        var all = await Do(reflow, Item(id, "/comments"), null, method: "GET");
        Assert.Equal(["改了", "终止原因"], all.EnumerateArray().Select(c => c.GetProperty("content").GetString()));
        await Do(reflow, Item(id, $"/comment/{first}"), null, method: "DELETE");
        Assert.Equal(1, (await Do(reflow, Item(id, "/comments"), null, method: "GET")).GetArrayLength());
    }

    [Fact]
    public async Task Owners_review_a_node_and_the_node_has_a_review_of_its_own()
    {
        await using var reflow = await TestReflow.Start();
        var id = await Story(reflow);
        await Own(reflow, id);
        Task<JsonElement> Review(object more) => Do(reflow, Finished + "update", JsonSerializer.Serialize(more)[..^1] + $",\"project_key\":\"demo\",\"work_item_id\":{id},\"node_id\":\"docs\"}}");
        await Review(new { operation_type = "owner", opinion = "可以", finished_conclusion_option_key = "approved" });
        await Review(new { operation_type = "node", opinion = "总体可以" });
        await Review(new { operation_type = "owner", opinion = "" });
        async Task<JsonElement> Info() => (await Do(reflow, Finished + "batch_query", new { project_key = "demo", work_item_id = id, node_ids = new[] { "docs" } })).GetProperty("finished_infos")[0];
        var info = await Info();
        Assert.Equal("总体可以", info.GetProperty("opinion").GetProperty("finished_opinion_result").GetString());
        Assert.Equal($$$"""[{"owner":"{{{Initiator}}}","finished_conclusion_result":{"key":"approved","label":"通过","origin_label":"通过"}}]""",
            info.GetProperty("conclusion").GetProperty("owners_finished_conclusion_result").GetRawText());
        Assert.Equal("", info.GetProperty("opinion").GetProperty("owners_finished_opinion_result")[0].GetProperty("finished_opinion_result").GetString());
        await Review(new { reset = true });
        Assert.Equal(0, (await Info()).GetProperty("conclusion").GetProperty("owners_finished_conclusion_result").GetArrayLength());
        var options = await Do(reflow, Finished + "query_conclusion_option", new { project_key = "demo", work_item_id = id, node_ids = new[] { "docs", "doing" } });
        Assert.Equal(["approved", "rejected"], options[0].GetProperty("finished_conclusion_option").EnumerateArray().Select(o => o.GetProperty("key").GetString()));
        Assert.Equal(0, options[1].GetProperty("finished_conclusion_option").GetArrayLength());
    }

    [Fact]
    public async Task A_node_began_and_ended_when_somebody_says_so()
    {
        await using var reflow = await TestReflow.Start();
        var id = await Story(reflow);
        (await reflow.Send(await Time(reflow, id, "start", Start, End))).Ok();
        (await reflow.Send(await Time(reflow, id, "start", Start + 1000, 0))).Ok();
        var start = (await Workflow(reflow, id)).GetProperty("workflow_nodes")[0];
        Assert.Equal(("2024-07-29T00:00:01.000+08:00", "2024-07-30T23:59:59.999+08:00"), (start.GetProperty("actual_begin_time").GetString(), start.GetProperty("actual_finish_time").GetString()));
    }

    [Fact]
    public async Task Records_tell_who_did_what_page_by_page()
    {
        await using var reflow = await TestReflow.Start();
        var id = await Story(reflow);
        await Confirm(reflow, id, "doing", Whole);
        await Confirm(reflow, id, "doing", new { action = "rollback", rollback_reason = "任务回滚" }, Manager);
        var foreign = await Story(reflow, 200001, Board, Manager);
        var back = await Do(reflow, Records, new { project_key = "demo", work_item_ids = new[] { id, foreign }, operation_type = new[] { "rollback" } });
        Assert.Equal(["doing", "test", "docs"], back.GetProperty("op_records").EnumerateArray().Select(r => r.GetProperty("record_contents")[0].GetProperty("object").GetProperty("object_value").GetString()));
        var first = back.GetProperty("op_records")[0];
        Assert.Equal((id, "story", "rollback", Manager, "user", "node_mod", "project.node.operate"), (first.GetProperty("work_item_id").GetInt64(), first.GetProperty("work_item_type_key").GetString(),
            first.GetProperty("operation_type").GetString(), first.GetProperty("operator").GetString(), first.GetProperty("operator_type").GetString(), first.GetProperty("op_record_module").GetString(), first.GetProperty("source").GetString()));
        Assert.Equal("""[{"object":{"object_type":"node","object_value":"doing"},"object_property":"reason","new":["任务回滚"]}]""", first.GetProperty("record_contents").GetRawText());
        List<string> all = [];
        for (var (from, more) = ("", true); more;)
        {
            var page = await Do(reflow, Records, new { project_key = "demo", work_item_ids = new[] { id }, page_size = 4, start_from = from });
            all.AddRange(page.GetProperty("op_records").EnumerateArray().Select(r => r.GetRawText()));
            (from, more) = (page.GetProperty("start_from").GetString()!, page.GetProperty("has_more").GetBoolean());
            if (!more) Assert.Equal(all.Count, page.GetProperty("total").GetInt32());
        }
        Assert.True(all.Count > 8);
        Assert.StartsWith($$"""{"project_key":"66f11218c3b4a0b423340001","work_item_id":{{id}},"work_item_type_key":"story","operation_type":"create",""", all[0]);
    }

    [Fact]
    public async Task Subtasks_are_found_over_items_and_listed_of_one()
    {
        await using var reflow = await TestReflow.Start();
        var (one, two) = (await Story(reflow), await Story(reflow));
        await Do(reflow, Item(two, "/workflow/task"), new { node_id = "doing", name = "拆分任务", assignee = new[] { Finance } });
        await Confirm(reflow, one, "doing", Whole);
        await Do(reflow, Item(one, "/subtask/modify"), new { node_id = "test", task_id = await SubTask(reflow, one, "test"), action = "confirm" });
        Assert.Equal([two], await Found(reflow, new { project_keys = new[] { "demo" }, name = "拆分" }));
        Assert.Equal([two], await Found(reflow, new { simple_names = new[] { "demo" }, user_keys = new[] { Finance, Legal } }));
        Assert.Equal([one], await Found(reflow, new { project_keys = new[] { Space[^24..] }, status = 1 }));
        Assert.Equal([two, two, two, one], await Found(reflow, new { status = 0 }));
        Assert.Equal([two, one], await Found(reflow, new { page_size = 2, page_num = 2, project_keys = (string[]?)null, name = "" }));
        Assert.Empty(await Found(reflow, new { created_at = new { start = 1, end = 2 } }));
        await Do(reflow, Item(two), null, method: "DELETE");
        Assert.Equal([one, one], await Found(reflow, new { }));
        var nodes = await Do(reflow, Item(one, "/workflow/task"), null, method: "GET");
        Assert.Equal(["start", "doing", "test", "docs", "release", "end"], nodes.EnumerateArray().Select(n => n.GetProperty("state_key").GetString()));
        var test = (await Do(reflow, Item(one, "/workflow/task?node_id=test"), null, method: "GET"))[0];
        Assert.Equal(("测试", "回归测试", true), (test.GetProperty("node_name").GetString(), test.GetProperty("sub_tasks")[0].GetProperty("name").GetString(), test.GetProperty("sub_tasks")[0].GetProperty("passed").GetBoolean()));
    }

    static async Task<long[]> Found(TestReflow reflow, object body) => [.. (await Do(reflow, Search, body)).EnumerateArray().Select(f => f.GetProperty("work_item_id").GetInt64())];

    static Task Own(TestReflow reflow, long id) => Do(reflow, $"{Space}/workflow/story/{id}/node/docs", new { node_owners = new[] { Initiator } }, method: "PUT");

    static async Task<long> Comment(TestReflow reflow, long id) => (await Do(reflow, Item(id, "/comment/create"), new { content = "看一下" })).GetInt64();

    static Task<Request> Time(TestReflow reflow, long id, string node, long start, long finish) =>
        Call(reflow, Times, new { project_key = "demo", work_item_id = id, node_id = node, actual_time_info = new { actual_start_time = start, actual_finish_time = finish } });

    static Refused Of(string operation, int code, string name, Func<TestReflow, long, Task<Request>> when) => new(name, operation, code, async reflow => await when(reflow, await Story(reflow)));
}

using System.Text.Json;
using Xunit;
using static Reflow.Server.Tests.Projects.DemoSpace;

namespace Reflow.Server.Tests.Projects;

/// <summary>Work on the demo template from its first node to its last, and back again.</summary>
public class ProjectFlows
{
    [Fact]
    public async Task A_story_goes_all_the_way_and_back()
    {
        await using var reflow = await TestReflow.Start();
        var id = await Story(reflow);
        Assert.Equal("start3 doing2 test1 docs1 release1 end1", await Stand(reflow, id));
        await Confirm(reflow, id, "doing", Whole);
        Assert.Equal("start3 doing3 test2 docs2 release1 end1", await Stand(reflow, id));
        await Do(reflow, Item(id, "/subtask/modify"), new { node_id = "test", task_id = await SubTask(reflow, id, "test"), action = "confirm" });
        await Confirm(reflow, id, "test", user: Manager);
        Assert.Equal("start3 doing3 test2 docs2 release1 end1", await Stand(reflow, id));
        await Confirm(reflow, id, "test", user: Finance);
        Assert.Equal("start3 doing3 test3 docs2 release1 end1", await Stand(reflow, id));
        await Confirm(reflow, id, "docs", new { action = "confirm", node_schedule = new { points = 1, estimate_start_date = Start, estimate_end_date = End }, fields = new[] { new { field_alias = "docs_ready", field_value = true } } });
        await Do(reflow, Item(id, "/work_hour_record"), new { working_hour_records = new[] { new { resource_type = "node", resource_id = "release", work_time = "1.5" } } });
        await Confirm(reflow, id, "release");
        Assert.Equal("start3 doing3 test3 docs3 release3 end3", await Stand(reflow, id));
        Assert.Equal("released", Status(await Query(reflow, id)));

        // The body of the seed, word for word.
        await Do(reflow, Node(id, "doing"), """
            {"action":"rollback","rollback_reason":"任务回滚","node_schedule":{"estimate_start_date":1722182400000,"estimate_end_date":1722355199999,"points":1},
             "role_assignee":[{"owners":[],"role":"PM"}],"fields":[{"field_alias":"sentry_link","field_key":"field_658c22","field_type_key":"text","field_value":"23333"}]}
            """);
        Assert.Equal("start3 doing2 test1 docs1 release1 end1", await Stand(reflow, id));
        Assert.Equal("doing", Status(await Query(reflow, id)));
        var refused = await reflow.Send(await Call(reflow, Node(id, "doing"), new { action = "confirm" }));
        Assert.Equal("role 产品经理(PM) Required", refused.Json.GetProperty("err").GetProperty("msg").GetString());
    }

    [Fact]
    public async Task A_success_is_to_the_letter_what_the_seed_shows()
    {
        await using var reflow = await TestReflow.Start();
        var answer = await reflow.Send(await Call(reflow, Node(await Story(reflow), "doing"), Whole));
        Assert.Equal("""{"data":{},"err":{},"err_msg":"","err_code":0}""", answer.Text);
        Assert.Equal("application/json; charset=utf-8", answer.Headers["Content-Type"]);
    }

    [Fact]
    public async Task A_rollback_of_one_branch_leaves_the_other()
    {
        await using var reflow = await TestReflow.Start();
        var id = await Story(reflow);
        await Confirm(reflow, id, "doing", Whole);
        await Confirm(reflow, id, "docs", new { action = "confirm", node_schedule = new { estimate_end_date = End }, fields = new[] { new { field_key = "field_ready", field_value = true } } });
        await Confirm(reflow, id, "docs", new { action = "rollback", rollback_reason = "漏了一页" });
        Assert.Equal("start3 doing3 test2 docs2 release1 end1", await Stand(reflow, id));
    }

    [Fact]
    public async Task Conditional_nodes_come_and_go_with_their_field()
    {
        await using var reflow = await TestReflow.Start();
        var id = await Story(reflow, 100002);
        Assert.Equal("start3 fix2 verify1 ship1", await Stand(reflow, id));
        Assert.Contains(("fix", "verify"), Connections(await Workflow(reflow, id)));
        await Do(reflow, Item(id), new { update_fields = new[] { new { field_key = "priority", field_value = "p0" } } }, method: "PUT");
        Assert.Equal("start3 fix2 approve1 verify1 ship1", await Stand(reflow, id));
        Assert.DoesNotContain(("fix", "verify"), Connections(await Workflow(reflow, id)));
    }

    [Fact]
    public async Task What_is_missing_is_told_at_once_and_nothing_is_missing_when_confirm_would_succeed()
    {
        await using var reflow = await TestReflow.Start();
        var id = await Story(reflow);
        Assert.Equal(["role PM", "field field_658c22", "owner", "schedule"], await Missing(reflow, id));
        await Do(reflow, $"{Space}/workflow/story/{id}/node/doing", Whole, method: "PUT");
        Assert.Empty(await Missing(reflow, id));
        await Confirm(reflow, id, "doing");
    }

    [Fact]
    public async Task Numbers_may_be_texts_and_null_empty_and_zero_are_not_passed()
    {
        await using var reflow = await TestReflow.Start();
        var id = (await Do(reflow, "/open_api/demo/work_item/create",
            """{"work_item_type_key":"story","template_id":"100001","name":"x","field_value_pairs":null,"required_mode":0}""")).GetInt64();
        await Do(reflow, $"{Space}/workflow/story/{id}/node/doing", """
            {"node_owners":["7000000000000001001"],"node_schedule":{"points":"2","estimate_start_date":"1722182400000","estimate_end_date":1722355199999,"owners":null,"is_auto":null},"fields":null,"role_assignee":null,"schedules":null}
            """, method: "PUT");
        await Do(reflow, $"{Space}/workflow/story/{id}/node/doing", """{"node_owners":null,"node_schedule":{"points":0,"estimate_start_date":0},"fields":[],"role_assignee":[{"role":"PM","owners":null}]}""", method: "PUT");
        var node = (await Workflow(reflow, id)).GetProperty("workflow_nodes")[1];
        Assert.Equal("7000000000000001001", node.GetProperty("owners")[0].GetString());
        Assert.Equal((2, 1722182400000), (node.GetProperty("node_schedule").GetProperty("points").GetInt32(), node.GetProperty("node_schedule").GetProperty("estimate_start_date").GetInt64()));
    }

    [Fact]
    public async Task The_token_call_answers_in_both_shapes()
    {
        await using var reflow = await TestReflow.Start();
        await Token(reflow);
        var answer = await reflow.Send(new("POST", "/open_api/authen/plugin_token", new { plugin_id = Plugin, plugin_secret = Secret }));
        Assert.Equal("""{"code":0,"msg":"success"}""", answer.Json.GetProperty("error").GetRawText());
        Assert.Equal(0, answer.Code);
        Assert.InRange(answer.Data.GetProperty("expire_time").GetInt32(), 1, 7200);
    }

    [Fact]
    public async Task A_token_may_call_fifteen_times_a_second_and_then_hears_of_the_limit_in_this_apis_own_words()
    {
        await using var reflow = await TestReflow.Start(settings => settings with { RateLimits = true });
        var request = await Call(reflow, Item(1, "/workflow/query"), new { });
        for (var i = 0; i < 15; i++) Assert.Equal(30005, (await reflow.Send(request)).Code);
        var answer = await reflow.Send(request);
        Assert.Equal((429, 10429, "API Request Frequency Limit"), (answer.Status, answer.Code, answer.Message));
        Assert.Equal("1", answer.Headers["x-ogw-ratelimit-reset"]);
        reflow.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(30005, (await reflow.Send(request)).Code);
    }

    static async Task<JsonElement> Query(TestReflow reflow, long id) => (await Do(reflow, $"{Space}/work_item/story/query", new { work_item_ids = new[] { id } }))[0];

    static string? Status(JsonElement item) => item.GetProperty("work_item_status").GetProperty("state_key").GetString();

    static IEnumerable<(string?, string?)> Connections(JsonElement workflow) => workflow.GetProperty("connections").EnumerateArray()
        .Select(c => (c.GetProperty("source_state_key").GetString(), c.GetProperty("target_state_key").GetString()));

    static async Task<IEnumerable<string>> Missing(TestReflow reflow, long id)
    {
        var info = await Do(reflow, "/open_api/work_item/transition_required_info/get", new { project_key = "demo", work_item_id = id, state_key = "doing", mode = "unfinished" });
        return info.GetProperty("form_items").EnumerateArray().Select(f => $"{f.GetProperty("class").GetString()} {f.GetProperty("key").GetString()}")
            .Concat(info.GetProperty("node_fields").EnumerateArray().Select(f => f.GetProperty("field_key").GetString()!));
    }
}

using System.Text.Json;
using Xunit;
using static Reflow.Server.Tests.Projects.DemoSpace;

namespace Reflow.Server.Tests.Projects;

/// <summary>Items that go from state to state (contracts: project §2.2, §4.2), and what is refused of them.</summary>
public class StateFlows
{
    const string Change = "project.workflow.state_change";

    public static TheoryData<Refused> All =>
    [
        new Refused("no transition", Change, 20005, async r => await To(r, await Bug(r), 0)),
        new Refused("a transition that is none", Change, 30012, async r => await To(r, await Bug(r), 77)),
        new Refused("a transition from elsewhere", Change, 10002, async r => await To(r, await Bug(r), 2)),
        new Refused("one who may not move it on from there", Change, 10002, async r =>
        {
            var id = await Closed(r);
            return await To(r, id, 5);
        }),
        new Refused("an empty role", Change, 20038, async r => await To(r, await Bug(r), 1)),
        new Refused("an empty field", Change, 20038, async r =>
        {
            var id = await Bug(r);
            await Move(r, id, 1, new { role_owners = Fixer });
            return await To(r, id, 2);
        }),
        new Refused("a signal that is not true", Change, 20038, async r =>
        {
            var id = await Fixed(r);
            return await To(r, id, 4, new { fields = new[] { new { field_key = "field_checked", field_value = false } } });
        }),
        new Refused("an interceptor", Change, 20090, async r => await To(r, await Bug(r), 6)),
        new Refused("an item that nobody has", Change, 30005, async r => await To(r, 1, 1)),
        new Refused("an item of another space", Change, 20014, async r =>
            await Call(r, $"{Space}/workflow/story/{await Story(r, 200001, Board, Manager)}/node/state_change", new { transition_id = 1 })),
        new Refused("a field that is none", Change, 30009, async r => await To(r, await Bug(r), 1, new { fields = new[] { new { field_key = "nothing", field_value = "x" } } })),
        new Refused("a field that only managers write", Change, 50006, async r => await To(r, await Bug(r), 1, new { fields = new[] { new { field_key = "field_cost", field_value = 5 } } })) { Message = "No right to edit" },
        new Refused("an item with a node flow", Change, 20027, async r => await Call(r, $"{Space}/workflow/story/{await Story(r)}/node/state_change", new { transition_id = 1 })),
        new Refused("node flow of a state flow", "project.workflow.query", 20026, async r => await Call(r, Of(await Bug(r), "/workflow/query"), new { flow_type = 0 })),
        // Row 14 of node operate: an item without a node workflow.
        new Refused("an item without nodes", "project.node.operate", 50006, async r => await Call(r, $"{Space}/workflow/bug/{await Bug(r)}/node/open/operate", new { action = "confirm" }))
            { Message = "workflow err", Detail = "workflow err" },
        new Refused("an item without nodes", "project.sub_task.create", 50006, async r => await Call(r, Of(await Bug(r), "/workflow/task"), new { node_id = "open", name = "x" })),
        new Refused("an item without nodes", "project.work_item.abort", 20056, async r => await Call(r, Of(await Bug(r), "/abort"), new { is_aborted = true, reason = "x" }, method: "PUT")),
        new Refused("a type without WBS", "project.workflow.wbs_view", 20089, async r => await Call(r, Item(await Story(r), "/wbs_view"), null, method: "GET")),
        new Refused("an item that nobody has", "project.workflow.wbs_view", 30005, async r => await Call(r, Item(1, "/wbs_view"), null, method: "GET")),
        new Refused("an item of another space", "project.workflow.wbs_view", 20014, async r => await Call(r, Item(await Story(r, 200001, Board, Manager), "/wbs_view"), null, method: "GET")),
        new Refused("a state that it cannot go to", "project.transition_required_info.get", 50006, async r =>
            await Call(r, "/open_api/work_item/transition_required_info/get", new { project_key = "demo", work_item_id = await Bug(r), state_key = "closed" })) { Message = "This node no longer exists" },
    ];

    [Theory, MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public async Task Refused(Refused scenario)
    {
        await using var reflow = await TestReflow.Start();
        await scenario.Check(reflow);
    }

    [Fact]
    public async Task A_bug_goes_from_state_to_state_and_back_again()
    {
        await using var reflow = await TestReflow.Start();
        var id = await Bug(reflow);
        Assert.Equal("open2 fixing1 fixed1 closed1 duplicate1", await Stand(reflow, id));
        await Move(reflow, id, 1, new { role_owners = Fixer });
        Assert.Equal("open3 fixing2 fixed1 closed1 duplicate1", await Stand(reflow, id));
        await Move(reflow, id, 2, new { fields = new[] { new { field_alias = "cause", field_value = "空指针" } } });
        await Move(reflow, id, 3);
        Assert.Equal("open3 fixing2 fixed3 closed1 duplicate1", await Stand(reflow, id));
        await Move(reflow, id, 2);
        await Move(reflow, id, 4, new { fields = new[] { new { field_key = "field_checked", field_value = true } } });
        var item = await Query(reflow, id);
        Assert.Equal(("State", "closed", "closed"), (item.GetProperty("pattern").GetString(), item.GetProperty("current_nodes")[0].GetProperty("id").GetString(),
            item.GetProperty("work_item_status").GetProperty("state_key").GetString()));
        Assert.True(item.GetProperty("work_item_status").GetProperty("is_archived_state").GetBoolean());
        Assert.Equal(["open", "fixing", "fixed", "fixing", "fixed"], item.GetProperty("work_item_status").GetProperty("history").EnumerateArray().Select(s => s.GetProperty("state_key").GetString()));
        Assert.NotEqual(0, Finish(item));
        await Do(reflow, $"{Space}/workflow/bug/{id}/node/state_change", new { transition_id = 5 }, Director);
        Assert.Equal(0, Finish(await Query(reflow, id)));
        Assert.Equal("open2 fixing3 fixed3 closed3 duplicate1", await Stand(reflow, id));
    }

    [Fact]
    public async Task The_workflow_tells_the_ways_by_their_numbers()
    {
        await using var reflow = await TestReflow.Start();
        var workflow = await Do(reflow, Of(await Bug(reflow), "/workflow/query"), new { flow_type = 1 });
        Assert.Contains(workflow.GetProperty("connections").EnumerateArray(), c => c.GetRawText() == """{"source_state_key":"fixed","target_state_key":"closed","transition_id":4}""");
        Assert.Empty(workflow.GetProperty("workflow_nodes").EnumerateArray());
        var open = workflow.GetProperty("state_flow_nodes")[0];
        Assert.NotEqual("", open.GetProperty("actual_begin_time").GetString());
        Assert.Equal("", open.GetProperty("actual_finish_time").GetString());
    }

    [Fact]
    public async Task What_a_state_asks_for_is_told_before()
    {
        await using var reflow = await TestReflow.Start();
        var id = await Bug(reflow);
        async Task<JsonElement> Missing() => (await Do(reflow, "/open_api/work_item/transition_required_info/get", new { project_key = "demo", work_item_id = id, state_key = "fixing", mode = "unfinished" })).GetProperty("form_items");
        Assert.Equal("fixer", (await Missing())[0].GetProperty("key").GetString());
        await Do(reflow, Of(id), new { update_fields = new[] { new { field_key = "role_owners", field_value = Fixer } } }, method: "PUT");
        Assert.Equal(0, (await Missing()).GetArrayLength());
        await Move(reflow, id, 1);
    }

    internal static async Task<long> Bug(TestReflow reflow) => (await Do(reflow, $"{Space}/work_item/create", new { work_item_type_key = "bug", name = "登录失败" })).GetInt64();

    internal static string Of(long item, string rest = "") => $"{Space}/work_item/bug/{item}{rest}";

    static object[] Fixer => [new { role = "fixer", owners = new[] { Manager } }];

    static async Task<long> Fixed(TestReflow reflow)
    {
        var id = await Bug(reflow);
        await Move(reflow, id, 1, new { role_owners = Fixer });
        await Move(reflow, id, 2, new { fields = new[] { new { field_alias = "cause", field_value = "空指针" } } });
        return id;
    }

    static async Task<long> Closed(TestReflow reflow)
    {
        var id = await Fixed(reflow);
        await Move(reflow, id, 4, new { fields = new[] { new { field_key = "field_checked", field_value = true } } });
        return id;
    }

    static Task<Request> To(TestReflow reflow, long id, int transition, object? more = null) => Call(reflow, $"{Space}/workflow/bug/{id}/node/state_change", Body(transition, more));

    static Task<JsonElement> Move(TestReflow reflow, long id, int transition, object? more = null) => Do(reflow, $"{Space}/workflow/bug/{id}/node/state_change", Body(transition, more));

    static Dictionary<string, object?> Body(int transition, object? more) =>
        new([new("transition_id", transition), .. (more is null ? [] : JsonSerializer.SerializeToElement(more).EnumerateObject().Select(m => KeyValuePair.Create<string, object?>(m.Name, m.Value)))]);

    static async Task<string> Stand(TestReflow reflow, long id) => string.Join(' ', (await Do(reflow, Of(id, "/workflow/query"), new { flow_type = 1 })).GetProperty("state_flow_nodes").EnumerateArray()
        .Select(s => $"{s.GetProperty("id").GetString()}{s.GetProperty("status").GetInt32()}"));

    static async Task<JsonElement> Query(TestReflow reflow, long id) => (await Do(reflow, $"{Space}/work_item/bug/query", new { work_item_ids = new[] { id } }))[0];

    static long Finish(JsonElement item) => item.GetProperty("fields").EnumerateArray().Single(f => f.GetProperty("field_key").GetString() == "finish_time").GetProperty("field_value").GetInt64();
}

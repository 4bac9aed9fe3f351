using System.Text.Json;
using Reflow.Server.Tests.Projects;
using Xunit;
using static Reflow.Server.Tests.Projects.DemoSpace;

namespace Reflow.Server.Tests;

/// <summary>What administrators see of items, over HTTP with the admin token.</summary>
public class ControlProjectScenarios
{
    const string Admin = "the-admin-token", Root = $"/reflow/v1/tenants/{Demo.Tenant}/items";

    [Fact]
    public async Task An_item_is_a_graph_of_all_its_nodes_the_hidden_ones_too()
    {
        await using var reflow = await Start();
        var item = await Get(reflow, await Story(reflow, 100002));
        Assert.Equal("start completed|fix in_progress|approve hidden|verify not_started|ship not_started", Stand(item));
        Assert.Equal(("priority == \"p0\"", "node", "started"), (Node(item, "approve").GetProperty("visible_when").GetString(), item.GetProperty("flow").GetString(), item.GetProperty("work_item_status").GetString()));
        Assert.Contains("""{"from":"fix","to":"approve"}""", item.GetProperty("edges").EnumerateArray().Select(e => e.GetRawText()));
        Assert.Equal(Initiator, Node(item, "fix").GetProperty("owners")[0].GetString());
        Assert.False(Node(item, "start").GetProperty("may_roll_back").GetBoolean());
    }

    [Fact]
    public async Task An_item_of_a_state_flow_is_a_graph_of_its_states()
    {
        await using var reflow = await Start();
        var item = await Get(reflow, await StateFlows.Bug(reflow));
        Assert.Equal("open in_progress|fixing not_started|fixed not_started|closed not_started|duplicate not_started", Stand(item));
        Assert.Contains("""{"from":"open","to":"fixing","transition_id":1}""", item.GetProperty("edges").EnumerateArray().Select(e => e.GetRawText()));
    }

    [Fact]
    public async Task A_preview_says_what_a_rollback_does_and_does_nothing()
    {
        await using var reflow = await Start();
        var id = await Story(reflow);
        await Confirm(reflow, id, "doing", Whole);
        Assert.True(Node(await Get(reflow, id), "doing").GetProperty("may_roll_back").GetBoolean());
        var before = await reflow.State();
        var preview = (await reflow.Send(Preview(id, "doing", Initiator))).Ok().Data;
        Assert.Equal(before, await reflow.State());
        Assert.Equal(["test", "docs"], preview.GetProperty("reset").EnumerateArray().Select(n => n.GetProperty("node_id").GetString()));
        Assert.Equal(("doing", false), (preview.GetProperty("work_item_status").GetString(), preview.GetProperty("reopens").GetBoolean()));
        await Confirm(reflow, id, "doing", new { action = "rollback", rollback_reason = "x" });
        Assert.Equal("start3 doing2 test1 docs1 release1 end1", await DemoSpace.Stand(reflow, id));
    }

    [Fact]
    public async Task What_cannot_be_previewed_says_why()
    {
        await using var reflow = await Start();
        var id = await Story(reflow);
        async Task Refuses(Request request, int status, string text)
        {
            var answer = await reflow.Send(request);
            Assert.Equal((status, status), (answer.Status, answer.Code));
            Assert.Contains(text, answer.Message + answer.Text, StringComparison.Ordinal);
        }
        await Refuses(Preview(id, "doing", Initiator), 400, "Node Is not completed, Could Not Be Rollback");
        await Refuses(Preview(id, "start", Initiator), 400, "passes by itself");
        await Refuses(Preview(id, "nowhere", Initiator), 400, "Node ID Not Exist");
        await Refuses(Preview(1, "doing", Initiator), 404, "There is no item 1.");
        await Refuses(new("POST", $"{Root}/{id}/nodes/doing/rollback_preview", new { }, Admin), 400, "user_key");
        await Refuses(new("GET", $"{Root}/x", null, Admin), 404, "There is no item x.");
        await Refuses(new("GET", $"/reflow/v1/tenants/{Demo.OtherTenant}/items/{id}", null, Admin), 404, "There is no item");
        Assert.Equal(401, (await reflow.Send(new("GET", $"{Root}/{id}"))).Status);
    }

    static Task<TestReflow> Start() => TestReflow.Start(settings => settings with { AdminToken = Admin });

    static async Task<JsonElement> Get(TestReflow reflow, long id) => (await reflow.Send(new("GET", $"{Root}/{id}", null, Admin))).Ok().Data;

    static Request Preview(long id, string node, string user) => new("POST", $"{Root}/{id}/nodes/{node}/rollback_preview", new { user_key = user }, Admin);

    static JsonElement Node(JsonElement item, string key) => item.GetProperty("nodes").EnumerateArray().Single(n => n.GetProperty("key").GetString() == key);

    static string Stand(JsonElement item) => string.Join('|', item.GetProperty("nodes").EnumerateArray().Select(n => $"{n.GetProperty("key").GetString()} {n.GetProperty("state").GetString()}"));
}

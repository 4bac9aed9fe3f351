using System.Text.Json;
using Reflow.Server.Gateway;
using Xunit;
using static Reflow.Server.Tests.Projects.DemoSpace;

namespace Reflow.Server.Tests.Projects;

/// <summary>The acceptance checks of contracts project §7 that one server shows: rows, joins, gates, the merge table, several owners. Row by row and race by race they stand in ProjectScenarios, StateFlows and Races.</summary>
public class Acceptance
{
    [Fact]
    public void Every_row_of_the_seed_is_shown_by_a_request()
    {
        var rows = Contract.Rows("errors.tsv").Where(r => r["operation"] == "project.node.operate" && r["source"] == "seed 002").ToList();
        Assert.Equal(24, rows.Count);
        Assert.All(rows, r => Assert.Equal("request", r["shown"]));
    }

    [Fact]
    public async Task What_joins_arrives_only_after_both_and_a_rollback_of_a_branch_leaves_the_other()
    {
        await using var reflow = await TestReflow.Start();
        var id = await Story(reflow);
        await Confirm(reflow, id, "doing", Whole);
        await Docs(reflow, id);
        Assert.Equal("start3 doing3 test2 docs3 release1 end1", await Stand(reflow, id));
        await Test(reflow, id);
        Assert.Equal("start3 doing3 test3 docs3 release2 end1", await Stand(reflow, id));
        await Confirm(reflow, id, "test", new { action = "rollback", rollback_reason = "x" });
        Assert.Equal("start3 doing3 test2 docs3 release1 end1", await Stand(reflow, id));
        await Confirm(reflow, id, "doing", new { action = "rollback", rollback_reason = "x" });
        Assert.Equal("start3 doing2 test1 docs1 release1 end1", await Stand(reflow, id));
    }

    [Fact]
    public async Task Of_several_owners_each_confirms_once_and_the_last_completes()
    {
        await using var reflow = await TestReflow.Start();
        var id = await Story(reflow);
        await Confirm(reflow, id, "doing", Whole);
        await Do(reflow, Item(id, "/subtask/modify"), new { node_id = "test", task_id = await SubTask(reflow, id, "test"), action = "confirm" });
        async Task<int> Code(string user) => (await reflow.Send(await Call(reflow, Node(id, "test"), new { action = "confirm" }, user))).Code;
        Assert.Equal(0, await Code(Manager));
        var test = (await Workflow(reflow, id)).GetProperty("workflow_nodes")[2];
        Assert.Equal((2, 1, 0), (test.GetProperty("status").GetInt32(), test.GetProperty("sub_status")[0].GetProperty("status").GetInt32(), test.GetProperty("sub_status")[1].GetProperty("status").GetInt32()));
        Assert.Equal(50006, await Code(Manager));
        Assert.Equal(0, await Code(Finance));
        Assert.Equal(20017, await Code(Manager));
        Assert.Equal(20017, await Code(Finance));
    }

    /// <summary>How a body says nothing, and what stays of the node then.</summary>
    public static TheoryData<string, string, string> Nothing
    {
        get
        {
            TheoryData<string, string, string> rows = [];
            foreach (var key in (string[])["node_owners", "node_schedule", "schedules", "fields", "node_fields", "node_custom_fields", "role_assignee", "finished_infos"])
                foreach (var said in (string[])["absent", "null", "\"\"", key is "node_schedule" or "finished_infos" ? "{}" : "[]"])
                    rows.Add(key, said, (key, said) is ("node_owners", "[]") ? "" : Initiator);
            return rows;
        }
    }

    [Theory, MemberData(nameof(Nothing))]
    public async Task Null_empty_and_absent_keep_and_an_empty_list_of_owners_clears(string key, string said, string owners)
    {
        await using var reflow = await TestReflow.Start();
        var id = await Story(reflow);
        await Do(reflow, $"{Space}/workflow/story/{id}/node/doing", Whole, method: "PUT");
        var before = await Doing(reflow, id);
        await Do(reflow, $"{Space}/workflow/story/{id}/node/doing", said is "absent" ? "{}" : $$"""{"{{key}}":{{said}}}""", method: "PUT");
        var after = await Doing(reflow, id);
        Assert.Equal(owners, string.Join(' ', after.GetProperty("owners").EnumerateArray().Select(o => o.GetString())));
        foreach (var member in (string[])["fields", "role_assignee", "node_fields", "schedules", "status"]) Assert.Equal(before.GetProperty(member).GetRawText(), after.GetProperty(member).GetRawText());
        foreach (var member in (string[])["points", "estimate_start_date", "estimate_end_date"])
            Assert.Equal(before.GetProperty("node_schedule").GetProperty(member).GetRawText(), after.GetProperty("node_schedule").GetProperty(member).GetRawText());
    }

    [Theory]
    [InlineData("""{"role_assignee":[{"role":"PM","owners":null}]}""", "PM", Manager)]
    [InlineData("""{"role_assignee":[{"role":"PM"}]}""", "PM", Manager)]
    [InlineData("""{"role_assignee":[{"role":"PM","owners":[]}]}""", "PM", "")]
    public async Task Owners_of_a_role_are_kept_or_cleared(string body, string role, string owners)
    {
        await using var reflow = await TestReflow.Start();
        var id = await Story(reflow);
        await Do(reflow, $"{Space}/workflow/story/{id}/node/doing", Whole, method: "PUT");
        await Do(reflow, $"{Space}/workflow/story/{id}/node/doing", body, method: "PUT");
        var assigned = (await Doing(reflow, id)).GetProperty("role_assignee").EnumerateArray().Single(r => r.GetProperty("role").GetString() == role);
        Assert.Equal(owners, string.Join(' ', assigned.GetProperty("owners").EnumerateArray().Select(o => o.GetString())));
    }

    [Fact]
    public async Task All_that_is_missing_stands_beside_the_first_and_shrinks_as_it_is_given()
    {
        await using var reflow = await TestReflow.Start();
        var id = await Story(reflow);
        async Task<string> Told(object body)
        {
            var err = (await reflow.Send(await Call(reflow, Node(id, "doing"), body))).Json.GetProperty("err");
            Assert.Equal(err.GetProperty("msg").GetString(), err.GetProperty("details")[0].GetProperty("msg").GetString());
            return string.Join(" | ", err.GetProperty("details").EnumerateArray().Select(d => $"{d.GetProperty("kind").GetString()} {d.GetProperty("key").GetString()}: {d.GetProperty("msg").GetString()}"));
        }
        Assert.Equal("role PM: role 产品经理(PM) Required | owner owner: Owner Required | schedule schedule: 开发 估分and schedule required | field field_658c22: 开发(field_658c22) Required", await Told(new { action = "confirm" }));
        Assert.Equal("role PM: role 产品经理(PM) Required | field field_658c22: 开发(field_658c22) Required",
            await Told(new { action = "confirm", node_owners = new[] { Initiator }, node_schedule = new { points = 1, estimate_start_date = Start, estimate_end_date = End } }));
        // What is wrong rather than missing has no list.
        var wrong = await reflow.Send(await Call(reflow, Node(id, "doing"), new { action = "confirm", node_owners = new[] { "nobody" } }));
        Assert.False(wrong.Json.GetProperty("err").TryGetProperty("details", out _));
    }

    [Fact]
    public async Task Items_keep_the_version_that_they_began_with()
    {
        var first = await SealedSpace.Start();
        var old = await SealedSpace.Made(first);
        await first.Stop();
        await using var second = await SealedSpace.Start(first, yaml => yaml.Replace("connections: [{from: start, to: only}, {from: only, to: last}]", "connections: [{from: start, to: last}, {from: last, to: only}]", StringComparison.Ordinal));
        var young = await SealedSpace.Made(second);
        async Task<string> Stand(long id)
        {
            var flow = await Do(second, $"{SealedSpace.Path}/work_item/story/{id}/workflow/query", new { });
            return $"v{flow.GetProperty("version").GetInt64()} {string.Join(' ', flow.GetProperty("workflow_nodes").EnumerateArray().Select(n => n.GetProperty("state_key").GetString() + n.GetProperty("status").GetInt32()))}";
        }
        Assert.Equal("v1 start3 only2 last1", await Stand(old));
        Assert.Equal("v2 start3 only1 last2", await Stand(young));
        await Do(second, $"{SealedSpace.Path}/workflow/story/{old}/node/only/operate", new { action = "confirm" });
        Assert.Equal("v1 start3 only3 last2", await Stand(old));
    }

    static async Task<JsonElement> Doing(TestReflow reflow, long id) => (await Workflow(reflow, id)).GetProperty("workflow_nodes")[1];

    static Task Docs(TestReflow reflow, long id) => Confirm(reflow, id, "docs", new { action = "confirm", node_schedule = new { estimate_end_date = End }, fields = new[] { new { field_key = "field_ready", field_value = true } } });

    static async Task Test(TestReflow reflow, long id)
    {
        await Do(reflow, Item(id, "/subtask/modify"), new { node_id = "test", task_id = await SubTask(reflow, id, "test"), action = "confirm" });
        await Confirm(reflow, id, "test", user: Manager);
        await Confirm(reflow, id, "test", user: Finance);
    }
}

using System.Text.Json.Nodes;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>The versions of flows under the control plane: validate, deploy, list, get, activate, retire.</summary>
public class ControlFlowDefinitions
{
    const string Admin = "the-admin-token";
    const string Root = $"/reflow/v1/tenants/{Demo.Tenant}";

    /// <summary>A definition with something wrong, and the path and a part of the sentence that tell it.</summary>
    public static TheoryData<string, string, string, string> Faulty => new()
    {
        { "a condition that compares a number with a text", "edges[2].when", "Column", """[{"from":"start","to":"choice"},{"from":"choice","to":"boss"},{"from":"choice","to":"end","when":"amount > \"much\""},{"from":"boss","to":"end"}]""" },
        { "a node that nothing leads to", "nodes[2]", "Nothing leads to 'boss'", """[{"from":"start","to":"choice"},{"from":"choice","to":"end"},{"from":"boss","to":"end"}]""" },
        { "an edge to nowhere", "edges[1].to", "no node 'nobody'", """[{"from":"start","to":"choice"},{"from":"choice","to":"nobody"}]""" },
        { "no edges", "edges", "missing", "null" },
    };

    [Theory, MemberData(nameof(Faulty))]
    public async Task A_fault_is_told_with_its_path_and_is_not_deployed(string what, string path, string sentence, string edges)
    {
        await using var reflow = await Start();
        var definition = Sample();
        definition["edges"] = JsonNode.Parse(edges);
        var before = await reflow.State();
        var faults = (await Send(reflow, "POST", "/flows/validate", definition)).Ok().Data;
        Assert.False(faults.GetProperty("valid").GetBoolean(), what);
        Assert.Contains(faults.GetProperty("faults").EnumerateArray(), f => f.GetProperty("path").GetString() == path && f.GetProperty("sentence").GetString()!.Contains(sentence, StringComparison.Ordinal));
        var refused = await Send(reflow, "POST", "/flows", definition);
        Assert.Equal((400, 400), (refused.Status, refused.Code));
        Assert.Equal(before, await reflow.State());
    }

    [Fact]
    public async Task Every_fault_is_told_at_once()
    {
        await using var reflow = await Start();
        var definition = Sample();
        definition["administrators"] = new JsonArray("nobody");
        definition["nodes"]![2]!["assignees"] = new JsonArray(new JsonObject { ["users"] = new JsonArray("1002", "9") }, new JsonObject { ["role"] = "none" });
        var faults = (await Send(reflow, "POST", "/flows/validate", definition)).Ok().Data.GetProperty("faults");
        Assert.Equal(["administrators[0]", "nodes[2].assignees[0].users[1]", "nodes[2].assignees[1].role"], faults.EnumerateArray().Select(f => f.GetProperty("path").GetString()));
        definition["nodes"]![2]!["assignees"] = new JsonArray();
        Assert.Contains((await Send(reflow, "POST", "/flows/validate", definition)).Ok().Data.GetProperty("faults").EnumerateArray(), f => f.GetProperty("path").GetString() == "nodes[2].assignees");
        definition["nodse"] = 1;
        definition["namespace"] = "a b";
        Assert.Equal(2, (await Send(reflow, "POST", "/flows/validate", definition)).Ok().Data.GetProperty("faults").GetArrayLength());
        Assert.False((await Send(reflow, "POST", "/flows/validate", null)).Ok().Data.GetProperty("valid").GetBoolean());
    }

    [Fact]
    public async Task Deployed_versions_are_listed_shown_activated_and_retired_while_instances_stay_on_theirs()
    {
        await using var reflow = await Start();
        Assert.True((await Send(reflow, "POST", "/flows/validate", Sample())).Ok().Data.GetProperty("valid").GetBoolean());
        Assert.Equal(1, (await Send(reflow, "POST", "/flows", Sample())).Ok().Data.GetProperty("version").GetInt32());
        Assert.False((await Send(reflow, "POST", "/flows", Sample())).Ok().Data.GetProperty("changed").GetBoolean());
        var instance = await Begin(reflow);
        var changed = Sample();
        changed["label"] = new JsonObject { ["zh-CN"] = "差旅 😀" };
        Assert.Equal(2, (await Send(reflow, "POST", "/flows", changed)).Ok().Data.GetProperty("version").GetInt32());
        Assert.Equal([(1, "deployed"), (2, "active")], await Versions(reflow));
        Assert.Equal((1, 2), (await VersionOf(reflow, instance), await VersionOf(reflow, await Begin(reflow))));
        var shown = (await Send(reflow, "GET", "/flows/travel/trip/versions/2")).Ok().Data;
        Assert.Equal("差旅 😀", shown.GetProperty("definition").GetProperty("label").GetProperty("zh-CN").GetString());

        (await Send(reflow, "POST", "/flows/travel/trip/versions/1/activate")).Ok();
        Assert.Equal([(1, "active"), (2, "deployed")], await Versions(reflow));
        Assert.Equal(1, await VersionOf(reflow, await Begin(reflow)));
        (await Send(reflow, "POST", "/flows/travel/trip/versions/1/retire")).Ok();
        Assert.Equal([(1, "retired"), (2, "deployed")], await Versions(reflow));
        var none = await Send(reflow, "POST", "/instances", new JsonObject { ["namespace"] = "travel", ["flow"] = "trip", ["operator_user_id"] = "1001" });
        Assert.Equal(404, none.Status);
        Assert.Equal(400, (await Send(reflow, "POST", "/flows/travel/trip/versions/1/activate")).Status);
        foreach (var missing in new[] { "/flows/travel/trip/versions/3", "/flows/travel/trip/versions/x", "/flows/travel/none/versions/1" })
            Assert.Equal(404, (await Send(reflow, "GET", missing)).Status);
        Assert.Equal(404, (await Send(reflow, "POST", "/flows/travel/trip/versions/3/retire")).Status);
    }

    [Fact]
    public async Task An_api_id_belongs_to_one_flow_and_versions_come_in_pages()
    {
        await using var reflow = await Start();
        (await Send(reflow, "POST", "/flows", Sample())).Ok();
        var other = Sample();
        other["name"] = "trip2";
        Assert.Contains("api_id", (await Send(reflow, "POST", "/flows", other)).Message, StringComparison.Ordinal);
        other["api_id"] = "travel_trip2";
        (await Send(reflow, "POST", "/flows", other)).Ok();
        var first = (await Send(reflow, "GET", "/flows?namespace=travel&page_size=1")).Ok().Data;
        var second = (await Send(reflow, "GET", $"/flows?namespace=travel&page_size=1&page_token={Uri.EscapeDataString(first.GetProperty("page_token").GetString()!)}")).Ok().Data;
        Assert.Equal(("trip", "trip2"), (first.GetProperty("versions")[0].GetProperty("name").GetString(), second.GetProperty("versions")[0].GetProperty("name").GetString()));
        Assert.False(second.GetProperty("has_more").GetBoolean());
        Assert.Equal(400, (await Send(reflow, "GET", "/flows?page_token=x")).Status);
    }

    static JsonObject Sample() => JsonNode.Parse("""
        {
          "namespace": "travel", "name": "trip", "api_id": "travel_trip", "label": {"zh-CN": "差旅"},
          "form": [{"key": "amount", "type": "number"}],
          "nodes": [
            {"key": "start", "type": "start"},
            {"key": "choice", "type": "exclusive"},
            {"key": "boss", "type": "approval", "assignees": [{"users": ["1002"]}]},
            {"key": "end", "type": "end"}
          ],
          "edges": [
            {"from": "start", "to": "choice"},
            {"from": "choice", "to": "end", "when": "amount < 100"},
            {"from": "choice", "to": "boss"},
            {"from": "boss", "to": "end"}
          ]
        }
        """)!.AsObject();

    static Task<TestReflow> Start() => TestReflow.Start(settings => settings with { AdminToken = Admin });

    static Task<Answer> Send(TestReflow reflow, string method, string path, JsonObject? body = null) => reflow.Send(new(method, Root + path, body?.ToJsonString(), Admin));

    static async Task<string> Begin(TestReflow reflow) =>
        (await Send(reflow, "POST", "/instances", new JsonObject { ["namespace"] = "travel", ["flow"] = "trip", ["operator_user_id"] = "1001", ["params"] = new JsonObject { ["amount"] = 100 } })).Ok().Data.GetProperty("instance_id").GetString()!;

    static async Task<int> VersionOf(TestReflow reflow, string instance) => (await Send(reflow, "GET", $"/instances/{instance}")).Ok().Data.GetProperty("version").GetInt32();

    static async Task<IEnumerable<(int, string)>> Versions(TestReflow reflow) => (await Send(reflow, "GET", "/flows?namespace=travel&name=trip")).Ok().Data.GetProperty("versions")
        .EnumerateArray().Select(v => (v.GetProperty("version").GetInt32(), v.GetProperty("state").GetString()!));
}

using System.Text.Json;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>A server whose admin token is known, and the demo's purchase flow as an administrator works with it.</summary>
static class ControlPlane
{
    public const string Admin = "the-admin-token";
    public const string Root = $"/reflow/v1/tenants/{Demo.Tenant}";
    public const string Manager = "1002", Finance = "1003", Director = "1004", Legal = "1005";

    public static Task<TestReflow> Start() => TestReflow.Start(settings => settings with { AdminToken = Admin });

    /// <summary>Posts as the administrator.</summary>
    public static async Task<JsonElement> Post(TestReflow reflow, string path, object body) => (await reflow.Send(new("POST", Root + path, body, Admin))).Ok().Data;

    /// <summary>Gets as the administrator.</summary>
    public static async Task<JsonElement> Get(TestReflow reflow, string path) => (await reflow.Send(new("GET", Root + path, null, Admin))).Ok().Data;

    public static Dictionary<string, string> States(JsonElement graph) => graph.GetProperty("nodes").EnumerateArray().ToDictionary(n => n.GetProperty("key").GetString()!, n => n.GetProperty("state").GetString()!);

    /// <summary>A refusal: the status, its reason in words, and nothing changed.</summary>
    public static async Task Refuses(TestReflow reflow, string method, string path, object? body, int status, string words)
    {
        var before = await reflow.State();
        var answer = await reflow.Send(new(method, Root + path, body, Admin));
        Assert.Equal((status, status), (answer.Status, answer.Code));
        Assert.Contains(words, answer.Message, StringComparison.Ordinal);
        Assert.Equal(before, await reflow.State());
    }

    public static IEnumerable<string> Texts(JsonElement data, string list, string member) => data.GetProperty(list).EnumerateArray().Select(item => item.GetProperty(member).GetString()!);

    /// <summary>Starts a purchase and answers it with the manager's task.</summary>
    public static async Task<(string Instance, string Manager)> Started(TestReflow reflow, int amount)
    {
        var instance = (await reflow.Post("/open-apis/apaas/v1/applications/package_demo__c/flows/purchase/execute",
            new { @operator = """{"_id":1001}""", @params = $$"""{"amount":{{amount}}}""" })).Ok().Data.GetProperty("execution_id").GetString()!;
        return (instance, await Pending(reflow, Manager));
    }

    public static async Task Agree(TestReflow reflow, string task, string who) => (await reflow.Post($"/open-apis/apaas/v1/approval_tasks/{task}/agree", new { user_id = who })).Ok();

    /// <summary>The newest task that waits for someone.</summary>
    public static async Task<string> Pending(TestReflow reflow, string who) =>
        (await reflow.Post("/open-apis/apaas/v1/user_task/query", new { kunlun_user_id = who, source = "assignMe", type = "pending" })).Ok().Data.GetProperty("tasks")[0].GetProperty("task_id").GetString()!;

    public static async Task<string> FirstPoint(TestReflow reflow, string task, string who) =>
        (await reflow.Post($"/open-apis/apaas/v1/user_tasks/{task}/rollback_points", new { operator_user_id = who })).Ok().Data.GetProperty("tasks")[0].GetProperty("id").GetString()!;

    /// <summary>Deploys a flow of the application travel, whose start leads to the first of these nodes and so on, as the next version.</summary>
    public static async Task Deploy(TestReflow reflow, string nodes, string edges, string more = "") => await Post(reflow, "/flows", $$"""
        {"namespace":"travel","name":"trip","api_id":"travel_trip","form":[{"key":"amount","type":"number"},{"key":"boss","type":"user"}]{{more}},
         "nodes":[{"key":"start","type":"start"},{{nodes}},{"key":"end","type":"end"}],
         "edges":[{{edges}}]}
        """);

    /// <summary>An edge of a definition.</summary>
    public static string Edges(params string[] edges) => string.Join(',', edges.Select(e => e.Split('-')).Select(e => $$"""{"from":"{{e[0]}}","to":"{{e[1]}}"}"""));

    /// <summary>A node that asks these users.</summary>
    public static string Ask(string key, string users, string more = "") => $$"""{"key":"{{key}}","type":"approval","assignees":[{"users":[{{users}}]}]{{more}}}""";

    /// <summary>Starts a trip and answers it.</summary>
    public static async Task<string> Trip(TestReflow reflow, object? form = null) =>
        (await Post(reflow, "/instances", new { @namespace = "travel", flow = "trip", operator_user_id = "1001", @params = form ?? new { } })).GetProperty("instance_id").GetString()!;

    /// <summary>The task of an instance that waits at a node.</summary>
    public static async Task<string> At(TestReflow reflow, string instance, string node) => (await Get(reflow, $"/instances/{instance}")).GetProperty("tasks").EnumerateArray()
        .Single(t => t.GetProperty("node").GetString() == node && t.GetProperty("status").GetString() == "pending").GetProperty("task_id").GetString()!;

    /// <summary>The last task of a node that was finished.</summary>
    public static async Task<string> Done(TestReflow reflow, string instance, string node) => (await Get(reflow, $"/instances/{instance}")).GetProperty("tasks").EnumerateArray()
        .Last(t => t.GetProperty("node").GetString() == node && t.GetProperty("status").GetString() == "agreed").GetProperty("task_id").GetString()!;
}

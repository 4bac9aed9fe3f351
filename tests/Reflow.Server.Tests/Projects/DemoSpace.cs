using System.Text.Json;

namespace Reflow.Server.Tests.Projects;

/// <summary>The demo space of the workspace file, and calls on it: what a plugin sees, and nothing behind it.</summary>
static class DemoSpace
{
    public const string Space = "/open_api/66f11218c3b4a0b423340001", Board = "/open_api/66f11218c3b4a0b423340002";
    public const string Plugin = "MII_DEMO00000000001", Secret = "ReflowDemoPluginSecret00000000001";
    public const string Initiator = "7000000000000001001", Manager = "7000000000000001002", Finance = "7000000000000001003", Director = "7000000000000001004", Legal = "7000000000000001005";
    public const long Start = 1_722_182_400_000, End = 1_722_355_199_999;

    /// <summary>All that <c>doing</c> asks for.</summary>
    public static readonly object Whole = new
    {
        action = "confirm",
        node_owners = new[] { Initiator },
        node_schedule = new { estimate_start_date = Start, estimate_end_date = End, points = 1 },
        role_assignee = new[] { new { role = "PM", owners = new[] { Manager } } },
        fields = new[] { new { field_key = "field_658c22", field_alias = "sentry_link", field_type_key = "text", field_value = "23333" } },
    };

    /// <summary>A call as the user.</summary>
    public static async Task<Request> Call(TestReflow reflow, string path, object? body, string user = Initiator, string method = "POST") =>
        new(method, path, body) { Headers = [("X-PLUGIN-TOKEN", await Token(reflow)), ("X-USER-KEY", user)] };

    /// <summary>Sends a call that must succeed, and answers its data.</summary>
    public static async Task<JsonElement> Do(TestReflow reflow, string path, object? body, string user = Initiator, string method = "POST") =>
        (await reflow.Send(await Call(reflow, path, body, user, method))).Ok().Data;

    public static async Task<string> Token(TestReflow reflow)
    {
        var answer = await reflow.Send(new("POST", "/open_api/authen/plugin_token", new { plugin_id = Plugin, plugin_secret = Secret, type = 0 }));
        return answer.Ok().Data.GetProperty("token").GetString()!;
    }

    /// <summary>A new story, at <c>doing</c>.</summary>
    public static async Task<long> Story(TestReflow reflow, int template = 100001, string space = Space, string user = Initiator, params object[] fields) =>
        (await Do(reflow, $"{space}/work_item/create", new { work_item_type_key = "story", template_id = template, name = "登录页", field_value_pairs = fields }, user)).GetInt64();

    public static string Node(long item, string node) => $"{Space}/workflow/story/{item}/node/{node}/operate";

    public static string Item(long item, string rest = "") => $"{Space}/work_item/story/{item}{rest}";

    public static Task<JsonElement> Confirm(TestReflow reflow, long item, string node, object? body = null, string user = Initiator) =>
        Do(reflow, Node(item, node), body ?? new { action = "confirm" }, user);

    public static async Task<JsonElement> Workflow(TestReflow reflow, long item) => await Do(reflow, Item(item, "/workflow/query"), new { });

    /// <summary>Where each node stands: <c>start3 doing2 …</c>.</summary>
    public static async Task<string> Stand(TestReflow reflow, long item) => string.Join(' ', (await Workflow(reflow, item)).GetProperty("workflow_nodes").EnumerateArray()
        .Select(n => $"{n.GetProperty("state_key").GetString()}{n.GetProperty("status").GetInt32()}"));

    /// <summary>The id of a node's subtask.</summary>
    public static async Task<long> SubTask(TestReflow reflow, long item, string node, int at = 0) => long.Parse((await Workflow(reflow, item)).GetProperty("workflow_nodes").EnumerateArray()
        .Single(n => n.GetProperty("state_key").GetString() == node).GetProperty("sub_tasks")[at].GetProperty("id").GetString()!, System.Globalization.CultureInfo.InvariantCulture);
}

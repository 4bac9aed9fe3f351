using Xunit;
using static Reflow.Server.Tests.Projects.DemoSpace;

namespace Reflow.Server.Tests.Projects;

/// <summary>Refusals of Feishu Project that the demo space can show (seed 002; contracts: project §3), each to the letter and with nothing changed.</summary>
public class ProjectScenarios
{
    const string Operate = "project.node.operate";
    static readonly object JustConfirm = new { action = "confirm" };

    public static TheoryData<Refused> All =>
    [
        // The 24 rows of operate, but those that take two calls at once (7 and 19, in Races) and the one that takes a state flow (14, in StateFlows).
        At("a node that is done", 20017, "doing", JustConfirm, DoneDoing),
        At("a node that has not arrived", 20016, "test", JustConfirm),
        At("a node that is none", 20018, "nowhere", JustConfirm),
        At("a node's name", 20018, "开发", JustConfirm),
        At("no owner", 20038, "doing", new { action = "confirm", role_assignee = Pm }) with { Message = "Person in charge is required", Detail = "Owner Required" },
        At("the empty lists of a client that sends everything", 20038, "doing", new { action = "confirm", role_assignee = Pm, node_owners = Array.Empty<string>(), node_schedule = new { }, schedules = Array.Empty<int>(), fields = Array.Empty<int>() })
            with { Message = "Person in charge is required", Detail = "Owner Required" },
        At("an empty field", 20038, "doing", new { action = "confirm", role_assignee = Pm, node_owners = new[] { Initiator }, node_schedule = Days }) with { Message = "Param missing", Detail = "开发(field_658c22) Required" },
        At("no schedule", 20038, "doing", new { action = "confirm", role_assignee = Pm, node_owners = new[] { Initiator } }) with { Message = "Estimates and schedules are required", Detail = "开发 估分and schedule required" },
        At("an empty role", 20038, "doing", JustConfirm) with { Message = "This role info is mandatory", Detail = "role 产品经理(PM) Required" },
        At("a signal that is not true", 50006, "docs", new { action = "confirm", node_schedule = Days }, DoneDoing) with { Message = "Param invalid", Detail = "文档已审(field_ready) Should Be Passed" },
        At("no action", 20005, "doing", new { }) with { Detail = "Missing Param，action || rollBackReason is nil" },
        At("a rollback without a reason", 20005, "doing", new { action = "rollback", rollback_reason = " " }, DoneDoing),
        At("one's own part is done", 50006, "test", JustConfirm, async (r, id) =>
        {
            await DoneDoing(r, id);
            await TestDone(r, id);
            await Confirm(r, id, "test", user: Manager);
        }, Manager) with { Message = "task has been finished", Detail = "Task has been finished" },
        At("no actual hours", 20038, "release", JustConfirm, AtRelease) with { Message = "The node actual working time is mandatory", Detail = "Node release 实际工时 is required." },
        new Refused("an item that nobody has", Operate, 30005, async r => await Call(r, Node(1, "doing"), JustConfirm)),
        new Refused("an id that is no number", Operate, 30005, async r => await Call(r, $"{Space}/workflow/story/x/node/doing/operate", JustConfirm)),
        new Refused("another type", Operate, 30005, async r => await Call(r, $"{Space}/workflow/issue/{await Story(r)}/node/doing/operate", JustConfirm)),
        At("a deleted item", 30005, "doing", JustConfirm, async (r, id) => await Do(r, Item(id), null, method: "DELETE")),
        new Refused("an interceptor", Operate, 20090, async r =>
        {
            var id = await Story(r, 100002);
            await Confirm(r, id, "fix");
            await Confirm(r, id, "verify");
            return await Call(r, Node(id, "ship"), JustConfirm);
        }),
        At("an open subtask", 50006, "test", JustConfirm, DoneDoing, Manager) with { Message = "Sub Task Not Completed", Detail = "Node 测试 cannot be completed because task 回归测试 is not completed" },
        At("an option that is switched off", 20050, "doing", Fields("field_priority", "p9")),
        At("an option that is none", 20050, "doing", Fields("priority", new { value = "px" })),
        At("a terminated item", 20007, "doing", JustConfirm, Aborted) with { Message = "WorkItem Is Already Aborted" },
        At("a field that is none", 30009, "doing", new { action = "confirm", fields = new[] { new { field_alias = "testin_allow", field_value = "1" } } }) with { Detail = "field_value_pairs field alias testin_allow:can not find field" },
        At("no due time", 20038, "docs", JustConfirm, DoneDoing) with { Message = "Required Field Is Not Set", Detail = "Milestone due time is required" },
        At("points below the subtasks'", 1000051743, "doing", Whole, async (r, id) =>
            await Do(r, Item(id, "/workflow/task"), new { node_id = "doing", name = "拆分", schedule = new { points = 3, estimate_start_date = Start, estimate_end_date = End } })),
        At("a field that only managers write", 50006, "doing", Fields("budget", 5)) with { Message = "No right to edit", Detail = "Unable to edit 预算 (field_budget)" },
        At("a role that is none", 20041, "doing", new { action = "confirm", role_assignee = new[] { new { role = "CEO", owners = Array.Empty<string>() } } }),
        // What the seed does not list.
        At("a rollback of a node that is not done", 20037, "doing", new { action = "rollback", rollback_reason = "任务回滚" }),
        new Refused("not one of those who may", Operate, 10001, async r =>
        {
            var id = await Story(r, 100002, Space, Initiator, new { field_key = "priority", field_value = "p0" });
            await Confirm(r, id, "fix");
            return await Call(r, Node(id, "approve"), JustConfirm);
        }),
        At("a multi-person node of others", 10001, "test", JustConfirm, DoneDoing),
        At("a rollback of a node that passes by itself", 10002, "start", new { action = "rollback", rollback_reason = "x" }),
        At("a frozen item", 10002, "doing", JustConfirm, async (r, id) => await Do(r, "/open_api/work_item/freeze", new { project_key = "demo", work_item_id = id, is_frozen = true }, method: "PUT")),
        At("an action that is none", 20006, "doing", new { action = "complete" }),
        At("a value of the wrong shape", 20006, "doing", Fields("sentry_link", 5)) with { Detail = "field [field_658c22] is illegal" },
        new Refused("an item of another space", Operate, 20014, async r => await Call(r, Node(await Story(r, 200001, Board, Manager), "start"), JustConfirm)),
        new Refused("two owners of one schedule", Operate, 20032, async r =>
            await Call(r, Node(await Story(r, 100002), "fix"), new { action = "confirm", node_owners = new[] { Initiator, Manager }, schedules = new[] { new { points = 1, owners = new[] { Initiator, Manager } } } })),
        At("a role that is not the node's", 20048, "doing", new { action = "confirm", role_assignee = new[] { new { role = "RD", owners = new[] { Manager } } } }),
        At("an owner whom nobody knows", 30006, "doing", new { action = "confirm", node_owners = new[] { "7000000000000009999" } }),
        At("a time in seconds", 20013, "doing", new { action = "confirm", node_schedule = new { estimate_start_date = 1722182400 } }),
        At("a field without a key", 20025, "doing", new { action = "confirm", fields = new[] { new { field_value = "1" } } }),
        At("a field given twice", 20083, "doing", new { action = "confirm", fields = new object[] { new { field_key = "field_658c22", field_value = "1" }, new { field_alias = "sentry_link", field_value = "2" } } }),
        // The door.
        At("a body that is no JSON", 9999, "doing", "{"),
        At("owners that are no list", 9999, "doing", new { action = "confirm", node_owners = 5 }),
        new Refused("no token", Operate, 10021, async r => (await Call(r, Node(await Story(r), "doing"), JustConfirm)) with { Headers = [] }),
        new Refused("a token that never was", Operate, 10211, async r => (await Call(r, Node(await Story(r), "doing"), JustConfirm)) with { Headers = [("X-PLUGIN-TOKEN", "p-g1" + new string('a', 40)), ("X-USER-KEY", Initiator)] }) { Message = "Token Info Is Invalid" },
        new Refused("an expired token", Operate, 10022, async r =>
        {
            var request = await Call(r, Node(await Story(r), "doing"), JustConfirm);
            r.Clock.Advance(TimeSpan.FromHours(3));
            return request;
        }),
        new Refused("no user key", Operate, 20039, async r => (await Call(r, Node(await Story(r), "doing"), JustConfirm)) with { Headers = [("X-PLUGIN-TOKEN", await Token(r))] }),
        new Refused("a user key that nobody has", Operate, 20042, async r => await Call(r, Node(await Story(r), "doing"), JustConfirm, "7000000000000009999")),
        new Refused("a space that is none", Operate, 10301, async r => await Call(r, "/open_api/nospace/workflow/story/1/node/doing/operate", JustConfirm)),
        new Refused("no member of the space", Operate, 10404, async r => await Call(r, $"{Board}/workflow/story/{await Story(r, 200001, Board, Manager)}/node/start/operate", JustConfirm)),
        new Refused("the same X-IDEM-UUID again", Operate, 10430, async r =>
        {
            var request = await Call(r, Node(await Story(r), "doing"), JustConfirm);
            request = request with { Headers = [.. request.Headers, ("X-IDEM-UUID", "once")] };
            await r.Send(request);
            return request;
        }),
        new Refused("a wrong secret", "project.authen.plugin_token", 10211, async r =>
        {
            await Token(r);
            return new("POST", "/open_api/authen/plugin_token", new { plugin_id = Plugin, plugin_secret = "wrong" });
        }) { Message = "Token Info Is Invalid" },
        new Refused("a plugin that is none", "project.authen.plugin_token", 10211, _ => Task.FromResult(new Request("POST", "/open_api/authen/plugin_token", new { plugin_id = "MII_0", plugin_secret = "x" }))),
        new Refused("a type of token that is none", "project.authen.plugin_token", 20006, _ => Task.FromResult(new Request("POST", "/open_api/authen/plugin_token", new { plugin_id = "MII_0", plugin_secret = "x", type = 2 }))),
        // The other operations.
        Of("project.node.update", 20018, "a node that is none", async (r, id) => await Call(r, $"{Space}/workflow/story/{id}/node/nowhere", new { }, method: "PUT")),
        Of("project.node.update", 30006, "an owner whom nobody knows", async (r, id) => await Call(r, $"{Space}/workflow/story/{id}/node/test", new { node_owners = new[] { "nobody" } }, method: "PUT")),
        Of("project.node.update", 20007, "a terminated item", async (r, id) =>
        {
            await Aborted(r, id);
            return await Call(r, $"{Space}/workflow/story/{id}/node/doing", new { }, method: "PUT");
        }),
        Of("project.workflow.query", 20027, "state flow of a node flow", async (r, id) => await Call(r, Item(id, "/workflow/query"), new { flow_type = 1 })),
        Of("project.workflow.query", 20015, "fields wanted and not wanted", async (r, id) => await Call(r, Item(id, "/workflow/query"), new { fields = new[] { "a", "-b" } })),
        Of("project.workflow.query", 30005, "another type", async (r, id) => await Call(r, $"{Space}/work_item/issue/{id}/workflow/query", new { })),
        Of("project.transition_required_info.get", 50006, "a node that is none", async (r, id) => await Call(r, "/open_api/work_item/transition_required_info/get", new { project_key = "demo", work_item_id = id, state_key = "nowhere" })) with { Message = "This node no longer exists" },
        Of("project.transition_required_info.get", 30005, "no item", async (r, _) => await Call(r, "/open_api/work_item/transition_required_info/get", new { project_key = "demo", work_item_id = 1, state_key = "doing" })),
        Create(30014, "a type that is none", new { work_item_type_key = "issue", name = "x" }),
        Create(50006, "a template that is none", new { work_item_type_key = "story", template_id = 5, name = "x" }) with { Message = "Template not found" },
        Create(50006, "a template that is switched off", new { work_item_type_key = "story", template_id = 100003, name = "x" }) with { Message = "Template not found" },
        Create(20038, "no name", new { work_item_type_key = "story", template_id = "100001" }),
        Create(20083, "the name among the fields", new { work_item_type_key = "story", name = "x", field_value_pairs = new[] { new { field_key = "name", field_value = "y" } } }),
        Create(30009, "a field that is none", new { work_item_type_key = "story", name = "x", field_value_pairs = new[] { new { field_key = "f", field_value = "y" } } }),
        Create(20050, "an option that is switched off", new { work_item_type_key = "story", name = "x", field_value_pairs = new[] { new { field_key = "priority", field_value = "p9" } } }),
        Create(20041, "a role that is none", new { work_item_type_key = "story", name = "x", field_value_pairs = new[] { new { field_key = "role_owners", field_value = new[] { new { role = "CEO", owners = Array.Empty<string>() } } } } }),
        Create(50006, "role owners that are no list", new { work_item_type_key = "story", name = "x", field_value_pairs = new[] { new { field_key = "role_owners", field_value = "PM" } } }) with { Message = "role_owners is invalid" },
        Of("project.work_item.query", 30005, "an item that nobody has", async (r, id) => await Call(r, $"{Space}/work_item/story/query", new { work_item_ids = new[] { id, 1 } })),
        Of("project.work_item.query", 30014, "a type that is none", async (r, id) => await Call(r, $"{Space}/work_item/issue/query", new { work_item_ids = new[] { id } })),
        Of("project.work_item.query", 20028, "more than fifty items", async (r, id) => await Call(r, $"{Space}/work_item/story/query", new { work_item_ids = Enumerable.Repeat(id, 51) })),
        Of("project.work_item.query", 20015, "fields wanted and not wanted", async (r, id) => await Call(r, $"{Space}/work_item/story/query", new { work_item_ids = new[] { id }, fields = new[] { "-a", "b" } })),
        Of("project.work_item.update", 20033, "the status", async (r, id) => await Call(r, Item(id), new { update_fields = new[] { new { field_key = "work_item_status", field_value = "x" } } }, method: "PUT")),
        Of("project.work_item.update", 30009, "a field that is none", async (r, id) => await Call(r, Item(id), new { update_fields = new[] { new { field_key = "f", field_value = "x" } } }, method: "PUT")),
        Of("project.work_item.abort", 20009, "no reason", async (r, id) => await Call(r, Item(id, "/abort"), new { is_aborted = true }, method: "PUT")),
        Of("project.work_item.abort", 20008, "a restore of what is not terminated", async (r, id) => await Call(r, Item(id, "/abort"), new { is_aborted = false, reason = "x" }, method: "PUT")),
        Of("project.work_item.abort", 20007, "a second abort", async (r, id) =>
        {
            await Aborted(r, id);
            return await Call(r, Item(id, "/abort"), new { is_aborted = true, reason = "x" }, method: "PUT");
        }),
        Of("project.work_item.delete", 30005, "a deleted item", async (r, id) =>
        {
            await Do(r, Item(id), null, method: "DELETE");
            return await Call(r, Item(id), null, method: "DELETE");
        }),
        Of("project.work_item.freeze", 30005, "no item", async (r, _) => await Call(r, "/open_api/work_item/freeze", new { project_key = "demo", work_item_id = 1, is_frozen = true }, method: "PUT")),
        Of("project.sub_task.create", 20005, "no name", async (r, id) => await Call(r, Item(id, "/workflow/task"), new { node_id = "doing" })),
        Of("project.sub_task.create", 20018, "a node that is none", async (r, id) => await Call(r, Item(id, "/workflow/task"), new { node_id = "nowhere", name = "x" })),
        Of("project.sub_task.create", 20047, "people and roles", async (r, id) => await Call(r, Item(id, "/workflow/task"), new { node_id = "doing", name = "x", assignee = new[] { Manager }, role_assignee = Pm })),
        Of("project.sub_task.update", 20046, "a subtask that is none", async (r, id) => await Call(r, Item(id, "/workflow/doing/task/5"), new { name = "x" })),
        Of("project.sub_task.modify", 20016, "a node that has not arrived", async (r, id) => await Call(r, Item(id, "/subtask/modify"), new { node_id = "test", task_id = await SubTask(r, id, "test"), action = "confirm" })),
        Of("project.sub_task.modify", 20046, "a subtask that is none", async (r, id) => await Call(r, Item(id, "/subtask/modify"), new { node_id = "test", task_id = 5, action = "confirm" })),
        Of("project.sub_task.modify", 20082, "an action that is none", async (r, id) => await Call(r, Item(id, "/subtask/modify"), new { node_id = "test", task_id = "5", action = "done" })),
        Of("project.sub_task.modify", 50006, "a subtask that is done", async (r, id) =>
        {
            await DoneDoing(r, id);
            await TestDone(r, id);
            return await Call(r, Item(id, "/subtask/modify"), new { node_id = "test", task_id = await SubTask(r, id, "test"), action = "confirm" });
        }) with { Message = "task has been finished" },
        Of("project.sub_task.delete", 20046, "a subtask that is none", async (r, id) => await Call(r, Item(id, "/task/x"), null, method: "DELETE")),
        Of("project.work_hour.create", 20006, "no hours", async (r, id) => await Call(r, Item(id, "/work_hour_record"), new { working_hour_records = new[] { new { resource_type = "node", resource_id = "doing", work_time = "0" } } })),
        Of("project.work_hour.create", 30005, "another type", async (r, id) => await Call(r, $"{Space}/work_item/issue/{id}/work_hour_record", new { working_hour_records = new[] { new { resource_type = "node", resource_id = "doing", work_time = "1" } } })),
    ];

    [Theory, MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public async Task Refused(Refused scenario)
    {
        await using var reflow = await TestReflow.Start();
        await scenario.Check(reflow);
    }

    static object[] Pm => [new { role = "PM", owners = new[] { Manager } }];

    static object Days => new { points = 1, estimate_start_date = Start, estimate_end_date = End };

    static object Fields(string key, object value) => new { action = "confirm", fields = new[] { new { field_key = key, field_value = value } } };

    static Refused At(string name, int code, string node, object body, Func<TestReflow, long, Task>? first = null, string user = Initiator) => new(name, Operate, code, async reflow =>
    {
        var id = await Story(reflow);
        if (first is not null) await first(reflow, id);
        return await Call(reflow, Node(id, node), body, user);
    });

    static Refused Of(string operation, int code, string name, Func<TestReflow, long, Task<Request>> when) => new(name, operation, code, async reflow => await when(reflow, await Story(reflow)));

    static Refused Create(int code, string name, object body) => new(name, "project.work_item.create", code, async reflow => await Call(reflow, $"{Space}/work_item/create", body));

    static async Task DoneDoing(TestReflow reflow, long id) => await Confirm(reflow, id, "doing", Whole);

    static async Task TestDone(TestReflow reflow, long id) =>
        await Do(reflow, Item(id, "/subtask/modify"), new { node_id = "test", task_id = await SubTask(reflow, id, "test"), action = "confirm" });

    static async Task Aborted(TestReflow reflow, long id) => await Do(reflow, Item(id, "/abort"), new { is_aborted = true, reason = "不做了", reason_option = "cancel" }, method: "PUT");

    static async Task AtRelease(TestReflow reflow, long id)
    {
        await DoneDoing(reflow, id);
        await TestDone(reflow, id);
        await Confirm(reflow, id, "test", user: Manager);
        await Confirm(reflow, id, "test", user: Finance);
        await Confirm(reflow, id, "docs", new { action = "confirm", node_schedule = Days, fields = new[] { new { field_key = "docs_ready", field_value = true } } });
    }
}

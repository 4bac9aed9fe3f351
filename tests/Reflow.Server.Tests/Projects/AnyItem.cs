using Xunit;
using static Reflow.Server.Tests.Projects.DemoSpace;

namespace Reflow.Server.Tests.Projects;

/// <summary>What every operation on an item says of an item that is not there, is in another space, or is terminated; and of nodes, people and fields that are not there.</summary>
public class AnyItem
{
    delegate Task<Request> Make(TestReflow reflow, string space, long item);

    // The operations on one item, each with a request that is right but for what the test breaks.
    static readonly Dictionary<string, Make> Operations = new()
    {
        ["project.node.update"] = (r, s, id) => Call(r, $"{s}/workflow/story/{id}/node/start", new { node_owners = new[] { Manager } }, Manager, "PUT"),
        ["project.workflow.query"] = (r, s, id) => Call(r, $"{s}/work_item/story/{id}/workflow/query", new { }, Manager),
        ["project.transition_required_info.get"] = (r, s, id) => Call(r, "/open_api/work_item/transition_required_info/get", In(s, id, ("state_key", "start")), Manager),
        ["project.actual_time.update"] = (r, s, id) => Call(r, "/open_api/work_item/actual_time/update", In(s, id, ("node_id", "start"), ("actual_time_info", new { actual_start_time = Start })), Manager),
        ["project.finished.batch_query"] = (r, s, id) => Call(r, "/open_api/work_item/finished/batch_query", In(s, id, ("node_ids", new[] { "start" })), Manager),
        ["project.finished.update"] = (r, s, id) => Call(r, "/open_api/work_item/finished/update", In(s, id, ("node_id", "start"), ("operation_type", "owner"), ("opinion", "x")), Manager),
        ["project.finished.query_conclusion_option"] = (r, s, id) => Call(r, "/open_api/work_item/finished/query_conclusion_option", In(s, id, ("node_ids", new[] { "start" })), Manager),
        ["project.work_item.freeze"] = (r, s, id) => Call(r, "/open_api/work_item/freeze", In(s, id, ("is_frozen", true)), Manager, "PUT"),
        ["project.work_item.update"] = (r, s, id) => Call(r, $"{s}/work_item/story/{id}", new { update_fields = new[] { new { field_key = "name", field_value = "x" } } }, Manager, "PUT"),
        ["project.work_item.delete"] = (r, s, id) => Call(r, $"{s}/work_item/story/{id}", null, Manager, "DELETE"),
        ["project.work_item.abort"] = (r, s, id) => Call(r, $"{s}/work_item/story/{id}/abort", new { is_aborted = true, reason = "x" }, Manager, "PUT"),
        ["project.sub_task.list"] = (r, s, id) => Call(r, $"{s}/work_item/story/{id}/workflow/task", null, Manager, "GET"),
        ["project.sub_task.create"] = (r, s, id) => Call(r, $"{s}/work_item/story/{id}/workflow/task", new { node_id = "start", name = "x" }, Manager),
        ["project.sub_task.update"] = (r, s, id) => Call(r, $"{s}/work_item/story/{id}/workflow/start/task/5", new { name = "x" }, Manager),
        ["project.sub_task.modify"] = (r, s, id) => Call(r, $"{s}/work_item/story/{id}/subtask/modify", new { node_id = "start", task_id = 5, action = "confirm" }, Manager),
        ["project.sub_task.delete"] = (r, s, id) => Call(r, $"{s}/work_item/story/{id}/task/5", null, Manager, "DELETE"),
        ["project.work_hour.list"] = (r, s, id) => Call(r, "/open_api/work_item/man_hour/records", In(s, id, ("work_item_type_key", "story")), Manager),
        ["project.work_hour.create"] = (r, s, id) => Call(r, $"{s}/work_item/story/{id}/work_hour_record", new { working_hour_records = new[] { new { resource_id = "start", work_time = 1 } } }, Manager),
        ["project.work_hour.update"] = (r, s, id) => Call(r, $"{s}/work_item/story/{id}/work_hour_record", new { working_hour_records = new[] { new { id = 5, work_time = 1 } } }, Manager, "PUT"),
        ["project.work_hour.delete"] = (r, s, id) => Call(r, $"{s}/work_item/story/{id}/work_hour_record", new { working_hour_record_ids = new[] { 5 } }, Manager, "DELETE"),
        ["project.comment.update"] = (r, s, id) => Call(r, $"{s}/work_item/story/{id}/comment/5", new { content = "x" }, Manager, "PUT"),
        ["project.comment.delete"] = (r, s, id) => Call(r, $"{s}/work_item/story/{id}/comment/5", null, Manager, "DELETE"),
    };

    // Reading, restoring, deleting and commenting go on.
    static readonly HashSet<string> OfTerminated = ["project.node.update", "project.actual_time.update", "project.finished.update", "project.work_item.freeze", "project.work_item.update",
        "project.sub_task.create", "project.sub_task.update", "project.sub_task.modify", "project.sub_task.delete", "project.work_hour.create", "project.work_hour.update", "project.work_hour.delete"];

    public static TheoryData<Refused> All =>
    [
        .. Operations.Select(o => new Refused("an item that nobody has", o.Key, 30005, r => o.Value(r, Space, 1))),
        .. Operations.Select(o => new Refused("an item of another space", o.Key, 20014, async r => await o.Value(r, Space, await Story(r, 200001, Board, Manager)))),
        .. Operations.Where(o => OfTerminated.Contains(o.Key)).Select(o => new Refused("a terminated item", o.Key, 20007, async r =>
        {
            var id = await Story(r);
            await Do(r, Item(id, "/abort"), new { is_aborted = true, reason = "x" }, method: "PUT");
            return await o.Value(r, Space, id);
        }) { Message = "WorkItem Is Already Aborted" }),
        // Nodes that are not there.
        Of("project.actual_time.update", 20018, "a node that is none", (r, id) => Call(r, "/open_api/work_item/actual_time/update", In(Space, id, ("node_id", "nowhere"), ("actual_time_info", new { actual_start_time = Start })))),
        Of("project.finished.batch_query", 20018, "a node that is none", (r, id) => Call(r, "/open_api/work_item/finished/batch_query", In(Space, id, ("node_ids", new[] { "start", "nowhere" })))),
        Of("project.finished.update", 20018, "a node that is none", (r, id) => Call(r, "/open_api/work_item/finished/update", In(Space, id, ("node_id", "nowhere"), ("operation_type", "node")))),
        Of("project.finished.query_conclusion_option", 20018, "a node that is none", (r, id) => Call(r, "/open_api/work_item/finished/query_conclusion_option", In(Space, id, ("node_ids", new[] { "nowhere" })))),
        Of("project.sub_task.list", 20018, "a node that is none", (r, id) => Call(r, Item(id, "/workflow/task?node_id=nowhere"), null, method: "GET")),
        Of("project.sub_task.update", 20018, "a node that is none", (r, id) => Call(r, Item(id, "/workflow/nowhere/task/5"), new { name = "x" })),
        Of("project.sub_task.modify", 20018, "a node that is none", (r, id) => Call(r, Item(id, "/subtask/modify"), new { node_id = "nowhere", task_id = 5, action = "confirm" })),
        // What a node's and a subtask's update refuse beside that.
        Node(20041, "a role that is none", new { role_assignee = new[] { new { role = "CEO", owners = new[] { Manager } } } }),
        Node(20048, "a role that is not the node's", new { role_assignee = new[] { new { role = "RD", owners = new[] { Manager } } } }),
        Node(20050, "an option that is switched off", new { fields = new[] { new { field_key = "priority", field_value = "p9" } } }),
        Node(30009, "a field that is none", new { fields = new[] { new { field_key = "f", field_value = "x" } } }),
        Node(50006, "a field that only managers write", new { fields = new[] { new { field_key = "budget", field_value = 5 } } }) with { Message = "No right to edit" },
        new Refused("two owners of one schedule", "project.node.update", 20032, async r => await Call(r, $"{Space}/workflow/story/{await Story(r, 100002)}/node/fix",
            new { node_owners = new[] { Initiator, Manager }, schedules = new[] { new { points = 1, owners = new[] { Initiator, Manager } } } }, method: "PUT")),
        Of("project.node.update", 1000051743, "points below the subtasks'", async (r, id) =>
        {
            await Do(r, Item(id, "/workflow/task"), new { node_id = "doing", name = "拆分", schedule = new { points = 3, estimate_start_date = Start, estimate_end_date = End } });
            return await Call(r, $"{Space}/workflow/story/{id}/node/doing", new { node_schedule = new { points = 2 } }, method: "PUT");
        }),
        Of("project.sub_task.create", 20048, "a role that is not the node's", (r, id) => Call(r, Item(id, "/workflow/task"), new { node_id = "doing", name = "x", role_assignee = new[] { new { role = "RD", owners = new[] { Manager } } } })),
        Task(20047, "people and roles", new { assignee = new[] { Manager }, role_assignee = new[] { new { role = "PM", owners = new[] { Manager } } } }),
        Task(20048, "a role that is not the node's", new { role_assignee = new[] { new { role = "RD", owners = new[] { Manager } } } }),
        Task(20050, "an option that is switched off", new { update_fields = new[] { new { field_key = "priority", field_value = "p9" } } }),
        Task(30009, "a field that is none", new { update_fields = new[] { new { field_key = "f", field_value = "x" } } }),
        Of("project.sub_task.modify", 20005, "no action", (r, id) => Call(r, Item(id, "/subtask/modify"), new { node_id = "test", task_id = 5 })),
        Of("project.sub_task.modify", 50006, "an empty deliverable", async (r, id) =>
        {
            await Confirm(r, id, "doing", Whole);
            return await Call(r, Item(id, "/subtask/modify"), new { node_id = "test", task_id = await SubTask(r, id, "test", 1), action = "confirm" });
        }) with { Message = "Param missing", Detail = "上传报告(field_report) Required" },
        Of("project.work_item.update", 20050, "an option that is switched off", (r, id) => Call(r, Item(id), new { update_fields = new[] { new { field_key = "priority", field_value = "p9" } } }, method: "PUT")),
        Of("project.work_item.update", 50006, "a field that only managers write", (r, id) => Call(r, Item(id), new { update_fields = new[] { new { field_key = "budget", field_value = 5 } } }, method: "PUT")) with { Message = "No right to edit" },
    ];

    [Theory, MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public async Task Refused(Refused scenario)
    {
        await using var reflow = await TestReflow.Start();
        await scenario.Check(reflow);
    }

    static Dictionary<string, object> In(string space, long item, params (string Name, object Value)[] more) =>
        new([new("project_key", space[(space.LastIndexOf('/') + 1)..]), new("work_item_id", item), .. more.Select(m => KeyValuePair.Create(m.Name, m.Value))]);

    static Refused Of(string operation, int code, string name, Func<TestReflow, long, Task<Request>> when) => new(name, operation, code, async reflow => await when(reflow, await Story(reflow)));

    static Refused Node(int code, string name, object body) => Of("project.node.update", code, name, (r, id) => Call(r, $"{Space}/workflow/story/{id}/node/doing", body, method: "PUT"));

    static Refused Task(int code, string name, object body) => Of("project.sub_task.update", code, name, async (r, id) => await Call(r, Item(id, $"/workflow/test/task/{await SubTask(r, id, "test")}"), body));
}

using Xunit;
using static Reflow.Server.Tests.Projects.DemoSpace;

namespace Reflow.Server.Tests.Projects;

/// <summary>What an interceptor of the space forbids: each kind of change answers 20090 and changes nothing.</summary>
public class Intercepted
{
    public static TheoryData<Refused> All =>
    [
        Of("project.node.operate", "a rollback", async (r, id) =>
        {
            await Do(r, $"{SealedSpace.Path}/workflow/story/{id}/node/only/operate", new { action = "confirm" });
            return await Call(r, $"{SealedSpace.Path}/workflow/story/{id}/node/only/operate", new { action = "rollback", rollback_reason = "x" });
        }),
        Of("project.node.update", "owners", (r, id) => Call(r, $"{SealedSpace.Path}/workflow/story/{id}/node/only", new { node_owners = new[] { Manager } }, method: "PUT")),
        Of("project.node.update", "a schedule", (r, id) => Call(r, $"{SealedSpace.Path}/workflow/story/{id}/node/only", new { node_schedule = new { points = 1 } }, method: "PUT")),
        Of("project.work_item.update", "a field", (r, id) => Call(r, At(id), new { update_fields = new[] { new { field_key = "note", field_value = "x" } } }, method: "PUT")),
        Of("project.work_item.delete", "the item's end", (r, id) => Call(r, At(id), null, method: "DELETE")),
        Of("project.work_item.abort", "a termination", (r, id) => Call(r, At(id, "/abort"), new { is_aborted = true, reason = "x" }, method: "PUT")),
        Of("project.sub_task.create", "a subtask", (r, id) => Call(r, At(id, "/workflow/task"), new { node_id = "only", name = "x" })),
        Of("project.sub_task.update", "a subtask's name", async (r, id) => await Call(r, At(id, $"/workflow/only/task/{await Task(r, id)}"), new { name = "x" })),
        Of("project.sub_task.modify", "a subtask's completion", async (r, id) => await Call(r, At(id, "/subtask/modify"), new { node_id = "only", task_id = await Task(r, id), action = "confirm" })),
        Of("project.sub_task.delete", "a subtask's end", async (r, id) => await Call(r, At(id, $"/task/{await Task(r, id)}"), null, method: "DELETE")),
        Of("project.work_hour.create", "hours", (r, id) => Call(r, At(id, "/work_hour_record"), new { working_hour_records = new[] { new { resource_type = "node", resource_id = "only", work_time = "1" } } })),
    ];

    [Theory, MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public async Task Refused(Refused scenario)
    {
        await using var reflow = await SealedSpace.Start();
        await scenario.Check(reflow);
    }

    static Refused Of(string operation, string name, Func<TestReflow, long, Task<Request>> when) => new(name, operation, 20090, async reflow => await when(reflow, await SealedSpace.Made(reflow)));

    static string At(long item, string rest = "") => $"{SealedSpace.Path}/work_item/story/{item}{rest}";

    static async Task<long> Task(TestReflow reflow, long id) => long.Parse((await Do(reflow, At(id, "/workflow/task?node_id=only"), null, method: "GET"))[0]
        .GetProperty("sub_tasks")[0].GetProperty("id").GetString()!, System.Globalization.CultureInfo.InvariantCulture);
}

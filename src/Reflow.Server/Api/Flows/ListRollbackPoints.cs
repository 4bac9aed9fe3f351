using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Flows;

/// <summary>POST /open-apis/apaas/v1/user_tasks/:task_id/rollback_points (seed 000): where the task can be rolled back to, start first.</summary>
static class ListRollbackPoints
{
    public static void Serve(Routes routes, Db db, FlowStore flows) => routes.Serve("apaas.v1.user_task.rollback_points", call => Handle(call, db, flows));

    static async ValueTask<Reply> Handle(Call call, Db db, FlowStore flows)
    {
        var by = call.Body.RequiredId("operator_user_id");
        if (call.Body.Refusal is { } refusal) return refusal;
        var (points, error) = await db.ReadBriefly(call.Caller.Tenant, session => flows.RollbackPoints(session, call.Path("task_id"), by), call.Aborted);
        if (error is not null) return error;
        return Reply.Object(json =>
        {
            json.WriteStartArray("tasks"u8);
            foreach (var (point, label) in points)
            {
                json.WriteStartObject();
                json.WriteString("id"u8, $"{point.TaskId}");
                json.WritePropertyName("activity_label"u8);
                FlowJson.WriteLabels(json, label);
                json.WriteBoolean("is_start"u8, point.IsStart);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        });
    }
}

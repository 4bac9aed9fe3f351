using Reflow.Core;
using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control;

/// <summary>POST /reflow/v1/tenants/:tenant/items/:work_item_id/nodes/:node_id/rollback_preview: which nodes a rollback would reset, which subtasks it would open, and where the item would be. Changes nothing.</summary>
static class PreviewNodeRollback
{
    public static void Serve(Routes routes, Db db, ProjectStore projects) => routes.Serve("control.project.node.rollback_preview", call =>
    {
        var by = call.Body.RequiredId("user_key");
        return call.Read(db, session => Handle(session, projects, call.Path("work_item_id"), new(by, call.Now, call.Path("node_id"), "preview", NodePatch.Nothing)));
    });

    static async ValueTask<Reply> Handle(Session session, ProjectStore projects, string id, ProjectCommand.RollBack command)
    {
        var (item, flow, missing) = await ProjectControl.Item(session, projects, id);
        if (missing is not null) return missing;
        var (events, refused) = flow!.Decide(item, command, await ProjectStore.Users(session, [command.By]));
        if (refused is not null) return new Error(400, 400, refused.Reason ?? refused.Detail);
        var after = events.Aggregate(item!, WorkItems.Apply);
        return Reply.Object(json =>
        {
            json.WriteString("node_id"u8, command.Node);
            json.WriteObjects("reset"u8, events.OfType<ProjectEvent.NodeReset>(), reset =>
            {
                json.WriteString("node_id"u8, reset.Node);
                json.WriteString("name"u8, flow.NodeOf(reset.Node)!.Name);
                json.WriteNumber("status"u8, (int)item!.NodeOf(reset.Node)!.Status);
            });
            json.WriteStartArray("reopened_sub_tasks"u8);
            foreach (var reopened in events.OfType<ProjectEvent.SubTaskReopened>()) json.WriteStringValue($"{reopened.Task}");
            json.WriteEndArray();
            json.WriteString("work_item_status"u8, after.Status);
            json.WriteBoolean("reopens"u8, item!.FinishedAt is not null && after.FinishedAt is null);
        });
    }
}

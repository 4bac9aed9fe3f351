using System.Globalization;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control;

/// <summary>POST /reflow/v1/tenants/:tenant/tasks/:task_id/rollback_preview: which tasks a rollback would close, open, supersede and leave alone. Changes nothing.</summary>
static class PreviewRollback
{
    public static void Serve(Routes routes, Db db, FlowStore flows) => routes.Serve("control.flow.task.rollback_preview", call =>
    {
        var (by, to) = (call.Body.RequiredId("operator_user_id"), call.Body.RequiredId("to_task_id"));
        var target = long.TryParse(to, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;
        return call.Read(db, session => Handle(session, flows, call.Path("task_id"), by, target, call.Now));
    });

    static async ValueTask<Reply> Handle(Session session, FlowStore flows, string task, string by, long target, long now)
    {
        if (await FlowControl.MissingTask(session, task) is { } missing) return missing;
        // Asking needs no reason; the rollback itself does.
        var (preview, flow, error) = await flows.Preview(session, task, id => new(id, by, target, "preview"), now);
        if (error is not null) return error;
        var people = await flows.People(session);
        return Reply.Data(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("closed"u8);
            foreach (var closed in preview!.Closed) FlowShapes.Task(json, closed, flow!, people);
            json.WriteEndArray();
            json.WriteStartArray("opened"u8);
            foreach (var opened in preview.Opened) FlowShapes.Task(json, opened, flow!, people, hasId: false);
            json.WriteEndArray();
            FlowShapes.Ids(json, "superseded", preview.Superseded);
            FlowShapes.Ids(json, "kept", preview.Kept);
            json.WriteEndObject();
        });
    }
}

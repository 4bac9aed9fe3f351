using System.Globalization;
using Reflow.Core.Flows;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control;

/// <summary>POST /reflow/v1/tenants/:tenant/tasks/:task_id/rollback_preview: which tasks a rollback would close, open, supersede and leave alone, for its assignees or, <c>as_administrator</c>, for a jump back. Changes nothing.</summary>
static class PreviewRollback
{
    // Asking needs no reason; the rollback itself does.
    const string Why = "preview";

    public static void Serve(Routes routes, Db db, FlowStore flows) => routes.Serve("control.flow.task.rollback_preview", call =>
    {
        var (by, to) = (call.Body.RequiredId("operator_user_id"), call.Body.RequiredId("to_task_id"));
        var asAdministrator = call.Body.Flag("as_administrator");
        var target = long.TryParse(to, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;
        return call.Read(db, session => Handle(session, flows, call.Path("task_id"), id => new(id, by, target, Why) { AsAdministrator = asAdministrator }, call.Now));
    });

    static async ValueTask<Reply> Handle(Session session, FlowStore flows, string task, Func<long, FlowCommand.RollBack> command, long now)
    {
        if (await FlowControl.MissingTask(session, task) is { } missing) return missing;
        var (preview, flow, error) = await flows.Preview(session, task, command, now);
        if (error is not null) return error;
        var people = await flows.People(session);
        return Reply.Object(json =>
        {
            json.WriteStartArray("closed"u8);
            foreach (var closed in preview!.Closed) FlowShapes.Task(json, closed, flow!, people);
            json.WriteEndArray();
            json.WriteStartArray("opened"u8);
            foreach (var opened in preview.Opened) FlowShapes.Task(json, opened, flow!, people, hasId: false);
            json.WriteEndArray();
            FlowShapes.Ids(json, "superseded", preview.Superseded);
            FlowShapes.Ids(json, "kept", preview.Kept);
        });
    }
}

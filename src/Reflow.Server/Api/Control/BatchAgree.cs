using Reflow.Core.Flows;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control;

/// <summary>POST /reflow/v1/tenants/:tenant/tasks/batch_agree: someone agrees to several tasks. Each is a change of its own with a result of its own.</summary>
static class BatchAgree
{
    public static void Serve(Routes routes, Db db, FlowStore flows) => routes.Serve("control.flow.task.batch_agree", call =>
    {
        var (by, opinion) = (call.Body.RequiredId("operator_user_id"), call.Body.Text("opinion"));
        var tasks = call.Body.Ids("task_ids", Batch.MostItems, 1);
        return Batch.Run(call, db, flows, by, [.. tasks.Select(task => new Batch.Item(task, id => new FlowCommand.Agree(id, by, opinion)))]);
    });
}

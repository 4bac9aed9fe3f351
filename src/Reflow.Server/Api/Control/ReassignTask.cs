using Reflow.Core.Flows;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control;

/// <summary>
/// POST /reflow/v1/tenants/:tenant/tasks/:task_id/reassign: an administrator hands a task over, from the named assignees or from all who have not voted. History tells who did it and why.
/// </summary>
static class ReassignTask
{
    const int MostUsers = 20;

    public static void Serve(Routes routes, Db db, FlowStore flows) => routes.Serve("control.flow.task.reassign", call =>
    {
        var (by, opinion) = (call.Body.RequiredId("operator_user_id"), call.Body.Why());
        var (from, to) = (call.Body.Ids("from_user_ids", MostUsers), call.Body.Ids("to_user_ids", MostUsers, 1));
        return call.Intervene(db, flows, by, id => new FlowCommand.Transfer(id, by, from, to, opinion) { AsAdministrator = true });
    });
}

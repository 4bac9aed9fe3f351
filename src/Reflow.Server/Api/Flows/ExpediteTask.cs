using Reflow.Core.Flows;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Flows;

/// <summary>POST /open-apis/apaas/v1/user_tasks/:task_id/expediting (contracts: apaas §1.3): assignees are urged; it is recorded and moves nothing.</summary>
static class ExpediteTask
{
    const int MostUsers = 20;

    public static void Serve(Routes routes, Db db, FlowStore flows) => routes.Serve("apaas.v1.user_task.expediting", call =>
    {
        var (by, opinion) = (call.Body.RequiredId("operator_user_id"), call.Body.Text("opinion"));
        var users = call.Body.Ids("expediting_user_ids", MostUsers, least: 1);
        return FlowsApi.Act(call, db, flows, call.Path("task_id"), by, task => new FlowCommand.Expedite(task, by, users, opinion));
    });
}

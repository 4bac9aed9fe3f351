using Reflow.Core.Flows;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Flows;

/// <summary>POST /open-apis/apaas/v1/approval_tasks/:approval_task_id/transfer (contracts: apaas §3.12): assignees who have not voted hand the task over.</summary>
static class TransferTask
{
    const int MostUsers = 20;

    public static void Serve(Routes routes, Db db, FlowStore flows) => routes.Serve("apaas.v1.approval_task.transfer", call =>
    {
        var (by, opinion) = (call.Body.RequiredId("user_id"), call.Body.Text("opinion"));
        var (from, to) = (call.Body.Ids("from_user_ids", MostUsers), call.Body.Ids("to_user_ids", MostUsers));
        return FlowsApi.Act(call, db, flows, call.Path("approval_task_id"), by, task => new FlowCommand.Transfer(task, by, from, to, opinion));
    });
}

using Reflow.Core.Flows;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Flows;

/// <summary>POST /open-apis/apaas/v1/approval_tasks/:approval_task_id/reject (contracts: apaas §3.10): what follows is the node's reject policy.</summary>
static class RejectTask
{
    public static void Serve(Routes routes, Db db, FlowStore flows) => routes.Serve("apaas.v1.approval_task.reject", call =>
    {
        var (by, opinion) = (call.Body.RequiredId("user_id"), call.Body.Text("opinion"));
        return FlowsApi.Act(call, db, flows, call.Path("approval_task_id"), by, task => new FlowCommand.Reject(task, by, opinion));
    });
}

using Reflow.Core.Flows;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Flows;

/// <summary>POST /open-apis/apaas/v1/approval_tasks/:approval_task_id/agree (contracts: apaas §1.3); on a start task it submits again (§3.6).</summary>
static class AgreeToTask
{
    public static void Serve(Routes routes, Db db, FlowStore flows) => routes.Serve("apaas.v1.approval_task.agree", call =>
    {
        var (by, opinion) = (call.Body.RequiredId("user_id"), call.Body.Text("opinion"));
        return FlowsApi.Act(call, db, flows, call.Path("approval_task_id"), by, task => new FlowCommand.Agree(task, by, opinion));
    });
}

using Reflow.Core.Flows;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Flows;

/// <summary>POST /open-apis/apaas/v1/user_tasks/:task_id/cc (contracts: apaas §1.3): the task is copied to people; their copies survive whatever happens to it.</summary>
static class CopyTask
{
    const int MostUsers = 10;

    public static void Serve(Routes routes, Db db, FlowStore flows) => routes.Serve("apaas.v1.user_task.cc", call =>
    {
        var (by, users) = (call.Body.RequiredId("operator_user_id"), call.Body.Ids("cc_user_ids", MostUsers, least: 1));
        return FlowsApi.Act(call, db, flows, call.Path("task_id"), by, task => new FlowCommand.Cc(task, by, users));
    });
}

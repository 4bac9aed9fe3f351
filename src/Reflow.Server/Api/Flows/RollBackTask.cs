using System.Globalization;
using Reflow.Core.Flows;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Flows;

/// <summary>POST /open-apis/apaas/v1/user_tasks/:task_id/rollback (seed 001): what happened because of the target is undone, and the target is asked again.</summary>
static class RollBackTask
{
    public static void Serve(Routes routes, Db db, FlowStore flows) => routes.Serve("apaas.v1.user_task.rollback", call =>
    {
        var (by, to, opinion) = (call.Body.RequiredId("operator_user_id"), call.Body.RequiredId("to_task_id"), call.Body.RequiredText("opinion"));
        // What is no number is no task: the rules refuse it as they refuse any task that is not a rollback point.
        var target = long.TryParse(to, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;
        return FlowsApi.Act(call, db, flows, call.Path("task_id"), by, task => new FlowCommand.RollBack(task, by, target, opinion));
    });
}

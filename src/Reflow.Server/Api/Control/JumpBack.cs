using System.Globalization;
using Reflow.Core.Flows;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control;

/// <summary>
/// POST /reflow/v1/tenants/:tenant/tasks/:task_id/jump_back: an administrator rolls a task back to any finished task that led to it, whatever the flow's policy lets its assignees do.
/// History tells who did it and why.
/// </summary>
static class JumpBack
{
    public static void Serve(Routes routes, Db db, FlowStore flows) => routes.Serve("control.flow.task.jump_back", call =>
    {
        var (by, to, opinion) = (call.Body.RequiredId("operator_user_id"), call.Body.RequiredId("to_task_id"), call.Body.Why());
        var target = long.TryParse(to, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;
        return call.Intervene(db, flows, by, task => new FlowCommand.RollBack(task, by, target, opinion) { AsAdministrator = true });
    });
}

using Reflow.Core.Flows;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Flows;

/// <summary>POST /open-apis/apaas/v1/approval_tasks/:approval_task_id/add_assignee (contracts: apaas §3.11): more people are asked, beside or after the one who adds them.</summary>
static class AddAssignees
{
    const int MostUsers = 20;

    public static void Serve(Routes routes, Db db, FlowStore flows) => routes.Serve("apaas.v1.approval_task.add_assignee", call =>
    {
        var (by, opinion) = (call.Body.RequiredId("user_id"), call.Body.Text("opinion"));
        var users = call.Body.Ids("approvers", MostUsers);
        var type = Type(call.Body);
        return FlowsApi.Act(call, db, flows, call.Path("approval_task_id"), by, task => new FlowCommand.AddAssignee(task, by, users, type, opinion));
    });

    static AddAssigneeType Type(Input body)
    {
        switch (body.Text("add_assignee_type"))
        {
            case null or "" or "currentAndAddAssign": return AddAssigneeType.Beside;
            case "afterAndAddAssign": return AddAssigneeType.After;
            case var other:
                body.Violation("add_assignee_type", other, "add_assignee_type is optional, options: [currentAndAddAssign,afterAndAddAssign]");
                return default;
        }
    }
}

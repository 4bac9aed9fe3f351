using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>POST /open_api/:project_key/workflow/:work_item_type_key/:work_item_id/node/:node_id/operate (seed 002): complete or roll back a node, and change it in the same act.</summary>
static class OperateNode
{
    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.node.operate", call =>
    {
        var patch = call.Body.NodePatch();
        var (action, reason) = (call.Body.Word("action"), call.Body.Word("rollback_reason"));
        if (call.Body.Fault() is { } fault) return new(fault);
        var (command, wrong) = ProjectCommand.Operate(ProjectDoor.UserKey(call), call.Now, call.Path("node_id"), action, reason, patch);
        return ItemCall.Change(call, projects, ItemPath.Of(call), wrong, call.Path("node_id"), command);
    });
}

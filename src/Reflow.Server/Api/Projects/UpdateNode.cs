using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>PUT /open_api/:project_key/workflow/:work_item_type_key/:work_item_id/node/:node_id (contracts: project §2.2): owners, schedule, form and roles of a node in any status.</summary>
static class UpdateNode
{
    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.node.update", call =>
    {
        var command = new ProjectCommand.UpdateNode(ProjectDoor.UserKey(call), call.Now, call.Path("node_id"), call.Body.NodePatch());
        return call.Body.Fault() is { } fault ? new(fault) : ItemCall.Change(call, projects, ItemPath.Of(call), null, command.Node, command);
    });
}

using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>PUT …/work_item/:work_item_type_key/:work_item_id (contracts: project §2.3): overwrite fields of an item.</summary>
static class UpdateWorkItem
{
    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.work_item.update", call =>
    {
        var command = new ProjectCommand.UpdateFields(ProjectDoor.UserKey(call), call.Now, call.Body.Pairs("update_fields"));
        return call.Body.Fault() is { } fault ? new(fault) : ItemCall.Change(call, projects, ItemPath.Of(call), null, null, command);
    });
}

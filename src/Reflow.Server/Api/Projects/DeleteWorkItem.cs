using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>DELETE …/work_item/:work_item_type_key/:work_item_id (contracts: project §2.3): from then on the item is not found.</summary>
static class DeleteWorkItem
{
    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.work_item.delete", call =>
        ItemCall.Change(call, projects, ItemPath.Of(call), null, null, new ProjectCommand.Delete(ProjectDoor.UserKey(call), call.Now)));
}

using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>PUT /open_api/work_item/freeze (contracts: project §2.2): nobody may change a frozen item (10002).</summary>
static class FreezeWorkItem
{
    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.work_item.freeze", call =>
    {
        var path = new ItemPath(call.Body.Word("project_key") ?? "", null, call.Body.Id("work_item_id") ?? "");
        var command = new ProjectCommand.Freeze(ProjectDoor.UserKey(call), call.Now, call.Body.Flag("is_frozen"));
        return call.Body.Fault() is { } fault ? new(fault) : ItemCall.Change(call, projects, path, null, null, command);
    });
}

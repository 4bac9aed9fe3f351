using System.Globalization;
using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>DELETE …/:work_item_id/task/:task_id (contracts: project §2.5).</summary>
static class DeleteSubTask
{
    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.sub_task.delete", call =>
    {
        var id = long.TryParse(call.Path("task_id"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;
        return ItemCall.Change(call, projects, ItemPath.Of(call), null, null, new ProjectCommand.DeleteSubTask(ProjectDoor.UserKey(call), call.Now, id));
    });
}

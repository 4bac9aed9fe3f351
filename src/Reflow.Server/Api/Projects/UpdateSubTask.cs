using System.Globalization;
using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>POST …/:work_item_id/workflow/:node_id/task/:task_id (contracts: project §2.5): name, people, schedule, note and fields of a subtask.</summary>
static class UpdateSubTask
{
    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.sub_task.update", call =>
    {
        // A text that is no number is the id of no subtask.
        var id = long.TryParse(call.Path("task_id"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;
        var command = new ProjectCommand.UpdateSubTask(ProjectDoor.UserKey(call), call.Now, call.Path("node_id"), id, call.Body.Word("name"), call.Body.SubTaskPatch());
        return call.Body.Fault() is { } fault ? new(fault) : ItemCall.Change(call, projects, ItemPath.Of(call), null, command.Node, command);
    });
}

using Reflow.Core;
using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>POST …/:work_item_id/subtask/modify (contracts: project §2.5): complete a subtask or open it again, and change it in the same act.</summary>
static class ModifySubTask
{
    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.sub_task.modify", call =>
    {
        var (node, id, action) = (call.Body.Word("node_id") ?? "", call.Body.Whole("task_id"), call.Body.Word("action"));
        var (by, patch) = (ProjectDoor.UserKey(call), call.Body.SubTaskPatch());
        if (call.Body.Fault() is { } fault) return new(fault);
        (ProjectCommand?, Error?) wanted = action switch
        {
            _ when node.Length == 0 || id == 0 || action is null => (null, ProjectErrors.MissingParam.Because("node_id, task_id and action are needed.")),
            "confirm" => (new ProjectCommand.ConfirmSubTask(by, call.Now, node, id, patch), null),
            "rollback" => (new ProjectCommand.RollBackSubTask(by, call.Now, node, id, patch), null),
            _ => (null, ProjectErrors.SubTaskActionNotSupported.Because("An action is confirm or rollback.")),
        };
        return ItemCall.Change(call, projects, ItemPath.Of(call), wanted.Item2, node, wanted.Item1);
    });
}

using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>POST …/:work_item_id/workflow/task (contracts: project §2.5): adds a subtask to a node and answers its id, a number.</summary>
static class CreateSubTask
{
    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.sub_task.create", async call =>
    {
        var (node, name) = (call.Body.Word("node_id"), call.Body.Word("name"));
        var command = new ProjectCommand.CreateSubTask(ProjectDoor.UserKey(call), call.Now, node ?? "", projects.NewId(), name, call.Body.SubTaskPatch());
        if (call.Body.Fault() is { } fault) return fault;
        var wrong = node is null || name is null ? ProjectErrors.MissingParam.Because("A subtask needs a node_id and a name.") : null;
        var reply = await ItemCall.Change(call, projects, ItemPath.Of(call), wrong, node, command);
        return reply.Refusal is null ? Reply.Data(json => json.WriteNumberValue(command.Id)) : reply;
    });
}

using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>POST …/workflow/:work_item_type_key/:work_item_id/node/state_change (contracts: project §2.2): takes an item of a state flow one step on, and changes it in the same act.</summary>
static class ChangeState
{
    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.workflow.state_change", call =>
    {
        var transition = call.Body.Whole("transition_id");
        var command = new ProjectCommand.ChangeState(ProjectDoor.UserKey(call), call.Now, transition, call.Body.Pairs("fields"), call.Body.Roles("role_owners") ?? []);
        if (call.Body.Fault() is { } fault) return new(fault);
        return ItemCall.Change(call, projects, ItemPath.Of(call), transition == 0 ? ProjectErrors.MissingParam.Because("transition_id is needed.") : null, null, command);
    });
}

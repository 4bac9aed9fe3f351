using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>PUT …/:work_item_id/abort (contracts: project §2.3): terminate an item, or let it go on.</summary>
static class AbortWorkItem
{
    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.work_item.abort", call =>
    {
        var (reason, option) = (call.Body.Word("reason"), call.Body.Word("reason_option"));
        ProjectCommand command = call.Body.Flag("is_aborted")
            ? new ProjectCommand.Abort(ProjectDoor.UserKey(call), call.Now, reason, option)
            : new ProjectCommand.Restore(ProjectDoor.UserKey(call), call.Now, reason, option);
        return call.Body.Fault() is { } fault ? new(fault) : ItemCall.Change(call, projects, ItemPath.Of(call), null, null, command);
    });
}

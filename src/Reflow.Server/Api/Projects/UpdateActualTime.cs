using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>POST /open_api/work_item/actual_time/update (contracts: project §2.2): when a node really began and ended, Unix milliseconds; what is not passed is kept.</summary>
static class UpdateActualTime
{
    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.actual_time.update", call =>
    {
        var (path, node) = (ItemPath.In(call.Body), call.Body.Word("node_id"));
        var info = call.Body.Says("actual_time_info") ? call.Body.Object("actual_time_info") : null;
        var (began, finished) = (info?.Whole("actual_start_time") ?? 0, info?.Whole("actual_finish_time") ?? 0);
        if (call.Body.Fault() is { } fault) return new(fault);
        var wrong = node is null || began == 0 && finished == 0 ? ProjectErrors.MissingParam.Because("node_id and actual_time_info are needed.") : null;
        var command = new ProjectCommand.SetTimes(ProjectDoor.UserKey(call), call.Now, node ?? "", began == 0 ? null : began, finished == 0 ? null : finished);
        return ItemCall.Change(call, projects, path, wrong, command.Node, command);
    });
}

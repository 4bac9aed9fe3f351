using System.Globalization;
using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>DELETE …/:work_item_id/work_hour_record (contracts: project §2.5), the ids in the body: all of them or none.</summary>
static class DeleteWorkHours
{
    const int MostRecords = 200;

    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.work_hour.delete", call =>
    {
        var ids = call.Body.Says("working_hour_record_ids") ? call.Body.Ids("working_hour_record_ids", MostRecords) : [];
        if (call.Body.Fault() is { } fault) return new(fault);
        var wrong = ids.Count == 0 ? ProjectErrors.MissingParam.Because("working_hour_record_ids is needed.") : null;
        var command = new ProjectCommand.RemoveHours(ProjectDoor.UserKey(call), call.Now,
            [.. ids.Select(text => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : -1).Distinct()]);
        return ItemCall.Change(call, projects, ItemPath.Of(call), wrong, null, command);
    });
}

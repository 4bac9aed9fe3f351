using System.Globalization;
using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>PUT …/:work_item_id/work_hour_record (contracts: project §2.5): hours and descriptions of records, all of them or none.</summary>
static class UpdateWorkHours
{
    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.work_hour.update", call =>
    {
        var records = (call.Body.Says("working_hour_records") ? call.Body.Objects("working_hour_records") : [])
            .Select(r => (Id: r.Says("id") ? r.Id("id")! : "", Hours: r.Hours("work_time"), Description: r.Word("work_description"))).ToList();
        if (call.Body.Fault() is { } fault) return new(fault);
        var wrong = records.Count == 0 ? ProjectErrors.MissingParam.Because("working_hour_records is needed.")
            : records.Where(r => r.Hours is not (null or 0)).Select(r => WorkHourJson.WrongHours(r.Hours)).FirstOrDefault(w => w is not null);
        var command = new ProjectCommand.UpdateHours(ProjectDoor.UserKey(call), call.Now,
            [.. records.Select(r => new HoursPatch(long.TryParse(r.Id, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : -1, r.Hours is 0 ? null : r.Hours, r.Description))]);
        return ItemCall.Change(call, projects, ItemPath.Of(call), wrong, null, command);
    });
}

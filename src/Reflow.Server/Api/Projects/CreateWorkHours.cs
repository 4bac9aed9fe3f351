using System.Globalization;
using Reflow.Core;
using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>POST …/:work_item_id/work_hour_record (contracts: project §2.5): the caller's actual hours on nodes and subtasks, what operate's row 12 asks for. All of them, or none.</summary>
static class CreateWorkHours
{
    const int MostRecords = 200;

    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.work_hour.create", call => Handle(call, projects));

    static async ValueTask<Reply> Handle(Call call, ProjectStore projects)
    {
        var (begin, end) = (call.Body.Whole("work_begin_date"), call.Body.Whole("work_end_date"));
        Error? wrong = WorkHourJson.WrongDates(begin, end);
        List<NewHours> records = [];
        foreach (var record in call.Body.Says("working_hour_records") ? call.Body.Objects("working_hour_records") : [])
        {
            var (kind, resource, hours) = (record.Word("resource_type") ?? "node", record.Says("resource_id") ? record.Id("resource_id")! : "", record.Hours("work_time"));
            long? task = kind is not "sub_task" ? null : long.TryParse(resource, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : -1;
            wrong ??= kind is not ("node" or "sub_task") ? ProjectErrors.InvalidParam("Invalid Param").Because("A resource_type is node or sub_task.") : WorkHourJson.WrongHours(hours);
            records.Add(new(projects.NewId(), task is null ? resource : null, task, hours ?? 0, record.Word("work_description") ?? "", begin == 0 ? call.Now : begin));
        }
        if (call.Body.Fault() is { } fault) return fault;
        wrong ??= records.Count is 0 or > MostRecords ? ProjectErrors.MissingParam.Because($"working_hour_records has 1 to {MostRecords} entries.") : null;
        var path = ItemPath.Of(call);
        var reply = await ItemCall.Change(call, projects, path, wrong, null, new ProjectCommand.RecordHours(ProjectDoor.UserKey(call), call.Now, records));
        if (reply.Refusal is not null) return reply;
        return await ItemCall.Read(call, projects, path, null, (_, found) => new(Reply.Data(json =>
        {
            json.WriteStartArray();
            foreach (var (node, record) in WorkHourJson.Of(found.Item).Where(h => records.Exists(r => r.Id == h.Record.Id))) WorkHourJson.Write(json, found, node, record);
            json.WriteEndArray();
        })));
    }
}

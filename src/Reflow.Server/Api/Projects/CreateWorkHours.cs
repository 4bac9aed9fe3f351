using Reflow.Core;
using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>POST …/:work_item_id/work_hour_record (contracts: project §2.5): the caller's actual hours on a node, what operate's row 12 asks for.</summary>
static class CreateWorkHours
{
    static readonly Error NotFound = new(30015, 404, "Record Not Found");

    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.work_hour.create", call => Handle(call, projects));

    static async ValueTask<Reply> Handle(Call call, ProjectStore projects)
    {
        List<(string Kind, string Node, decimal? Hours, string Description)> records = call.Body.Says("working_hour_records")
            ? [.. call.Body.Objects("working_hour_records").Select(r => (r.Word("resource_type") ?? "node", r.Id("resource_id") ?? "", r.Hours("work_time"), r.Word("work_description") ?? ""))]
            : [];
        if (call.Body.Fault() is { } fault) return fault;
        // One record a call: several would be several changes, of which a later one could fail.
        var wrong = records is not [var only] ? ProjectErrors.MissingParam.Because("Reflow records one entry of working_hour_records a call.")
            : only.Kind != "node" ? NotFound.Because("Hours are recorded on nodes.")
            : only.Hours is not (> 0 and <= 10_000) ? ProjectErrors.InvalidParam("Invalid Param").Because("work_time is a number of hours above 0.")
            : null;
        var record = records.Count == 1 ? records[0] : default;
        var command = new ProjectCommand.RecordHours(ProjectDoor.UserKey(call), call.Now, record.Node ?? "", projects.NewId(), record.Hours ?? 0, record.Description ?? "");
        var reply = await ItemCall.Change(call, projects, ItemPath.Of(call), wrong, command.Node, command);
        return reply.Refusal is not null ? reply : Reply.Data(json =>
        {
            json.WriteStartArray();
            json.WriteStartObject();
            json.WriteNumber("id"u8, command.Id);
            json.WriteString("related_work_item_id"u8, call.Path("work_item_id"));
            json.WriteString("related_work_item_type_key"u8, call.Path("work_item_type_key"));
            json.WriteString("resource_type"u8, "node"u8);
            json.WriteString("resource_id"u8, command.Node);
            json.WriteString("work_description"u8, command.Description);
            json.WriteNumber("work_time"u8, command.Hours);
            json.WriteString("work_user_key"u8, command.By);
            json.WriteNumber("work_date"u8, call.Now);
            json.WriteNumber("created_at"u8, call.Now);
            json.WriteNumber("updated_at"u8, call.Now);
            json.WriteEndObject();
            json.WriteEndArray();
        });
    }
}

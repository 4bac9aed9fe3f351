using System.Globalization;
using System.Text.Json;
using Reflow.Core.Flows;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Flows;

/// <summary>POST /open-apis/apaas/v1/user_task/query (contracts: apaas §1.3, §2): someone's tasks by list and state, newest first. The path is singular here and nowhere else.</summary>
static class QueryUserTasks
{
    const int MostRows = 50, UsualRows = 10, MostFlows = 100;

    public static void Serve(Routes routes, Db db, FlowStore flows) => routes.Serve("apaas.v1.user_task.query", call => Handle(call, db, flows));

    static async ValueTask<Reply> Handle(Call call, Db db, FlowStore flows)
    {
        var filter = Read(call.Body);
        if (call.Body.Refusal is { } refusal) return refusal;
        if (filter.From > filter.To) return FlowErrors.ParamInvalid.Because("start_time is after end_time.");
        var (rows, count, people) = await db.Read(call.Caller.Tenant, async session =>
        {
            var (rows, count) = await FlowInbox.Read(session, filter);
            return (rows, count, await flows.People(session));
        }, call.Aborted);
        return Reply.Object(json =>
        {
            json.WriteString("count"u8, count.ToString(CultureInfo.InvariantCulture));
            json.WriteStartArray("tasks"u8);
            foreach (var row in rows) Write(json, row, people);
            json.WriteEndArray();
        });
    }

    static InboxFilter Read(Input body)
    {
        var (limit, offset) = (body.Integer("limit") ?? UsualRows, body.Integer("offset") ?? 0);
        if (limit is < 1 or > MostRows) body.Violation("limit", limit.ToString(CultureInfo.InvariantCulture), $"limit is from 1 to {MostRows}");
        if (offset < 0) body.Violation("offset", offset.ToString(CultureInfo.InvariantCulture), "offset is 0 or more");
        return new(
            body.RequiredId("kunlun_user_id"),
            OneOf(body, "source", "fromMe", "assignMe", "CCMe"),
            OneOf(body, "type", "pending", "archived"),
            body.Integer("start_time"), body.Integer("end_time"),
            body.Texts("api_ids", MostFlows), limit, offset);
    }

    static string? OneOf(Input body, string name, params string[] options)
    {
        if (body.Text(name) is not { Length: > 0 } value) return null;
        if (!options.Contains(value)) body.Violation(name, value, $"{name} is optional, options: [{string.Join(',', options)}]");
        return value;
    }

    static void Write(Utf8JsonWriter json, InboxRow row, People people)
    {
        json.WriteStartObject();
        json.WriteString("task_id"u8, $"{row.TaskId}");
        json.WriteString("task_start_time"u8, $"{row.OpenedAt}");
        json.WriteStartObject("workflow_instance"u8);
        json.WriteString("id"u8, $"{row.Instance}");
        json.WritePropertyName("label"u8);
        json.WriteRawValue(row.Label, skipInputValidation: true);
        json.WriteString("status"u8, Wire(row.Status));
        json.WriteEndObject();
        json.WriteStartObject("initiator"u8);
        json.WriteString("user_id"u8, row.Initiator);
        json.WriteString("name"u8, people.NameOf(row.Initiator));
        json.WriteEndObject();
        json.WritePropertyName("summarys"u8);
        json.WriteRawValue(row.Summary, skipInputValidation: true);
        json.WriteEndObject();
    }

    static string Wire(InstanceStatus status) => status switch
    {
        InstanceStatus.InProcess => "in_process",
        InstanceStatus.Agreed => "agreed",
        InstanceStatus.Rejected => "rejected",
        InstanceStatus.Canceled => "canceled",
        InstanceStatus.Failed => "failed",
    };
}

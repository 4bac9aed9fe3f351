using System.Globalization;
using System.Text.Json;
using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>A node, its schedules and its subtasks as the wire has them (contracts: project §2.1).</summary>
static class NodeJson
{
    // The wire's moments of nodes and subtasks are texts with the offset of China, all others are Unix milliseconds (§1.6 item 4).
    static readonly TimeSpan Offset = TimeSpan.FromHours(8);

    /// <summary>WorkflowNode.</summary>
    public static void Write(Utf8JsonWriter json, NodeFlow flow, WorkItem item, TemplateNode conf, FieldSelection fields)
    {
        var node = item.NodeOf(conf.Key)!;
        json.WriteStartObject();
        json.WriteString("id"u8, conf.Key);
        json.WriteString("state_key"u8, conf.Key);
        json.WriteString("name"u8, conf.Name);
        json.WriteNumber("status"u8, (int)node.Status);
        json.WriteStartArray("fields"u8);
        foreach (var line in conf.Form)
            if (line is FormItem.OfField && line.ShownFor(item) && flow.Type.FieldOf(line.Key, null) is { } field && fields.Has(field.Key, field.Alias))
                Write(json, field, item.Fields.GetValueOrDefault(field.Key));
        json.WriteEndArray();
        Write(json, "owners", node.Owners);
        json.WritePropertyName("node_schedule"u8);
        Write(json, node.Schedule, node.Owners);
        json.WriteStartArray("schedules"u8);
        foreach (var schedule in node.Schedules) Write(json, schedule, [schedule.Owner!]);
        json.WriteEndArray();
        json.WriteStartArray("sub_tasks"u8);
        foreach (var task in node.SubTasks) Write(json, flow, task, node.SubTasks);
        json.WriteEndArray();
        json.WriteString("actual_begin_time"u8, Moment(node.BeganAt));
        json.WriteString("actual_finish_time"u8, Moment(node.FinishedAt));
        json.WriteStartArray("role_assignee"u8);
        foreach (var role in conf.Roles) Write(json, flow, role, item.OwnersOf(role));
        json.WriteEndArray();
        json.WriteBoolean("different_schedule"u8, conf.DifferentSchedule);
        json.WriteObjects("sub_status"u8, node.Checkers, checker =>
        {
            json.WriteString("owner"u8, checker.Owner);
            json.WriteNumber("status"u8, checker.CheckedAt is null ? 0 : 1);
            json.WriteNumber("checked_time"u8, checker.CheckedAt ?? 0);
        });
        json.WriteBoolean("milestone"u8, conf.Milestone);
        Write(json, "participants", [.. node.Owners.Concat(node.SubTasks.SelectMany(t => t.Assignee)).Distinct()]);
        Write(json, "owner_roles", conf.OwnerRoles);
        json.WriteNumber("owner_usage_mode"u8, (int)conf.OwnerUsage);
        json.WriteStartArray("node_fields"u8);
        foreach (var (key, value) in node.Fields) Write(json, flow.Type.FieldOf(key, null) ?? new(key, key, FieldType.Date), value);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>FieldValuePair.</summary>
    public static void Write(Utf8JsonWriter json, Field field, FieldValue? value)
    {
        json.WriteStartObject();
        json.WriteString("field_key"u8, field.Key);
        json.WriteString("field_alias"u8, field.Alias ?? "");
        json.WriteString("field_type_key"u8, field.Type.Wire());
        json.WritePropertyName("field_value"u8);
        ProjectJson.Write(json, value);
        json.WriteEndObject();
    }

    /// <summary>SubTask; its id is a text here, though other calls take a number (§1.6 item 3).</summary>
    public static void Write(Utf8JsonWriter json, NodeFlow flow, SubTask task, IReadOnlyList<SubTask> among)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, task.Id.ToString(CultureInfo.InvariantCulture));
        json.WriteString("name"u8, task.Name);
        json.WriteNumber("order"u8, among.TakeWhile(t => t.Id != task.Id).Count() + 1);
        json.WriteString("details"u8, "");
        json.WriteString("note"u8, task.Note);
        json.WriteBoolean("passed"u8, task.Passed);
        Write(json, "owners", task.Assignee);
        Write(json, "assignee", task.Assignee);
        json.WriteStartArray("role_assignee"u8);
        foreach (var role in task.RoleAssignee) Write(json, flow, role.Role, role.Owners ?? []);
        json.WriteEndArray();
        json.WriteStartArray("schedules"u8);
        Write(json, task.Schedule, task.Assignee);
        json.WriteEndArray();
        json.WriteString("actual_begin_time"u8, Moment(task.CreatedAt));
        json.WriteString("actual_finish_time"u8, Moment(task.FinishedAt));
        json.WriteStartArray("deliverable"u8);
        foreach (var (key, value) in task.Fields)
            if (flow.Type.FieldOf(key, null) is { } field) Write(json, field, value);
        json.WriteEndArray();
        json.WriteStartArray("fields"u8);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>RoleOwner.</summary>
    public static void Write(Utf8JsonWriter json, NodeFlow flow, string role, IReadOnlyList<string> owners)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, role);
        json.WriteString("name"u8, flow.Type.RoleOf(role)?.Name ?? role);
        Write(json, "owners", owners);
        json.WriteEndObject();
    }

    /// <summary>A list of texts.</summary>
    public static void Write(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    static void Write(Utf8JsonWriter json, Schedule schedule, IReadOnlyList<string> owners)
    {
        json.WriteStartObject();
        json.WriteNumber("points"u8, schedule.Points);
        json.WriteNumber("estimate_start_date"u8, schedule.EstimateStart);
        json.WriteNumber("estimate_end_date"u8, schedule.EstimateEnd);
        Write(json, "owners", owners);
        json.WriteNumber("actual_work_time"u8, 0);
        json.WriteBoolean("is_auto"u8, schedule.IsAuto);
        json.WriteEndObject();
    }

    /// <summary>A moment of a node, a state or a subtask; empty while there is none.</summary>
    public static string Moment(long? ms) => ms is { } at
        ? DateTimeOffset.FromUnixTimeMilliseconds(at).ToOffset(Offset).ToString("yyyy-MM-ddTHH:mm:ss.fffzzz", CultureInfo.InvariantCulture)
        : "";
}

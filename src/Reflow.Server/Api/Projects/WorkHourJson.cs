using System.Globalization;
using System.Text.Json;
using Reflow.Core;
using Reflow.Core.Projects;

namespace Reflow.Server.Api.Projects;

/// <summary>Recorded hours as the wire has them (contracts: project §2.5 ManHourRecord), and what a request may say of them.</summary>
static class WorkHourJson
{
    /// <summary>All recorded hours of an item, oldest first.</summary>
    public static IEnumerable<(Node Node, HourRecord Record)> Of(WorkItem item) => item.Nodes.SelectMany(n => n.Hours.Select(h => (n, h))).OrderBy(h => h.h.Id);

    /// <summary>What is wrong with a number of hours that must be there.</summary>
    public static Error? WrongHours(decimal? hours) =>
        hours is > 0 and <= 10_000 ? null : ProjectErrors.InvalidParam("Invalid Param").Because("work_time is a number of hours above 0.");

    /// <summary>What is wrong with the days of work; 0 is "not passed".</summary>
    public static Error? WrongDates(long begin, long end) =>
        begin != 0 && !FieldShape.IsMilliseconds(begin) || end != 0 && !FieldShape.IsMilliseconds(end) || end != 0 && end < begin ? ProjectErrors.TimeInvalid : null;

    /// <summary>ManHourRecord.</summary>
    public static void Write(Utf8JsonWriter json, FoundItem found, Node node, HourRecord record)
    {
        var task = record.SubTask is { } id ? node.SubTasks.FirstOrDefault(t => t.Id == id) : null;
        json.WriteStartObject();
        json.WriteNumber("id"u8, record.Id);
        json.WriteNumber("related_work_item_id"u8, found.Item.Id);
        json.WriteString("related_work_item_type_key"u8, found.Item.TypeKey);
        json.WriteString("related_work_item_name"u8, found.Item.Name);
        json.WriteString("resource_type"u8, record.SubTask is null ? "node"u8 : "sub_task"u8);
        json.WriteString("resource_id"u8, record.SubTask?.ToString(CultureInfo.InvariantCulture) ?? node.Key);
        json.WriteString("resource_name"u8, record.SubTask is null ? found.Flow?.NodeOf(node.Key)?.Name ?? node.Key : task?.Name ?? "");
        json.WriteString("work_description"u8, record.Description);
        json.WriteNumber("work_time"u8, record.Hours);
        json.WriteString("work_user_key"u8, record.User);
        json.WriteNumber("work_date"u8, record.WorkDate ?? record.At);
        json.WriteNumber("created_at"u8, record.At);
        json.WriteNumber("updated_at"u8, record.UpdatedAt ?? record.At);
        json.WriteEndObject();
    }
}

using System.Globalization;
using System.Text.Json;
using Reflow.Core.Tasks;
using Reflow.Server.Gateway;

namespace Reflow.Server.Api.Tasks;

/// <summary>The task object of Task v1 (contracts: task §1): ids and moments are texts, <c>source</c> is a number.</summary>
static class TaskJson
{
    /// <summary><c>{"task":{…}}</c>.</summary>
    public static Reply Reply(TaskItem task, UserIds ids) => Gateway.Reply.Object(json =>
    {
        json.WriteStartObject("task"u8);
        Write(json, task, ids);
        json.WriteEndObject();
    });

    /// <summary>The members of the task object.</summary>
    public static void Write(Utf8JsonWriter json, TaskItem task, UserIds ids)
    {
        var content = task.Content;
        json.WriteString("id"u8, task.Id);
        json.WriteString("summary"u8, content.Summary);
        if (content.RichSummary is { } richSummary) json.WriteString("rich_summary"u8, richSummary);
        json.WriteString("description"u8, content.Description);
        if (content.RichDescription is { } richDescription) json.WriteString("rich_description"u8, richDescription);
        json.WriteString("extra"u8, content.Extra);
        json.WriteString("custom"u8, content.Custom);
        json.WriteString("complete_time"u8, Seconds(task.CompletedAt));
        json.WriteString("create_time"u8, Seconds(task.CreatedAt));
        json.WriteString("update_time"u8, Seconds(task.UpdatedAt));
        if (ids.Of(task.Creator) is { } creator) json.WriteString("creator_id"u8, creator);
        WriteDue(json, content.Due);
        WriteOrigin(json, content.Origin);
        json.WriteBoolean("can_edit"u8, content.CanEdit);
        json.WriteNumber("source"u8, task.Source);
        WriteMembers(json, "followers", task.Followers, ids);
        WriteMembers(json, "collaborators", task.Collaborators, ids);
        if (content.RepeatRule is { } rule) json.WriteString("repeat_rule"u8, rule);
    }

    /// <summary>A list of ids as far as the app may see them.</summary>
    public static void WriteIds(Utf8JsonWriter json, string name, IEnumerable<string> userIds, UserIds ids)
    {
        json.WriteStartArray(name);
        foreach (var userId in userIds)
            if (ids.Of(userId) is { } id) json.WriteStringValue(id);
        json.WriteEndArray();
    }

    static void WriteDue(Utf8JsonWriter json, Due? due)
    {
        json.WriteStartObject("due"u8);
        json.WriteString("time"u8, (due?.Time ?? 0).ToString(CultureInfo.InvariantCulture));
        json.WriteString("timezone"u8, due?.Timezone ?? "");
        json.WriteBoolean("is_all_day"u8, due?.IsAllDay ?? false);
        json.WriteEndObject();
    }

    static void WriteOrigin(Utf8JsonWriter json, Origin origin)
    {
        json.WriteStartObject("origin"u8);
        json.WriteString("platform_i18n_name"u8, origin.PlatformName);
        json.WriteStartObject("href"u8);
        if (origin.Url is { } url) json.WriteString("url"u8, url);
        if (origin.Title is { } title) json.WriteString("title"u8, title);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    static void WriteMembers(Utf8JsonWriter json, string name, IReadOnlyList<string> userIds, UserIds ids)
    {
        json.WriteStartArray(name);
        foreach (var userId in userIds)
        {
            if (ids.Of(userId) is not { } id) continue;
            json.WriteStartObject();
            json.WriteString("id"u8, id);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static string Seconds(long ms) => (ms / 1000).ToString(CultureInfo.InvariantCulture);
}

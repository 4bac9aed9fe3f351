using System.Text.Json;
using Reflow.Core.Reports;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control.Reports;

/// <summary>How the control plane shows rules, drafts and reports. Ids are texts; times are Unix ms, but for <c>commit_time</c>, which is Unix seconds as everywhere in Report v1.</summary>
static class ReportShapes
{
    /// <summary>The answer that shows a rule; what a change of it takes as its body is among the members.</summary>
    public static Reply Rule(ReportRule rule) => Reply.Data(json => Rule(json, rule));

    public static void Rule(Utf8JsonWriter json, ReportRule rule)
    {
        json.WriteStartObject();
        json.WriteString("rule_id"u8, $"{rule.Id}");
        json.WriteString("name"u8, rule.Name);
        json.WriteString("icon_name"u8, rule.IconName);
        json.WriteNumber("created_at"u8, rule.CreatedAt);
        json.WriteString("creator_user_id"u8, rule.Creator);
        json.WriteString("owner_user_id"u8, rule.Owner);
        json.WriteBoolean("is_deleted"u8, rule.IsDeleted);
        json.WriteNumber("form_version"u8, rule.FormVersion);
        Fields(json, rule.Fields);
        Audience(json, "need_report", rule.Reporters);
        Audience(json, "cc", rule.Cc);
        json.WriteStartObject("to"u8);
        json.WriteTexts("users", rule.To.Users);
        json.WriteTexts("chats", rule.To.Chats);
        Levels(json, "leaders", rule.ToLeaders);
        Levels(json, "department_owners", rule.ToDepartmentOwners);
        json.WriteEndObject();
        json.WriteTexts("managers", rule.Managers);
        if (rule.Schedule is { } schedule) Schedule(json, schedule);
        json.WriteEndObject();
    }

    public static void Fields(Utf8JsonWriter json, IReadOnlyList<ReportField> fields)
    {
        json.WriteObjects("fields"u8, fields, field =>
        {
            json.WriteString("field_id"u8, $"{field.Id}");
            json.WriteString("name"u8, field.Name);
            json.WriteString("type"u8, field.Type.Wire());
            json.WriteBoolean("required"u8, field.IsRequired);
            if (field.Options is { } options) json.WriteTexts("options", options);
        });
    }

    /// <summary>A draft, its fields named as the rule names them now.</summary>
    public static void Draft(Utf8JsonWriter json, ReportDraft draft, ReportRule? rule)
    {
        json.WriteStartObject();
        json.WriteString("draft_id"u8, $"{draft.Id}");
        json.WriteString("rule_id"u8, $"{draft.RuleId}");
        json.WriteString("cycle"u8, draft.Cycle);
        json.WriteString("user_id"u8, draft.UserId);
        json.WriteNumber("created_at"u8, draft.CreatedAt);
        json.WriteNumber("updated_at"u8, draft.UpdatedAt);
        json.WriteStartArray("contents"u8);
        foreach (var (id, values) in draft.Contents)
        {
            json.WriteStartObject();
            json.WriteString("field_id"u8, id);
            json.WriteString("field_name"u8, rule?.Fields.FirstOrDefault(field => $"{field.Id}" == id)?.Name ?? "");
            json.WriteTexts("values", values);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>A submitted report with what Feishu's API does not show of it.</summary>
    public static void Report(Utf8JsonWriter json, Report report, ReportFiling filing)
    {
        var content = report.Content;
        json.WriteStartObject();
        json.WriteString("report_id"u8, $"{report.Id}");
        json.WriteString("rule_id"u8, $"{report.RuleId}");
        json.WriteString("rule_name"u8, content.RuleName);
        json.WriteNumber("form_version"u8, filing.FormVersion);
        json.WriteString("cycle"u8, filing.Cycle);
        json.WriteBoolean("late"u8, filing.IsLate);
        json.WriteNumber("commit_time"u8, report.CommitTime);
        if (filing.EditedAt is { } edited) json.WriteNumber("edited_at"u8, edited);
        json.WriteString("from_user_id"u8, report.From);
        json.WriteString("from_user_name"u8, content.FromName);
        json.WriteString("department_name"u8, content.DepartmentName);
        json.WriteTexts("department_ids", content.DepartmentIds);
        json.WritePropertyName("form_contents"u8);
        json.WriteRawValue(report.Form.Span, skipInputValidation: true);
        json.WriteTexts("to_user_ids", content.To.Select(to => to.UserId));
        json.WriteTexts("to_user_names", content.To.Select(to => to.Name));
        json.WriteTexts("cc_user_ids", content.Cc);
        json.WriteEndObject();
    }

    /// <summary>A list of things in pages: <c>page_token</c> leads to the next and is absent on the last.</summary>
    public static Reply Page<T>(string name, IReadOnlyList<T> oneMore, int size, Action<Utf8JsonWriter, T> write, Func<T, string> token, Action<Utf8JsonWriter>? beside = null) => Reply.Object(json =>
    {
        beside?.Invoke(json);
        json.WriteStartArray(name);
        foreach (var item in oneMore.Take(size)) write(json, item);
        json.WriteEndArray();
        json.WriteBoolean("has_more"u8, oneMore.Count > size);
        if (oneMore.Count > size) json.WriteString("page_token"u8, token(oneMore[size - 1]));
    });

    /// <summary>A cycle and whether it takes reports.</summary>
    public static void Cycle(Utf8JsonWriter json, ReportCycle cycle, long now)
    {
        json.WriteString("cycle"u8, cycle.Name);
        json.WriteNumber("opens_at"u8, cycle.OpensAt);
        json.WriteNumber("closes_at"u8, cycle.ClosesAt);
        json.WriteString("state"u8, now < cycle.OpensAt ? "early"u8 : cycle.IsClosed(now) ? "closed"u8 : "open"u8);
    }

    public static string Word(CycleKind cycle) => cycle switch
    {
        CycleKind.Daily => "daily",
        CycleKind.Weekly => "weekly",
        CycleKind.Monthly => "monthly",
    };

    /// <summary>Reads what <see cref="Word"/> wrote; null when it is none.</summary>
    public static CycleKind? CycleOf(string word)
    {
        foreach (var cycle in Enum.GetValues<CycleKind>())
            if (Word(cycle) == word) return cycle;
        return null;
    }

    static void Schedule(Utf8JsonWriter json, ReportSchedule schedule)
    {
        json.WriteStartObject("schedule"u8);
        json.WriteString("cycle"u8, Word(schedule.Cycle));
        json.WriteString("timezone"u8, schedule.Timezone);
        Edge(json, "window_open", schedule.Opens);
        Edge(json, "window_close", schedule.Closes);
        json.WriteBoolean("allow_late"u8, schedule.AllowLate);
        json.WriteNumber("most_per_cycle"u8, schedule.MostPerCycle);
        json.WriteEndObject();
    }

    static void Edge(Utf8JsonWriter json, string name, WindowEdge edge)
    {
        json.WriteStartObject(name);
        json.WriteNumber("day"u8, edge.Day);
        json.WriteString("time"u8, edge.Time);
        json.WriteEndObject();
    }

    static void Audience(Utf8JsonWriter json, string name, Audience audience)
    {
        json.WriteStartObject(name);
        json.WriteTexts("users", audience.Users);
        json.WriteTexts("departments", audience.Departments);
        json.WriteTexts("chats", audience.Chats);
        json.WriteEndObject();
    }

    static void Levels(Utf8JsonWriter json, string name, IReadOnlyList<int> levels)
    {
        json.WriteStartArray(name);
        foreach (var level in levels) json.WriteNumberValue(level);
        json.WriteEndArray();
    }
}

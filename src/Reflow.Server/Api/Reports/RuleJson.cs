using System.Globalization;
using System.Text.Json;
using Reflow.Core.Reports;
using Reflow.Server.Gateway;

namespace Reflow.Server.Api.Reports;

/// <summary>The rule object of Report v1 (contracts: report §2): <c>is_deleted</c> is 0 or 1, levels are numbers; ids that the app may not see are left out, names stay.</summary>
static class RuleJson
{
    /// <summary>One rule.</summary>
    public static void Write(Utf8JsonWriter json, ReportRule rule, UserIds ids, string creatorName, string ownerName)
    {
        json.WriteStartObject();
        json.WriteString("rule_id"u8, rule.Id.ToString(CultureInfo.InvariantCulture));
        json.WriteString("name"u8, rule.Name);
        json.WriteString("icon_name"u8, rule.IconName);
        json.WriteNumber("created_at"u8, rule.CreatedAt / 1000);
        WriteUser(json, "creator_user_id", rule.Creator, ids);
        json.WriteString("creator_user_name"u8, creatorName);
        WriteUser(json, "owner_user_id", rule.Owner, ids);
        json.WriteString("owner_user_name"u8, ownerName);
        json.WriteObjects("form_schema"u8, rule.Fields, field =>
        {
            json.WriteString("name"u8, field.Name);
            json.WriteString("type"u8, field.Type.Wire());
        });
        json.WriteNumber("is_deleted"u8, rule.IsDeleted ? 1 : 0);
        WriteUsers(json, "need_report_user_ids", rule.Reporters.Users, ids);
        json.WriteTexts("need_report_department_ids", rule.Reporters.Departments);
        json.WriteTexts("need_report_chat_ids", rule.Reporters.Chats);
        WriteUsers(json, "cc_user_ids", rule.Cc.Users, ids);
        json.WriteTexts("cc_department_ids", rule.Cc.Departments);
        json.WriteTexts("cc_chat_ids", rule.Cc.Chats);
        WriteUsers(json, "to_user_ids", rule.To.Users, ids);
        json.WriteTexts("to_chat_ids", rule.To.Chats);
        WriteLevels(json, "to_leaders", rule.ToLeaders);
        WriteLevels(json, "to_department_owners", rule.ToDepartmentOwners);
        WriteUsers(json, "manager_user_ids", rule.Managers, ids);
        json.WriteEndObject();
    }

    static void WriteUser(Utf8JsonWriter json, string name, string userId, UserIds ids)
    {
        if (ids.Of(userId) is { } id) json.WriteString(name, id);
    }

    static void WriteUsers(Utf8JsonWriter json, string name, IReadOnlyList<string> userIds, UserIds ids)
    {
        if (ids.Visible) json.WriteTexts(name, userIds.Select(userId => ids.Of(userId)!));
    }

    static void WriteLevels(Utf8JsonWriter json, string name, IReadOnlyList<int> levels)
    {
        json.WriteStartArray(name);
        foreach (var level in levels) json.WriteNumberValue(level);
        json.WriteEndArray();
    }
}

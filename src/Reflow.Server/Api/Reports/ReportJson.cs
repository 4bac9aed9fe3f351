using System.Globalization;
using System.Text.Json;
using Reflow.Core.Reports;
using Reflow.Server.Gateway;

namespace Reflow.Server.Api.Reports;

/// <summary>The report object of Report v1 (seed 003; contracts: report §4.3): ids are texts, the moment is a number of seconds.</summary>
static class ReportJson
{
    /// <summary><c>{"has_more":…,"items":[…]}</c>, with <c>page_token</c> only where more follows: iterators stop at its absence.</summary>
    public static Reply Reply(ReportPage page, UserIds ids) => Gateway.Reply.Object(json =>
    {
        json.WriteBoolean("has_more"u8, page.HasMore);
        json.WriteStartArray("items"u8);
        // A page names the same few people over and over.
        var known = new Dictionary<string, string?>();
        foreach (var report in page.Items) Write(json, report, ids, userId => known.TryGetValue(userId, out var id) ? id : known[userId] = ids.Of(userId));
        json.WriteEndArray();
        if (page.NextToken is { } token) json.WriteString("page_token"u8, token);
    });

    static void Write(Utf8JsonWriter json, Report report, UserIds ids, Func<string, string?> idOf)
    {
        var content = report.Content;
        json.WriteStartObject();
        json.WriteString("task_id"u8, Id(report.Id));
        json.WriteString("rule_id"u8, Id(report.RuleId));
        json.WriteString("rule_name"u8, content.RuleName);
        if (idOf(report.From) is { } from) json.WriteString("from_user_id"u8, from);
        json.WriteString("from_user_name"u8, content.FromName);
        json.WriteString("department_name"u8, content.DepartmentName);
        WriteTexts(json, "department_ids", content.DepartmentIds);
        json.WriteNumber("commit_time"u8, report.CommitTime);
        json.WritePropertyName("form_contents"u8);
        json.WriteRawValue(report.Form, skipInputValidation: true);
        if (ids.Visible) WriteTexts(json, "to_user_ids", content.To.Select(recipient => idOf(recipient.UserId)!));
        WriteTexts(json, "to_user_names", content.To.Select(recipient => recipient.Name));
        json.WriteEndObject();
    }

    static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    static string Id(long id) => id.ToString(CultureInfo.InvariantCulture);
}

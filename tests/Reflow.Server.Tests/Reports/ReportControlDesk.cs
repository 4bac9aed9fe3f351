using System.Text.Json;
using System.Text.Json.Nodes;
using Reflow.Core.Directory;

namespace Reflow.Server.Tests.Reports;

/// <summary>The demo's people under the control plane of reports: 林一 (initiator) and 王二 (manager) sell, the director 李四 leads them.</summary>
static class ReportControlDesk
{
    public const string Admin = "the-admin-token", Root = $"/reflow/v1/tenants/{Demo.Tenant}/reports";

    public static Task<TestReflow> Start() => TestReflow.Start(settings => settings with { AdminToken = Admin });

    public static Request Ask(string method, string path, object? body = null) => new(method, Root + path, body, Admin);

    public static Task<Answer> Send(TestReflow reflow, string method, string path, object? body = null) => reflow.Send(Ask(method, path, body));

    /// <summary>A rule: a required text, a number, a dropdown and several choices; to the writer's leader; a copy for 法务.</summary>
    public static JsonObject Rule(string? schedule = null, string name = "项目日报")
    {
        var rule = JsonNode.Parse($$"""
            {
              "operator_user_id": "director", "name": "{{name}}", "icon_name": "日报",
              "fields": [
                {"name": "今日工作", "type": "text", "required": true}, {"name": "工时", "type": "number"},
                {"name": "进度", "type": "dropdown", "options": ["正常", "有风险"]}, {"name": "项目", "type": "multiSelect", "options": ["华南", "华北"]},
                {"name": "下次", "type": "datetime"}, {"name": "地点", "type": "address"}, {"name": "照片", "type": "image"}, {"name": "附件", "type": "attachement"}
              ],
              "need_report": {"departments": ["sales"]}, "cc": {"users": ["legal"]}, "to": {"leaders": [0]}, "managers": ["director"]
            }
            """)!.AsObject();
        if (schedule is not null) rule["schedule"] = JsonNode.Parse(schedule);
        return rule;
    }

    /// <summary>From 17:00 Beijing time to 10:00 on the next day, late ones too. The tests begin at 16:00 on 2026-03-02.</summary>
    public const string Evenings = """{"cycle":"daily","window_open":{"day":1,"time":"17:00"},"window_close":{"day":2,"time":"10:00"},"allow_late":true}""";

    public static async Task<string> Made(TestReflow reflow, JsonObject? rule = null) => (await Send(reflow, "POST", "/rules", rule ?? Rule())).Ok().Data.GetProperty("rule_id").GetString()!;

    public static object Written(string rule, string by = "initiator", object? contents = null, string? cycle = null) =>
        new { operator_user_id = by, rule_id = rule, cycle, contents = contents ?? new { 今日工作 = "拜访客户" } };

    public static async Task<string> Submitted(TestReflow reflow, string rule, string by = "initiator", object? contents = null, string? cycle = null) =>
        (await Send(reflow, "POST", "", Written(rule, by, contents, cycle))).Ok().Data.GetProperty("report_id").GetString()!;

    /// <summary>What Feishu's own call answers, of one rule.</summary>
    public static async Task<IReadOnlyList<JsonElement>> Official(TestReflow reflow, string rule, string? token = null) =>
        [.. (await reflow.Send(new("POST", ReportDesk.Path, ReportDesk.Everything(("rule_id", rule)), token ?? await reflow.Token()))).Ok().Data.GetProperty("items").EnumerateArray()];

    public static string OpenId(string userId) => Identities.OpenId(Demo.Tenant, Demo.App, new Actor.User(userId));

    public static IReadOnlyList<string> Faults(Answer answer) =>
        [.. answer.Json.GetProperty("error").GetProperty("field_violations").EnumerateArray().Select(fault => fault.GetProperty("field").GetString()!)];
}

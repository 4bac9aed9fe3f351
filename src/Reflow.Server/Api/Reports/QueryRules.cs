using System.Text.Json;
using Reflow.Core.Reports;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Reports;

/// <summary>GET /open-apis/report/v1/rules/query (contracts: report §2): the rules of a name.</summary>
static class QueryRules
{
    public static void Serve(Routes routes, Db db) => routes.Serve("report.v1.rule.query", async call =>
        await db.Read(call.Caller.Tenant, session => Answer(session, call), call.Aborted));

    static async ValueTask<Reply> Answer(Session session, Call call)
    {
        if (call.Query("rule_name") is not { } name)
        {
            name = "";
            call.Body.Violation("rule_name", "", "rule_name is required");
        }
        if (call.Query("include_deleted") is not (null or "0" or "1") and var other) call.Body.Violation("include_deleted", other, "include_deleted is optional, options: [0,1]");
        var (ids, _) = UserIds.Of(call);
        if (call.Body.Refusal is { } bad) return bad;
        var settings = await ReportStore.Settings(session);
        if (!settings.Enabled) return ReportErrors.TenantNotExist.Because("the tenant has reports switched off");
        var rules = ReportRule.Named(await ReportStore.Rules(session, withDeleted: call.Query("include_deleted") is "1"), name, settings.ExactRuleNames);
        var names = await Names(session, rules);
        return Reply.Data(json => Write(json, rules, ids!, names));
    }

    static async ValueTask<IReadOnlyDictionary<string, string>> Names(Session session, IReadOnlyList<ReportRule> rules)
    {
        var names = new Dictionary<string, string>();
        foreach (var userId in rules.SelectMany(rule => new[] { rule.Creator, rule.Owner }).Distinct())
            names[userId] = await session.Find("select name from member where tenant = $1 and user_id = $2", r => r.GetString(0), userId) ?? "";
        return names;
    }

    static void Write(Utf8JsonWriter json, IReadOnlyList<ReportRule> rules, UserIds ids, IReadOnlyDictionary<string, string> names)
    {
        json.WriteStartObject();
        json.WriteStartArray("rules"u8);
        foreach (var rule in rules) RuleJson.Write(json, rule, ids, names[rule.Creator], names[rule.Owner]);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}

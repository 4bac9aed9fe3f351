using System.Globalization;
using Reflow.Core.Reports;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Reports;

/// <summary>
/// POST /open-apis/report/v1/rules/:rule_id/views/remove (contracts: report §3): takes a rule's board from some members, or from all.
/// The rule and its reports stay.
/// </summary>
static class RemoveRuleViews
{
    const int MostUsers = 200;

    public static void Serve(Routes routes, Db db) => routes.Serve("report.v1.rule.view.remove", async call =>
    {
        var (wanted, (ids, _)) = (call.Body.Texts("user_ids", MostUsers), UserIds.Of(call));
        return call.Body.Refusal is { } bad ? bad : await db.Change(call.Caller.Tenant, session => Answer(session, call, ids!, wanted), call.Aborted);
    });

    static async ValueTask<Reply> Answer(Session session, Call call, UserIds ids, IReadOnlyList<string> wanted)
    {
        if (!(await ReportStore.Settings(session)).Enabled) return ReportErrors.TenantNotExist.Because("the tenant has reports switched off");
        var (userIds, unknown) = await DirectoryStore.Resolve(session, call.Caller, ids.Type, wanted, byScope: false);
        if (unknown is not null) return unknown;
        if (!long.TryParse(call.Path("rule_id"), NumberStyles.None, CultureInfo.InvariantCulture, out var ruleId) || !await ReportStore.HasRule(session, ruleId))
            return ReportErrors.RuleNotExist.Because($"no rule has the id {call.Path("rule_id")}");
        await ReportStore.RemoveViews(session, ruleId, userIds, call.Caller.Actor, call.Now);
        return Reply.Empty;
    }
}

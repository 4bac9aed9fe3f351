using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control.Reports;

/// <summary>
/// POST /reflow/v1/tenants/:tenant/reports/rules/:rule_id/views: gives members a board over the rule's reports, which Feishu's <c>views/remove</c> takes away (contracts: report §3).
/// Those who have one keep it.
/// </summary>
static class AddReportViews
{
    const int MostUsers = 200;

    public static void Serve(Routes routes, Db db) => routes.Serve("control.report.view.add", call => call.Change(db, async session =>
    {
        var (rule, missing) = await call.Rule(session);
        if (missing is not null) return missing;
        var directory = await ReportDirectory.Load(session);
        var (by, users) = (call.Operator(directory), call.Body.Users("user_ids", directory, MostUsers, 1));
        if (call.Body.Refusal is { } refusal) return refusal;
        await ReportRules.AddViews(session, rule!.Id, users, by, call.Now, call.Operation.Name);
        return Reply.Empty;
    }));
}

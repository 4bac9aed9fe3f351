using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control.Reports;

/// <summary>
/// POST /reflow/v1/tenants/:tenant/reports/rules/:rule_id/retire: the rule takes no more reports; those that it has stay readable. For good; nothing to do for a retired one.
/// </summary>
static class RetireReportRule
{
    public static void Serve(Routes routes, Db db) => routes.Serve("control.report.rule.retire", call => call.Change(db, async session =>
    {
        var (rule, missing) = await call.Rule(session);
        if (missing is not null) return missing;
        var by = call.Operator(await ReportDirectory.Load(session));
        if (call.Body.Refusal is { } refusal) return refusal;
        await ReportRules.Put(session, rule! with { IsDeleted = true }, by, call.Now, call.Operation.Name);
        return Reply.Empty;
    }));
}

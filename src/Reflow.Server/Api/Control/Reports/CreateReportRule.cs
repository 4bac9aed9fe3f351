using Reflow.Core.Reports;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control.Reports;

/// <summary>POST /reflow/v1/tenants/:tenant/reports/rules: makes a rule, which takes reports from then on.</summary>
static class CreateReportRule
{
    public static void Serve(Routes routes, Db db, Ids ids) => routes.Serve("control.report.rule.create", call => call.Change(db, async session =>
    {
        var directory = await ReportDirectory.Load(session);
        var by = call.Operator(directory);
        var none = new ReportRule(ids.Snowflake(call.Now / 1000), "", "", call.Now, by, by, [], Audience.None, Audience.None, Audience.None, [], [], [], IsDeleted: false);
        var rule = ReportRuleBody.Read(call, directory, ids, none, []);
        if (call.Body.Refusal is { } refusal) return refusal;
        return ReportShapes.Rule((await ReportRules.Put(session, rule, by, call.Now, call.Operation.Name)).Rule);
    }));
}

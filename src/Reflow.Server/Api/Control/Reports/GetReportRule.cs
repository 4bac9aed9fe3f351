using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control.Reports;

/// <summary>GET /reflow/v1/tenants/:tenant/reports/rules/:rule_id: one rule, retired or not.</summary>
static class GetReportRule
{
    public static void Serve(Routes routes, Db db) => routes.Serve("control.report.rule.get", call => call.Read(db, async session =>
    {
        var (rule, missing) = await call.Rule(session);
        return missing is null ? ReportShapes.Rule(rule!) : missing;
    }));
}

using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control.Reports;

/// <summary>GET /reflow/v1/tenants/:tenant/reports/rules: the rules, oldest first, paged by id; retired ones too with <c>include_deleted=1</c>.</summary>
static class ListReportRules
{
    const int UsualPage = 20, MostPage = 100;

    public static void Serve(Routes routes, Db db) => routes.Serve("control.report.rule.list", call =>
    {
        var (size, after) = call.Page(UsualPage, MostPage);
        var withDeleted = call.Number("include_deleted", 0, 1) is 1;
        return call.Read(db, async session => ReportShapes.Page("rules", await ReportRules.List(session, withDeleted, after, size), size, ReportShapes.Rule, rule => $"{rule.Id}"));
    });
}

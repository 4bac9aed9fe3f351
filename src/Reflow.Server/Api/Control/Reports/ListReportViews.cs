using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control.Reports;

/// <summary>GET /reflow/v1/tenants/:tenant/reports/rules/:rule_id/views: who has a board over the rule's reports, paged by user id.</summary>
static class ListReportViews
{
    const int UsualPage = 100, MostPage = 500;

    public static void Serve(Routes routes, Db db) => routes.Serve("control.report.view.list", call =>
    {
        var size = (int)(call.Number("page_size", 1, MostPage) ?? UsualPage);
        return call.Read(db, async session =>
        {
            var (rule, missing) = await call.Rule(session);
            if (missing is not null) return missing;
            var users = await ReportRules.Views(session, rule!.Id, call.Query("page_token") ?? "", size);
            return ReportShapes.Page("user_ids", users, size, (json, user) => json.WriteStringValue(user), user => user);
        });
    });
}

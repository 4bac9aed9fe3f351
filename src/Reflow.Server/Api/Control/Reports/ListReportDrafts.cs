using Reflow.Core.Reports;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control.Reports;

/// <summary>GET /reflow/v1/tenants/:tenant/reports/drafts: drafts, oldest first, of <c>user_id</c> or all, for <c>rule_id</c> or all; paged by id.</summary>
static class ListReportDrafts
{
    const int UsualPage = 20, MostPage = 100;

    public static void Serve(Routes routes, Db db) => routes.Serve("control.report.draft.list", call =>
    {
        var (size, after) = call.Page(UsualPage, MostPage);
        var rule = call.Number("rule_id");
        return call.Read(db, async session =>
        {
            var drafts = await ReportDrafts.List(session, call.Query("user_id"), rule, after, size);
            var rules = new Dictionary<long, ReportRule?>();
            foreach (var id in drafts.Select(draft => draft.RuleId).Distinct()) rules[id] = await ReportRules.Find(session, id);
            return ReportShapes.Page("drafts", drafts, size, (json, draft) => ReportShapes.Draft(json, draft, rules[draft.RuleId]), draft => $"{draft.Id}");
        });
    });
}

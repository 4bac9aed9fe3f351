using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control.Reports;

/// <summary>GET /reflow/v1/tenants/:tenant/reports/drafts/:draft_id: one draft.</summary>
static class GetReportDraft
{
    public static void Serve(Routes routes, Db db) => routes.Serve("control.report.draft.get", call => call.Read(db, async session =>
    {
        var (draft, missing) = await call.Draft(session);
        if (missing is not null) return missing;
        var rule = await ReportRules.Find(session, draft!.RuleId);
        return Reply.Data(json => ReportShapes.Draft(json, draft, rule));
    }));
}

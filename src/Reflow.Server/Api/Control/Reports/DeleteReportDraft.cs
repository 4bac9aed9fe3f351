using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control.Reports;

/// <summary>DELETE /reflow/v1/tenants/:tenant/reports/drafts/:draft_id: its writer throws a draft away.</summary>
static class DeleteReportDraft
{
    public static void Serve(Routes routes, Db db) => routes.Serve("control.report.draft.delete", call => call.Change(db, async session =>
    {
        var (draft, missing) = await call.Draft(session);
        if (missing is not null) return missing;
        call.MustBe(draft!.UserId, "draft");
        if (call.Body.Refusal is { } refusal) return refusal;
        await ReportDrafts.Delete(session, draft, call.Now, call.Operation.Name);
        return Reply.Empty;
    }));
}

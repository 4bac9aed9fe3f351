using Reflow.Core.Reports;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control.Reports;

/// <summary>PUT /reflow/v1/tenants/:tenant/reports/drafts/:draft_id: its writer replaces all that a draft says.</summary>
static class UpdateReportDraft
{
    public static void Serve(Routes routes, Db db) => routes.Serve("control.report.draft.update", call => call.Change(db, async session =>
    {
        var (draft, missing) = await call.Draft(session);
        if (missing is not null) return missing;
        call.MustBe(draft!.UserId, "draft");
        var rule = (await ReportRules.Find(session, draft.RuleId))!;
        var contents = call.Body.Contents();
        call.Body.Note(ReportForm.Fill(rule.Fields, contents, ReportRules.ZoneOf(rule), isDraft: true).Faults);
        if (call.Body.Refusal is { } refusal) return refusal;
        var changed = draft with { Contents = ReportDraft.ById(rule.Fields, contents), UpdatedAt = call.Now };
        if (!await ReportDrafts.Update(session, changed, call.Operation.Name)) changed = draft;
        return Reply.Data(json => ReportShapes.Draft(json, changed, rule));
    }));
}

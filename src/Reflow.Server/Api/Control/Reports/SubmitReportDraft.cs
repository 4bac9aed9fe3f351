using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control.Reports;

/// <summary>POST /reflow/v1/tenants/:tenant/reports/drafts/:draft_id/submit: its writer submits a draft, which is then gone. The same rules as for a report without a draft.</summary>
static class SubmitReportDraft
{
    public static void Serve(Routes routes, Db db, Ids ids) => routes.Serve("control.report.draft.submit", call => call.Change(db, async session =>
    {
        var (draft, missing) = await call.Draft(session);
        if (missing is not null) return missing;
        call.MustBe(draft!.UserId, "draft");
        var directory = await ReportDirectory.Load(session);
        if (!directory.Has(draft.UserId)) call.Body.Violation("operator_user_id", draft.UserId, $"There is no user '{draft.UserId}'.");
        var rule = (await ReportRules.Find(session, draft.RuleId))!;
        // A rule that has got cycles since, or lost them, takes the draft for the cycle that is current, or for none.
        var cycle = rule.Schedule is null || draft.Cycle is "" ? null : draft.Cycle;
        if (await ReportDesk.Take(call, session, ids, directory, new(rule, draft.UserId, cycle, draft.Contents), ReportDesk.Recipients(call, directory), null) is not { } taken) return call.Body.Refusal!;
        await ReportDrafts.Delete(session, draft, call.Now, call.Operation.Name);
        return Reply.Data(json => ReportShapes.Report(json, taken.Report, taken.Filing));
    }));
}

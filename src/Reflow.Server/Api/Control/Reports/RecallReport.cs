using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control.Reports;

/// <summary>
/// POST /reflow/v1/tenants/:tenant/reports/:report_id/recall: its writer takes a report back, while the window of its cycle is open. Nobody reads it from then on, and the cycle takes
/// another one; its id stays valid as a page token (contracts: report §4.5).
/// </summary>
static class RecallReport
{
    public static void Serve(Routes routes, Db db) => routes.Serve("control.report.recall", call => call.Change(db, async session =>
    {
        var (found, missing) = await call.Report(session);
        if (found is not var (report, filing)) return missing!;
        call.MustBe(filing.UserId, "report");
        ReportDesk.MustBeOpen(call, (await ReportRules.Find(session, report.RuleId))!, filing);
        if (call.Body.Refusal is { } refusal) return refusal;
        await ReportFilings.Recall(session, report, filing, call.Now, call.Operation.Name);
        return Reply.Empty;
    }));
}

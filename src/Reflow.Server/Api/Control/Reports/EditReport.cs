using Reflow.Core.Reports;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control.Reports;

/// <summary>
/// PUT /reflow/v1/tenants/:tenant/reports/:report_id: its writer changes what a report says, while the window of its cycle is open. Its id, its time and its recipients stay
/// (contracts: report §4.5).
/// </summary>
static class EditReport
{
    public static void Serve(Routes routes, Db db) => routes.Serve("control.report.edit", call => call.Change(db, session => Handle(call, session)));

    static async ValueTask<Reply> Handle(Call call, Session session)
    {
        var (found, missing) = await call.Report(session);
        if (found is not var (report, filing)) return missing!;
        var rule = (await ReportRules.Find(session, report.RuleId))!;
        call.MustBe(filing.UserId, "report");
        if (rule.IsDeleted) call.Body.Violation("report_id", $"{report.Id}", "Its rule is retired.");
        ReportDesk.MustBeOpen(call, rule, filing);
        var (filled, faults) = ReportForm.Fill(rule.Fields, call.Body.Contents(), ReportRules.ZoneOf(rule), isDraft: false);
        call.Body.Note(faults);
        if (call.Body.Refusal is { } refusal) return refusal;
        var changed = report with { Form = FilledField.Write(filled) };
        if (!changed.Form.Span.SequenceEqual(report.Form.Span))
        {
            await ReportFilings.Edit(session, report, changed, filing, rule.FormVersion, call.Now, call.Operation.Name);
            (report, filing) = (changed, filing with { FormVersion = rule.FormVersion, EditedAt = call.Now });
        }
        return Reply.Data(json => ReportShapes.Report(json, report, filing));
    }
}

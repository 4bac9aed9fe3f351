using Reflow.Core.Reports;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control.Reports;

/// <summary>
/// POST /reflow/v1/tenants/:tenant/reports: somebody submits a report. Feishu has no such call (contracts: report §6). With a <c>client_token</c> that came before, the answer is the
/// report that was submitted then.
/// </summary>
static class SubmitReport
{
    const int LongestToken = 100;

    public static void Serve(Routes routes, Db db, Ids ids) => routes.Serve("control.report.submit", call => call.Change(db, session => Handle(call, session, ids)));

    static async ValueTask<Reply> Handle(Call call, Session session, Ids ids)
    {
        var directory = await ReportDirectory.Load(session);
        var (by, ruleId, cycle, token) = (call.Operator(directory), call.Body.RequiredId("rule_id"), call.Body.Text("cycle"), call.Body.Text("client_token"));
        var (contents, to) = (call.Body.Contents(), ReportDesk.Recipients(call, directory));
        if (token is { Length: 0 or > LongestToken }) call.Body.Violation("client_token", token, $"has 1 to {LongestToken} characters");
        var rule = ReportControl.Number(ruleId) is { } id ? await ReportRules.Find(session, id) : null;
        if (rule is null)
        {
            if (call.Body.Has("rule_id")) call.Body.Violation("rule_id", ruleId, $"There is no rule {ruleId}.");
            return call.Body.Refusal!;
        }
        var origin = token is null ? null : $"client/{rule.Id}/{by}/{token}";
        if (origin is not null && call.Body.Refusal is null && await ReportFilings.WithOrigin(session, origin) is { } earlier && await ReportFilings.Find(session, earlier) is { } known) return Shown(known);
        return await ReportDesk.Take(call, session, ids, directory, new(rule, by, cycle, contents), to, origin) is { } taken ? Shown(taken) : call.Body.Refusal!;
    }

    static Reply Shown((Report Report, ReportFiling Filing) taken) => Reply.Data(json => ReportShapes.Report(json, taken.Report, taken.Filing));
}

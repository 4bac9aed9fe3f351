using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control.Reports;

/// <summary>
/// PUT /reflow/v1/tenants/:tenant/reports/rules/:rule_id: makes a rule what the body says, all of it; a form that differs is its next version.
/// Reports that were submitted stay as they are. The body that <c>get</c> answers changes nothing.
/// </summary>
static class UpdateReportRule
{
    public static void Serve(Routes routes, Db db, Ids ids) => routes.Serve("control.report.rule.update", call => call.Change(db, async session =>
    {
        var (known, missing) = await call.Rule(session);
        if (missing is not null) return missing;
        var directory = await ReportDirectory.Load(session);
        var by = call.Operator(directory);
        var rule = ReportRuleBody.Read(call, directory, ids, known!, await ReportRules.EveryField(session, known!.Id));
        if (known.IsDeleted) call.Body.Violation("rule_id", $"{known.Id}", "The rule is retired.");
        if (call.Body.Refusal is { } refusal) return refusal;
        return ReportShapes.Rule((await ReportRules.Put(session, rule, by, call.Now, call.Operation.Name)).Rule);
    }));
}

using System.Text.Json;
using Reflow.Core.Reports;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control.Reports;

/// <summary>
/// POST /reflow/v1/tenants/:tenant/reports/drafts: somebody begins a report, for a cycle of its rule; there can be one for each. <c>from_last</c> fills in what the writer's last report
/// of the rule says, as far as the form still has its fields (contracts: report §5).
/// </summary>
static class CreateReportDraft
{
    public static void Serve(Routes routes, Db db, Ids ids) => routes.Serve("control.report.draft.create", call => call.Change(db, session => Handle(call, session, ids)));

    static async ValueTask<Reply> Handle(Call call, Session session, Ids ids)
    {
        var directory = await ReportDirectory.Load(session);
        var (by, ruleId, asked, fromLast) = (call.Operator(directory), call.Body.RequiredId("rule_id"), call.Body.Text("cycle"), call.Body.Flag("from_last"));
        var contents = call.Body.Contents();
        var rule = ReportControl.Number(ruleId) is { } id ? await ReportRules.Find(session, id) : null;
        if (rule is null)
        {
            if (call.Body.Has("rule_id")) call.Body.Violation("rule_id", ruleId, $"There is no rule {ruleId}.");
            return call.Body.Refusal!;
        }
        if (rule.IsDeleted) call.Body.Violation("rule_id", ruleId, "The rule is retired.");
        var cycle = ReportDesk.Place(call, rule, asked);
        call.Body.Note(ReportForm.Fill(rule.Fields, contents, ReportRules.ZoneOf(rule), isDraft: true).Faults);
        if (await ReportDrafts.Of(session, by, rule.Id, cycle?.Name ?? "") is { } other) call.Body.Violation("cycle", other.Cycle, $"There is a draft for it already: {other.Id}.");
        if (call.Body.Refusal is { } refusal) return refusal;
        var written = ReportDraft.ById(rule.Fields, contents);
        if (fromLast && await ReportFilings.LastForm(session, rule.Id, by) is { } last) written = Over(Said(rule, last), written);
        var draft = new ReportDraft(ids.Snowflake(call.Now / 1000), rule.Id, cycle?.Name ?? "", by, written, call.Now, call.Now);
        await ReportDrafts.Insert(session, draft, call.Operation.Name);
        return Reply.Data(json => ReportShapes.Draft(json, draft, rule));
    }

    static Dictionary<string, IReadOnlyList<string>> Said(ReportRule rule, string form)
    {
        using var filled = JsonDocument.Parse(form);
        var texts = filled.RootElement.EnumerateArray().ToDictionary(field => field.GetProperty("field_id").GetString()!, field => field.GetProperty("field_value").GetString()!);
        return rule.Fields.Where(field => texts.GetValueOrDefault($"{field.Id}") is { Length: > 0 })
            .ToDictionary(field => $"{field.Id}", field => (IReadOnlyList<string>)(field.Type is FieldType.MultiSelect ? texts[$"{field.Id}"].Split(',') : [texts[$"{field.Id}"]]));
    }

    static Dictionary<string, IReadOnlyList<string>> Over(Dictionary<string, IReadOnlyList<string>> below, IReadOnlyDictionary<string, IReadOnlyList<string>> above)
    {
        foreach (var (id, entries) in above) below[id] = entries;
        return below;
    }
}

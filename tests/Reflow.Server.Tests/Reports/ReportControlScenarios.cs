using System.Text.Json.Nodes;
using Xunit;
using static Reflow.Server.Tests.Reports.ReportControlDesk;

namespace Reflow.Server.Tests.Reports;

/// <summary>Every refusal of the control plane of reports, with nothing changed.</summary>
public class ReportControlScenarios
{
    const string NoRule = "There is no rule {rule_id}.", NoCycles = "The rule {rule_id} has no cycles.", NoCycle = "There is no cycle {cycle}: {why}";

    const string WrongType = "Invalid parameter type in json: {path}. Invalid parameter value: {value}. Please check and modify accordingly.";

    public static TheoryData<Refused> All => [
        Wrong("a rule without a form", "rule.create", async _ => Ask("POST", "/rules", new { operator_user_id = "director", name = "x" })),
        Wrong("a rule that nobody makes", "rule.create", async _ => Ask("POST", "/rules", Without(Rule(), "operator_user_id"))),
        Wrong("a rule whose name is a number", "rule.create", async _ => Ask("POST", "/rules", new { operator_user_id = "director", name = 7, fields = new[] { new { name = "a", type = "text" } } })) with { Message = WrongType },
        Wrong("a rule of 101 fields", "rule.create", async _ => Ask("POST", "/rules", new { operator_user_id = "director", name = "x", fields = Enumerable.Range(0, 101).Select(i => new { name = $"{i}", type = "text" }) })),
        Wrong("a field that becomes another type", "rule.update", async reflow =>
        {
            var id = await Made(reflow);
            var rule = Rule();
            rule["fields"]![1]!["field_id"] = (await Send(reflow, "GET", $"/rules/{id}")).Ok().Data.GetProperty("fields")[0].GetProperty("field_id").GetString();
            return Ask("PUT", $"/rules/{id}", rule);
        }),
        Missing("a change of no rule", "rule.update", NoRule, async _ => Ask("PUT", "/rules/7", Rule())),
        Wrong("a rule that a stranger retires", "rule.retire", async reflow => Ask("POST", $"/rules/{await Made(reflow)}/retire", new { operator_user_id = "nobody" })),
        Missing("retiring no rule", "rule.retire", NoRule, async _ => Ask("POST", "/rules/x/retire", new { operator_user_id = "director" })),
        Wrong("a page of no rules", "rule.list", async _ => Ask("GET", "/rules?page_size=0")),
        Missing("no rule", "rule.get", NoRule, async _ => Ask("GET", "/rules/18446744073709551616")),
        Wrong("a page of forms after a word", "form.list", async reflow => Ask("GET", $"/rules/{await Made(reflow)}/forms?page_token=x")),
        Missing("forms of no rule", "form.list", NoRule, async _ => Ask("GET", "/rules/7/forms")),
        Wrong("cycles before no day", "cycle.list", async reflow => Ask("GET", $"/rules/{await Made(reflow)}/cycles?page_token=7")),
        Missing("cycles of no rule", "cycle.list", NoRule, async _ => Ask("GET", "/rules/7/cycles")),
        Wrong("people of no state", "cycle.get", async reflow => Ask("GET", $"/rules/{await Made(reflow, Rule(Evenings))}/cycles/current?state=late%20ones")),
        Missing("a cycle of no rule", "cycle.get", NoRule, async _ => Ask("GET", "/rules/7/cycles/current")),
        Missing("a cycle of a rule without", "cycle.get", NoCycles, async reflow => Ask("GET", $"/rules/{await Made(reflow)}/cycles/current")),
        Missing("a cycle that begins on a Tuesday", "cycle.get", NoCycle, async reflow => Ask("GET", $"/rules/{await Made(reflow, Rule("""{"cycle":"weekly"}"""))}/cycles/2026-03-03")),
        Wrong("a board for nobody", "view.add", async reflow => Ask("POST", $"/rules/{await Made(reflow)}/views", new { operator_user_id = "director", user_ids = Array.Empty<string>() })),
        Missing("a board over no rule", "view.add", NoRule, async _ => Ask("POST", "/rules/7/views", new { operator_user_id = "director", user_ids = new[] { "legal" } })),
        Wrong("a page of 501 boards", "view.list", async reflow => Ask("GET", $"/rules/{await Made(reflow)}/views?page_size=501")),
        Missing("boards over no rule", "view.list", NoRule, async _ => Ask("GET", "/rules/7/views")),
        Wrong("an export as a spreadsheet", "export", async reflow => Ask("GET", $"/rules/{await Made(reflow)}/export?format=xlsx")),
        Wrong("an export of milliseconds", "export", async reflow => Ask("GET", $"/rules/{await Made(reflow)}/export?commit_start_time=1772438400000")),
        Missing("an export of no rule", "export", NoRule, async _ => Ask("GET", "/rules/7/export")),
        Wrong("a second draft for a cycle", "draft.create", async reflow =>
        {
            var rule = await Made(reflow, Rule(Evenings));
            (await Send(reflow, "POST", "/drafts", Written(rule))).Ok();
            return Ask("POST", "/drafts", Written(rule));
        }),
        Wrong("a draft of no rule", "draft.create", async _ => Ask("POST", "/drafts", Written("7"))),
        Wrong("a draft for a cycle of a rule without", "draft.create", async reflow => Ask("POST", "/drafts", Written(await Made(reflow), cycle: "2026-03-02"))),
        Wrong("drafts of a rule that is no number", "draft.list", async _ => Ask("GET", "/drafts?rule_id=x")),
        Missing("no draft", "draft.get", "There is no draft {draft_id}.", async _ => Ask("GET", "/drafts/7")),
        Wrong("a draft that somebody else changes", "draft.update", async reflow => Ask("PUT", $"/drafts/{await Draft(reflow)}", new { operator_user_id = "manager" })),
        Missing("a change of no draft", "draft.update", "There is no draft {draft_id}.", async _ => Ask("PUT", "/drafts/7", new { operator_user_id = "manager" })),
        Wrong("a draft that somebody else throws away", "draft.delete", async reflow => Ask("DELETE", $"/drafts/{await Draft(reflow)}", new { operator_user_id = "manager" })),
        Missing("no draft to throw away", "draft.delete", "There is no draft {draft_id}.", async _ => Ask("DELETE", "/drafts/7", new { operator_user_id = "manager" })),
        Wrong("a draft without what must be filled in", "draft.submit", async reflow => Ask("POST", $"/drafts/{await Draft(reflow)}/submit", new { operator_user_id = "initiator" })),
        Missing("no draft to submit", "draft.submit", "There is no draft {draft_id}.", async _ => Ask("POST", "/drafts/7/submit", new { operator_user_id = "initiator" })),
        Wrong("a report without what must be filled in", "submit", async reflow => Ask("POST", "", Written(await Made(reflow), contents: new { }))),
        Wrong("a report for a cycle that has not opened", "submit", async reflow => Ask("POST", "", Written(await Made(reflow, Rule(Evenings)), cycle: "2026-03-02"))),
        Wrong("contents that are a list", "submit", async reflow => Ask("POST", "", Written(await Made(reflow), contents: new[] { "x" }))) with { Message = WrongType },
        Missing("no report", "get", "There is no report {report_id}.", async _ => Ask("GET", "/7")),
        Wrong("a report that somebody else changes", "edit", async reflow => Ask("PUT", $"/{await Submitted(reflow, await Made(reflow))}", new { operator_user_id = "manager", contents = new { 今日工作 = "x" } })),
        Missing("a change of no report", "edit", "There is no report {report_id}.", async _ => Ask("PUT", "/7", new { operator_user_id = "initiator" })),
        Wrong("a report that is recalled when its window has closed", "recall", async reflow =>
        {
            var report = await Submitted(reflow, await Made(reflow, Rule("""{"cycle":"daily"}""")));
            reflow.Clock.Advance(TimeSpan.FromHours(9));
            return Ask("POST", $"/{report}/recall", new { operator_user_id = "initiator" });
        }),
        Missing("a report that was recalled already", "recall", "There is no report {report_id}.", async reflow =>
        {
            var report = await Submitted(reflow, await Made(reflow));
            (await Send(reflow, "POST", $"/{report}/recall", new { operator_user_id = "initiator" })).Ok();
            return Ask("POST", $"/{report}/recall", new { operator_user_id = "initiator" });
        }),
    ];

    [Theory, MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public async Task Is_refused(Refused scenario)
    {
        await using var reflow = await Start();
        await scenario.Check(reflow);
    }

    static Refused Wrong(string name, string operation, Func<TestReflow, Task<Request>> when) => new(name, $"control.report.{operation}", 400, when);

    static Refused Missing(string name, string operation, string message, Func<TestReflow, Task<Request>> when) => new(name, $"control.report.{operation}", 404, when) { Message = message };

    static JsonObject Without(JsonObject rule, string member)
    {
        rule.Remove(member);
        return rule;
    }

    static async Task<string> Draft(TestReflow reflow) =>
        (await Send(reflow, "POST", "/drafts", Written(await Made(reflow), contents: new { 工时 = 1 }))).Ok().Data.GetProperty("draft_id").GetString()!;
}

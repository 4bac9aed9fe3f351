using System.Text.Json;
using Reflow.Core.Reports;
using Reflow.Server.Control;
using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests.Control;

public sealed class ReportWorkspaceTests : StoreTest
{
    const long Now = 1_777_599_000_000;
    const string Tenant = "736588c9260f175d", Rule = "7591675959233997056";

    [Fact]
    public async Task The_demo_has_forty_daily_reports_that_their_leader_received()
    {
        var changes = (await Workspace.Demo().Apply(Db, new(TimeProvider.System), Now, Ct)).Changes!;
        Assert.Contains(new("report rules", 3, 0, 0), changes.Counts);
        Assert.Contains(new("reports", 40, 0, 0), changes.Counts);
        var reports = (await Page(new(new(0, int.MaxValue), 0), 100)).Items;
        Assert.Equal(("日报", "林一", "销售部", 1770026700), (reports[1].Content.RuleName, reports[1].Content.FromName, reports[1].Content.DepartmentName, reports[1].CommitTime));
        Assert.Equal(40, reports.Count);
        Assert.All(reports, report => Assert.Equal(report.From == "initiator" ? "manager" : "director", report.Content.To[0].UserId));
        Assert.All(reports, report => Assert.Equal(9, JsonDocument.Parse(report.Form).RootElement.GetArrayLength()));
        Assert.Equal(new ReportSettings(), await Db.Read(Tenant, ReportStore.Settings, Ct));
    }

    [Fact]
    public async Task A_report_is_submitted_once_also_when_its_time_counts_from_now()
    {
        var text = File("{rule: \"" + Rule + "\", user: amy, commit_time: -1d, contents: {工时: 8}}");
        Assert.Equal(new("reports", 1, 0, 0), (await Apply(text)).Counts[^1]);
        Assert.Equal(new("reports", 0, 0, 1), (await Apply(text, Now + 86_400_000)).Counts[^1]);
        Assert.Equal(Now / 1000 - 86_400, Assert.Single((await Page(new(new(0, int.MaxValue), 0), 9)).Items).CommitTime);
    }

    [Fact]
    public async Task The_rule_says_who_receives_unless_the_report_does()
    {
        await Apply(File("{rule: \"" + Rule + "\", user: amy, commit_time: 2026-02-01}", "{rule: \"" + Rule + "\", user: amy, commit_time: 2026-02-02, to: [cleo]}"));
        var reports = (await Page(new(new(0, int.MaxValue), 0), 9)).Items;
        Assert.Equal([new("bob", "Bob")], reports[0].Content.To);
        Assert.Equal([new("cleo", "Cleo")], reports[1].Content.To);
        Assert.Equal(["cleo"], reports[0].Content.Cc);
        Assert.Equal((await Page(new(new(0, int.MaxValue), 0) { Reader = "cleo" }, 9)).Items.Select(r => r.Id), reports.Select(r => r.Id));
    }

    [Fact]
    public async Task Departments_of_a_rule_are_shown_as_the_wire_names_them()
    {
        await Apply(File());
        var rule = Assert.Single(await Db.Read(Tenant, s => ReportStore.Rules(s, withDeleted: false), Ct));
        Assert.Matches("^od-[0-9a-f]{32}$", Assert.Single(rule.Cc.Departments));
        Assert.Equal((long.Parse(Rule) >> 32) * 1000, rule.CreatedAt);
        Assert.Equal([long.Parse(Rule) + 1, 77, long.Parse(Rule) + 3], rule.Fields.Select(field => field.Id));
    }

    [Fact]
    public async Task A_changed_rule_is_changed_and_reports_keep_their_labels()
    {
        await Apply(File("{rule: \"" + Rule + "\", user: amy, commit_time: 2026-02-01, contents: {工时: 8}}"));
        var changes = await Apply(File("{rule: \"" + Rule + "\", user: amy, commit_time: 2026-02-01}").Replace("日报", "工作日志", StringComparison.Ordinal));
        Assert.Contains(new("report rules", 0, 1, 0), changes.Counts);
        var report = Assert.Single((await Page(new(new(0, int.MaxValue), 0), 9)).Items);
        Assert.Equal("日报", report.Content.RuleName);
        Assert.Contains("\"field_name\":\"工时\",\"field_value\":\"8\"", report.FormText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_take_effect()
    {
        await Apply(File().Replace("reports:\n", "reports:\n    settings: {enabled: false, user_max_items: 5}\n", StringComparison.Ordinal));
        Assert.Equal(new(Enabled: false, UserMaxItems: 5), await Db.Read(Tenant, ReportStore.Settings, Ct));
    }

    [Theory]
    [InlineData("{rule: \"5\", user: amy, commit_time: -1d}", "There is no report_rule 5 in this file")]
    [InlineData("{rule: \"7591675959233997056\", user: nobody, commit_time: -1d}", "There is no user nobody in this file")]
    [InlineData("{rule: \"7591675959233997056\", user: amy}", "commit_time: is missing.")]
    [InlineData("{rule: \"7591675959233997056\", user: amy, commit_time: -1d, contents: {心情: 好}}", "contents: 心情: The form has no such field.")]
    [InlineData("{rule: \"7591675959233997056\", user: amy, commit_time: -1d, contents: {工时: many}}", "contents: 工时: must be a number.")]
    [InlineData("{rule: \"7591675959233997056\", user: amy, commit_time: -1d, contents: {截止: soon}}", "contents: 截止: must be a time such as 2026-05-01 09:00.")]
    [InlineData("{rule: \"7591675959233997056\", user: amy, commit_time: -1d}, {rule: \"7591675959233997056\", user: amy, commit_time: -24h}", "commit_time:")]
    public void What_is_wrong_is_said(string submitted, string fault)
    {
        var reading = Workspace.Parse("f", File(submitted));
        Assert.Null(reading.Workspace);
        Assert.Contains(fault, Assert.Single(reading.Faults).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rule_with_a_schedule_says_for_which_cycle_a_report_is_and_whether_it_is_late()
    {
        var text = File("{rule: \"" + Rule + "\", user: amy, commit_time: \"2026-02-03T09:59:00+08:00\"}", "{rule: \"" + Rule + "\", user: amy, commit_time: \"2026-02-03T10:01:00+08:00\"}")
            .Replace("name: 日报", "name: 日报\n      schedule: {cycle: daily, window_open: {time: \"17:00\"}, window_close: {day: 2, time: \"10:00\"}, allow_late: true}", StringComparison.Ordinal);
        await Apply(text);
        var filings = await Db.Read(Tenant, s => ReportFilings.OfCycle(s, long.Parse(Rule), "2026-02-02"), Ct);
        Assert.Equal([false, true], filings.Select(filing => filing.IsLate));
        var rule = await Db.Read(Tenant, s => ReportRules.Find(s, long.Parse(Rule)), Ct);
        Assert.Equal(new(CycleKind.Daily, "Asia/Shanghai", new(1, 1020), new(2, 600), true, 1), rule!.Schedule);
        Assert.DoesNotContain((await Apply(text)).Counts, count => count.Created + count.Changed > 0);
    }

    [Fact]
    public async Task A_form_that_differs_is_the_rules_next_version()
    {
        await Apply(File());
        await Apply(File().Replace("name: 日报", "name: 日志", StringComparison.Ordinal));
        await Apply(File().Replace("{name: 今日工作, type: text}", "{name: 今日工作, type: text, required: true}", StringComparison.Ordinal));
        var forms = await Db.Read(Tenant, s => ReportRules.Forms(s, long.Parse(Rule)), Ct);
        Assert.Equal([(1, false), (2, true)], forms.Select(form => (form.Version, form.Fields[0].IsRequired)));
        Assert.Equal(2, (await Db.Read(Tenant, s => ReportRules.Find(s, long.Parse(Rule)), Ct))!.FormVersion);
    }

    [Fact]
    public async Task A_draft_is_begun_once_and_does_not_come_back()
    {
        var text = File().Replace("submitted:", "drafts: [{rule: \"" + Rule + "\", user: amy, contents: {工时: 3}}]\n    submitted:", StringComparison.Ordinal);
        Assert.Contains(new("report drafts", 1, 0, 0), (await Apply(text)).Counts);
        Assert.Contains(new("report drafts", 0, 0, 1), (await Apply(text)).Counts);
        var draft = Assert.Single(await Db.Read(Tenant, s => ReportDrafts.List(s, "amy", null, 0, 9), Ct));
        Assert.Equal(("77", "3"), (draft.Contents.Single().Key, draft.Contents.Single().Value.Single()));
        await Db.Change(Tenant, async s =>
        {
            await ReportDrafts.Delete(s, draft, Now, "test");
            return 0;
        }, Ct);
        Assert.Contains(new("report drafts", 0, 0, 1), (await Apply(text)).Counts);
        Assert.Empty(await Db.Read(Tenant, s => ReportDrafts.List(s, null, null, 0, 9), Ct));
    }

    [Theory]
    [InlineData("name: 日报", "name: 日报\n      schedule: {cycle: weekly, window_open: {day: 8}}", "schedule: window_open.day: must be between 1 and 7")]
    [InlineData("name: 日报", "name: 日报\n      schedule: {cycle: daily, timezone: Mars}", "There is no time zone Mars")]
    [InlineData("type: datetime}", "type: datetime, options: [a]}", "Only dropdown and multiSelect have options")]
    [InlineData("{name: 截止", "{name: 工时", "Another field is named 工时 too")]
    public void What_is_wrong_with_a_rule_is_said(string part, string wrong, string fault)
    {
        var reading = Workspace.Parse("f", File().Replace(part, wrong, StringComparison.Ordinal));
        Assert.Null(reading.Workspace);
        Assert.Contains(reading.Faults, told => told.ToString().Contains(fault, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{cycle: daily, timezone: Mars}")]
    [InlineData("{cycle: weekly, window_open: {day: 8}, window_close: {day: 1}}")]
    public void What_is_wrong_with_a_schedule_is_said_although_reports_and_drafts_go_by_it(string schedule)
    {
        var file = File("{rule: \"" + Rule + "\", user: amy, commit_time: 2026-02-01, contents: {截止: 2026-02-03}}")
            .Replace("submitted:", "drafts: [{rule: \"" + Rule + "\", user: amy, cycle: 2026-02-02, contents: {截止: 2026-02-03}}]\n    submitted:", StringComparison.Ordinal)
            .Replace("name: 日报", $"name: 日报\n      schedule: {schedule}", StringComparison.Ordinal);
        var reading = Workspace.Parse("f", file);
        Assert.NotEmpty(reading.Faults);
        Assert.All(reading.Faults, told => Assert.Contains("reports.rules[0].schedule", told.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_time_that_no_report_can_have_is_a_fault_when_it_is_applied()
    {
        var faults = (await Parse(File("{rule: \"" + Rule + "\", user: amy, commit_time: +90000d}")).Apply(Db, new(TimeProvider.System), Now, Ct)).Faults;
        Assert.Contains("must be between 1970 and 2038.", Assert.Single(faults).ToString(), StringComparison.Ordinal);
        Assert.Empty((await Page(new(new(0, int.MaxValue), 0), 9)).Items);
    }

    static string File(params string[] submitted) => $$"""
        tenants:
        - tenant_key: {{Tenant}}
          name: T
          departments:
          - {department_id: sales, name: S}
          users:
          - {user_id: amy, name: Amy, leader: bob, department_ids: [sales]}
          - {user_id: bob, name: Bob}
          - {user_id: cleo, name: Cleo, department_ids: [sales]}
          reports:
            rules:
            - rule_id: "{{Rule}}"
              name: 日报
              creator: bob
              fields: [{name: 今日工作, type: text}, {field_id: "77", name: 工时, type: number}, {name: 截止, type: datetime}]
              cc: {departments: [sales]}
              to: {leaders: [0]}
            submitted: [{{string.Join(", ", submitted)}}]

        """;

    static Workspace Parse(string text)
    {
        var reading = Workspace.Parse("f", text);
        Assert.Equal("", reading.ToString());
        return reading.Workspace!;
    }

    async Task<WorkspaceChanges> Apply(string text, long now = Now) => (await Parse(text).Apply(Db, new(TimeProvider.System), now, Ct)).Changes!;

    Task<ReportPage> Page(ReportFilter filter, int size) => Db.Read(Tenant, s => ReportStore.Page(s, filter, size), Ct);
}

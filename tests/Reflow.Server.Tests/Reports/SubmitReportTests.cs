using System.Text.Json;
using Xunit;
using static Reflow.Server.Tests.Reports.ReportControlDesk;

namespace Reflow.Server.Tests.Reports;

/// <summary>Submitting, changing and recalling reports, from drafts and without. The clock stands at 16:00 on Monday 2026-03-02 in Beijing.</summary>
public sealed class SubmitReportTests : IAsyncLifetime
{
    TestReflow reflow = null!;

    public async ValueTask InitializeAsync() => reflow = await Start();

    public ValueTask DisposeAsync() => reflow.DisposeAsync();

    [Fact]
    public async Task A_submitted_report_is_at_once_what_the_official_call_answers()
    {
        var rule = await Made(reflow);
        var id = await Submitted(reflow, rule, contents: new
        {
            今日工作 = "拜访客户",
            工时 = 7.50m,
            进度 = "正常",
            项目 = new[] { "华北", "华南" },
            下次 = "2026-03-09 10:00",
            地点 = "北京\n海淀",
            照片 = new[] { "a.png" },
            附件 = new[] { "b.pdf" },
        });
        var item = Assert.Single(await Official(reflow, rule));
        Assert.Equal(id, item.GetProperty("task_id").GetString());
        Assert.Equal(1772438400, item.GetProperty("commit_time").GetInt64());
        Assert.Equal(
            ["今日工作=拜访客户", "工时=7.50", "进度=正常", "项目=华北,华南", "下次=2026-03-09 10:00", "地点=北京 海淀", "照片=", "附件="],
            item.GetProperty("form_contents").EnumerateArray().Select(field => $"{field.GetProperty("field_name").GetString()}={field.GetProperty("field_value").GetString()}"));
        Assert.Equal([OpenId("manager")], item.GetProperty("to_user_ids").EnumerateArray().Select(to => to.GetString()));
        // The leader received it, legal got a copy, and the director has nothing to do with it.
        foreach (var (user, sees) in new[] { ("1001", 1), ("1002", 1), ("1005", 1), ("1004", 0) }) Assert.Equal(sees, (await Official(reflow, rule, await reflow.UserToken(user))).Count);
    }

    [Fact]
    public async Task Recipients_can_be_named_with_the_report_and_the_writer_is_none_of_them()
    {
        var rule = await Made(reflow);
        var report = (await Send(reflow, "POST", "", new { operator_user_id = "initiator", rule_id = rule, to_user_ids = new[] { "director", "initiator" }, contents = new { 今日工作 = "x" } })).Ok().Data;
        Assert.Equal("""["director"]""", report.GetProperty("to_user_ids").GetRawText());
        Assert.Equal(["to_user_ids[0]"], Faults(await Send(reflow, "POST", "", new { operator_user_id = "initiator", rule_id = rule, to_user_ids = new[] { "nobody" }, contents = new { 今日工作 = "x" } })));
    }

    [Fact]
    public async Task A_submission_that_is_repeated_with_its_token_answers_the_first_report()
    {
        var rule = await Made(reflow);
        var body = new { operator_user_id = "initiator", rule_id = rule, client_token = "2026-03-02", contents = new { 今日工作 = "x" } };
        var first = (await Send(reflow, "POST", "", body)).Ok().Data.GetRawText();
        reflow.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(first, (await Send(reflow, "POST", "", body)).Ok().Data.GetRawText());
        Assert.Single(await Official(reflow, rule));
        Assert.Equal(400, (await Send(reflow, "POST", "", new { operator_user_id = "initiator", rule_id = rule, client_token = "", contents = new { 今日工作 = "x" } })).Status);
    }

    [Fact]
    public async Task A_cycle_takes_reports_in_its_window_late_ones_when_the_rule_says_so_and_only_as_many_as_it_says()
    {
        var rule = await Made(reflow, Rule(Evenings));
        // Yesterday's window has closed at 10:00; today's opens at 17:00.
        Assert.Equal(("2026-03-01", true), await Cycle(rule, "manager"));
        Assert.Contains("does not take reports before 2026-03-02T09:00Z", (await Send(reflow, "POST", "", Written(rule, cycle: "2026-03-02"))).Message, StringComparison.Ordinal);
        reflow.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(("2026-03-02", false), await Cycle(rule));
        Assert.Contains("one report", (await Send(reflow, "POST", "", Written(rule))).Message, StringComparison.Ordinal);
        Assert.Equal(("2026-03-02", false), await Cycle(rule, "legal"));
        reflow.Clock.Advance(TimeSpan.FromHours(17));
        Assert.Equal(("2026-03-02", true), await Cycle(rule, "manager"));
        Assert.Equal(("2026-02-27", true), await Cycle(rule, "manager", "2026-02-27"));
    }

    [Fact]
    public async Task A_rule_that_takes_none_late_says_until_when_it_took_them()
    {
        var rule = await Made(reflow, Rule("""{"cycle":"daily","window_close":{"day":1,"time":"15:00"},"most_per_cycle":2}"""));
        Assert.Contains("took reports until 2026-03-02T07:00Z", (await Send(reflow, "POST", "", Written(rule))).Message, StringComparison.Ordinal);
        reflow.Clock.Advance(TimeSpan.FromHours(8));
        await Submitted(reflow, rule);
        await Submitted(reflow, rule);
        Assert.Contains("2 reports", (await Send(reflow, "POST", "", Written(rule))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_that_is_wrong_with_a_report_is_told_at_once()
    {
        var rule = await Made(reflow, Rule("""{"cycle":"weekly"}"""));
        var before = await reflow.State();
        var answer = await Send(reflow, "POST", "", new { operator_user_id = "nobody", rule_id = rule, cycle = "2026-03-03", to_user_ids = new[] { "x" }, contents = new { 工时 = "八", 进度 = "好", 心情 = true, 天气 = "晴" } });
        Assert.Equal(["operator_user_id", "contents.心情", "to_user_ids[0]", "cycle", "contents.今日工作", "contents.工时", "contents.进度", "contents.天气"], Faults(answer));
        Assert.Equal(["operator_user_id", "rule_id"], Faults(await Send(reflow, "POST", "", new { })));
        Assert.Equal(["rule_id"], Faults(await Send(reflow, "POST", "", Written("7"))));
        Assert.Equal(before, await reflow.State());
    }

    [Fact]
    public async Task Its_writer_changes_a_report_while_its_window_is_open_and_id_time_and_recipients_stay()
    {
        var rule = await Made(reflow, Rule("""{"cycle":"daily"}"""));
        var id = await Submitted(reflow, rule);
        reflow.Clock.Advance(TimeSpan.FromMinutes(10));
        var edited = (await Send(reflow, "PUT", $"/{id}", new { operator_user_id = "initiator", contents = new { 今日工作 = "改过" } })).Ok().Data;
        Assert.Equal((1772438400L, 1772439000000L), (edited.GetProperty("commit_time").GetInt64(), edited.GetProperty("edited_at").GetInt64()));
        var item = Assert.Single(await Official(reflow, rule));
        Assert.Equal((id, "改过"), (item.GetProperty("task_id").GetString(), item.GetProperty("form_contents")[0].GetProperty("field_value").GetString()));
        var before = await reflow.State();
        (await Send(reflow, "PUT", $"/{id}", new { operator_user_id = "initiator", contents = new { 今日工作 = "改过" } })).Ok();
        Assert.Equal(["operator_user_id", "contents.今日工作"], Faults(await Send(reflow, "PUT", $"/{id}", new { operator_user_id = "manager" })));
        Assert.Equal(before, await reflow.State());
        reflow.Clock.Advance(TimeSpan.FromHours(9));
        Assert.Equal(["report_id"], Faults(await Send(reflow, "PUT", $"/{id}", new { operator_user_id = "initiator", contents = new { 今日工作 = "晚了" } })));
        Assert.Equal(["report_id"], Faults(await Send(reflow, "POST", $"/{id}/recall", new { operator_user_id = "initiator" })));
    }

    [Fact]
    public async Task A_recalled_report_is_gone_its_cycle_takes_another_and_its_id_is_still_a_place_in_the_list()
    {
        var rule = await Made(reflow, Rule("""{"cycle":"daily"}"""));
        var (first, second) = (await Submitted(reflow, rule), await Submitted(reflow, rule, "manager"));
        Assert.Equal(["operator_user_id"], Faults(await Send(reflow, "POST", $"/{first}/recall", new { operator_user_id = "manager" })));
        (await Send(reflow, "POST", $"/{first}/recall", new { operator_user_id = "initiator" })).Ok();
        Assert.Equal(second, Assert.Single(await Official(reflow, rule)).GetProperty("task_id").GetString());
        Assert.Empty(await Official(reflow, rule, await reflow.UserToken("1001")));
        Assert.Equal(404, (await Send(reflow, "GET", $"/{first}")).Status);
        var after = (await reflow.Post(ReportDesk.Path, ReportDesk.Everything(("rule_id", rule), ("page_token", first)))).Ok().Data.GetProperty("items");
        Assert.Equal(second, Assert.Single(after.EnumerateArray()).GetProperty("task_id").GetString());
        await Submitted(reflow, rule);
        Assert.Equal(["control.report.submit", "control.report.recall"], await reflow.Db.Read(Demo.Tenant, s => s.Query(
            "select operation from history where tenant = $1 and kind = 'report' and id = $2 order by seq", r => r.GetString(0), first), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_draft_may_be_incomplete_is_one_for_a_cycle_and_is_gone_when_it_is_submitted()
    {
        var rule = await Made(reflow, Rule(Evenings));
        var draft = (await Send(reflow, "POST", "/drafts", Written(rule, contents: new { 工时 = "3" }, cycle: "2026-03-02"))).Ok().Data;
        var id = draft.GetProperty("draft_id").GetString();
        Assert.Equal(("2026-03-02", "工时"), (draft.GetProperty("cycle").GetString(), draft.GetProperty("contents")[0].GetProperty("field_name").GetString()));
        Assert.Equal(["contents.工时", "cycle"], Faults(await Send(reflow, "POST", "/drafts", Written(rule, contents: new { 工时 = "三" }, cycle: "2026-03-02"))));
        await Send(reflow, "POST", "/drafts", Written(rule, cycle: "2026-03-03"));
        Assert.Equal(["cycle", "contents.今日工作"], Faults(await Send(reflow, "POST", $"/drafts/{id}/submit", new { operator_user_id = "initiator" })));
        Assert.Equal(["operator_user_id"], Faults(await Send(reflow, "PUT", $"/drafts/{id}", new { operator_user_id = "manager", contents = new { 今日工作 = "写完了" } })));
        (await Send(reflow, "PUT", $"/drafts/{id}", new { operator_user_id = "initiator", contents = new { 今日工作 = "写完了" } })).Ok();
        Assert.Empty(await Official(reflow, rule));
        reflow.Clock.Advance(TimeSpan.FromHours(1));
        (await Send(reflow, "POST", $"/drafts/{id}/submit", new { operator_user_id = "initiator" })).Ok();
        Assert.Equal("写完了", Assert.Single(await Official(reflow, rule)).GetProperty("form_contents")[0].GetProperty("field_value").GetString());
        Assert.Equal(404, (await Send(reflow, "GET", $"/drafts/{id}")).Status);
        var left = (await Send(reflow, "GET", $"/drafts?user_id=initiator&rule_id={rule}")).Ok().Data.GetProperty("drafts");
        Assert.Equal("2026-03-03", Assert.Single(left.EnumerateArray()).GetProperty("cycle").GetString());
        var other = left[0].GetProperty("draft_id").GetString();
        Assert.Equal(["operator_user_id"], Faults(await Send(reflow, "DELETE", $"/drafts/{other}", new { operator_user_id = "manager" })));
        (await Send(reflow, "DELETE", $"/drafts/{other}", new { operator_user_id = "initiator" })).Ok();
        Assert.Equal(404, (await Send(reflow, "DELETE", $"/drafts/{other}", new { operator_user_id = "initiator" })).Status);
    }

    [Fact]
    public async Task A_draft_can_begin_with_what_the_last_report_says()
    {
        var rule = await Made(reflow);
        await Submitted(reflow, rule, contents: new { 今日工作 = "昨天", 工时 = 8, 项目 = new[] { "华南", "华北" }, 附件 = "x.pdf" });
        var draft = (await Send(reflow, "POST", "/drafts", new { operator_user_id = "initiator", rule_id = rule, from_last = true, contents = new { 今日工作 = "今天" } })).Ok().Data.GetProperty("contents");
        Assert.Equal(["今日工作=今天", "工时=8", "项目=华南+华北"], draft.EnumerateArray().Select(field => $"{field.GetProperty("field_name").GetString()}={string.Join('+', field.GetProperty("values").EnumerateArray())}"));
    }

    [Fact]
    public async Task A_draft_of_a_form_that_lost_the_field_says_so_instead_of_losing_the_text()
    {
        var rule = await Made(reflow);
        var draft = (await Send(reflow, "POST", "/drafts", Written(rule, contents: new { 今日工作 = "x", 工时 = 3 }))).Ok().Data;
        var changed = Rule();
        changed["fields"]!.AsArray().RemoveAt(1);
        (await Send(reflow, "PUT", $"/rules/{rule}", changed)).Ok();
        Assert.Equal([$"contents.{draft.GetProperty("contents")[1].GetProperty("field_id").GetString()}"], Faults(await Send(reflow, "POST", $"/drafts/{draft.GetProperty("draft_id").GetString()}/submit", new { operator_user_id = "initiator" })));
    }

    [Fact]
    public async Task Who_has_reported_for_a_cycle_and_who_has_not()
    {
        var rule = await Made(reflow, Rule(Evenings));
        reflow.Clock.Advance(TimeSpan.FromHours(1));
        await Submitted(reflow, rule, "manager");
        await Submitted(reflow, rule, "legal");
        var early = (await Send(reflow, "GET", $"/rules/{rule}/cycles/current")).Ok().Data;
        Assert.Equal(["initiator missing True", "legal submitted False", "manager submitted True"], People(early));
        Assert.Equal((2, 2, 0, 1, "open"), (Number(early, "expected"), Number(early, "submitted"), Number(early, "late"), Number(early, "missing"), early.GetProperty("state").GetString()));
        reflow.Clock.Advance(TimeSpan.FromHours(18));
        await Submitted(reflow, rule, cycle: "2026-03-02");
        var late = (await Send(reflow, "GET", $"/rules/{rule}/cycles/2026-03-02")).Ok().Data;
        Assert.Equal((0, 1, "closed"), (Number(late, "missing"), Number(late, "late"), late.GetProperty("state").GetString()));
        Assert.Equal(["initiator late True"], People((await Send(reflow, "GET", $"/rules/{rule}/cycles/2026-03-02?state=late")).Ok().Data));
        var page = (await Send(reflow, "GET", $"/rules/{rule}/cycles/2026-03-02?page_size=2")).Ok().Data;
        Assert.Equal(["manager submitted True"], People((await Send(reflow, "GET", $"/rules/{rule}/cycles/2026-03-02?page_size=2&page_token={page.GetProperty("page_token").GetString()}")).Ok().Data));
        Assert.Equal(404, (await Send(reflow, "GET", $"/rules/{rule}/cycles/yesterday")).Status);
        Assert.Equal(404, (await Send(reflow, "GET", $"/rules/{await Made(reflow)}/cycles/current")).Status);
    }

    [Fact]
    public async Task Cycles_are_listed_from_the_current_one_back_to_the_first()
    {
        var rule = await Made(reflow, Rule(Evenings));
        Assert.Equal([("2026-03-01", 0)], Cycles((await Send(reflow, "GET", $"/rules/{rule}/cycles")).Ok().Data));
        reflow.Clock.Advance(TimeSpan.FromHours(50));
        await Submitted(reflow, rule);
        var first = (await Send(reflow, "GET", $"/rules/{rule}/cycles?page_size=2")).Ok().Data;
        Assert.Equal([("2026-03-04", 1), ("2026-03-03", 0)], Cycles(first));
        var second = (await Send(reflow, "GET", $"/rules/{rule}/cycles?page_size=2&page_token={first.GetProperty("page_token").GetString()}")).Ok().Data;
        Assert.Equal([("2026-03-02", 0)], Cycles(second));
        Assert.False(second.GetProperty("has_more").GetBoolean());

        static IEnumerable<(string?, int)> Cycles(JsonElement data) => data.GetProperty("cycles").EnumerateArray().Select(cycle => (cycle.GetProperty("cycle").GetString(), cycle.GetProperty("submitted").GetInt32()));
    }

    async Task<(string?, bool)> Cycle(string rule, string by = "initiator", string? cycle = null)
    {
        var report = (await Send(reflow, "POST", "", Written(rule, by, cycle: cycle))).Ok().Data;
        var shown = (await Send(reflow, "GET", $"/{report.GetProperty("report_id").GetString()}")).Ok().Data;
        Assert.Equal(report.GetRawText(), shown.GetRawText());
        return (shown.GetProperty("cycle").GetString(), shown.GetProperty("late").GetBoolean());
    }

    static int Number(JsonElement data, string name) => data.GetProperty(name).GetInt32();

    static IEnumerable<string> People(JsonElement data) => data.GetProperty("people").EnumerateArray()
        .Select(person => $"{person.GetProperty("user_id").GetString()} {person.GetProperty("state").GetString()} {person.GetProperty("must_report").GetBoolean()}");
}

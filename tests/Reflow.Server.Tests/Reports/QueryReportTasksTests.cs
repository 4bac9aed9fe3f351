using Xunit;
using static Reflow.Server.Tests.Reports.ReportDesk;
using ReportStore = Reflow.Server.Store.ReportStore;

namespace Reflow.Server.Tests.Reports;

public sealed class QueryReportTasksTests : IAsyncLifetime
{
    TestReflow reflow = null!;

    public async ValueTask InitializeAsync() => reflow = await TestReflow.Start();

    public ValueTask DisposeAsync() => reflow.DisposeAsync();

    [Fact]
    public async Task A_report_is_shown_as_the_page_shows_it()
    {
        var answer = (await Ask(("page_size", 1))).Ok();
        Assert.Equal($$$"""
            {"code":0,"msg":"success","data":{"has_more":true,"items":[{"task_id":"{{{Submitted[0].Id}}}","rule_id":"6969410005221015580","rule_name":"日报","from_user_id":"{{{OpenId("zhang3")}}}","from_user_name":"张三","department_name":"研发部","department_ids":["od-0000000000000000000000000000000a"],"commit_time":1622714908,"form_contents":[{"field_id":"6969410005221015581","field_name":"今日工作","field_value":"第 0 件"},{"field_id":"6969410005221015582","field_name":"现场照片","field_value":""}],"to_user_ids":["{{{OpenId("zhao6")}}}"],"to_user_names":["赵六"]}],"page_token":"{{{Submitted[0].Id}}}"}}
            """, answer.Text);
    }

    [Fact]
    public async Task The_window_holds_both_its_ends()
    {
        var ids = Ids(await Ask(("commit_start_time", First + 20), ("commit_end_time", First + 40)));
        Assert.Equal(Submitted.Where(r => r.CommitTime is >= First + 20 and <= First + 40).Select(r => r.Id), ids);
        Assert.Equal(3, ids.Count);
    }

    [Fact]
    public async Task A_window_of_one_second_holds_all_of_that_second() =>
        Assert.Equal([Submitted[0].Id, Submitted[1].Id], Ids(await Ask(("commit_start_time", First), ("commit_end_time", First))));

    [Fact]
    public async Task A_window_that_ends_before_it_begins_is_empty_and_says_so()
    {
        var answer = (await Ask(("commit_start_time", First + 1), ("commit_end_time", First))).Ok();
        Assert.Equal("""{"has_more":false,"items":[]}""", answer.Data.GetRawText());
    }

    [Fact]
    public async Task A_page_of_0_is_a_full_page() => Assert.Equal(20, Ids(await Ask(("page_size", 0))).Count);

    [Fact]
    public async Task The_next_page_starts_after_the_tokens_report_and_the_last_page_has_no_token()
    {
        var (first, second, third) = (await Ask(), await Ask(("page_token", $"{Submitted[19].Id}")), await Ask(("page_token", $"{Submitted[39].Id}")));
        Assert.Equal(Submitted.Select(r => r.Id), [.. Ids(first), .. Ids(second), .. Ids(third)]);
        Assert.Equal($"{Submitted[19].Id}", first.Data.GetProperty("page_token").GetString());
        Assert.False(third.Data.GetProperty("has_more").GetBoolean());
        Assert.False(third.Data.TryGetProperty("page_token", out _));
    }

    [Fact]
    public async Task A_page_that_ends_with_the_last_report_is_the_last()
    {
        var answer = await Ask(("page_size", 5), ("page_token", $"{Submitted[39].Id}"));
        Assert.Equal((5, false), (Ids(answer).Count, answer.Data.GetProperty("has_more").GetBoolean()));
    }

    [Fact]
    public async Task A_token_is_a_place_even_when_its_report_is_filtered_out()
    {
        var token = Submitted.Last(r => r.RuleId == Weekly && r.From == "wang5" && r.CommitTime < First + 300);
        Assert.Equal(Submitted.Where(r => r.RuleId == Daily && r.From == "li4" && r.Id > token.Id).Select(r => r.Id),
            Ids(await Ask(("rule_id", Daily), ("user_id", OpenId("li4")), ("page_token", $"{token.Id}"))));
    }

    [Fact]
    public async Task Numbers_may_be_texts_and_ids_may_be_numbers()
    {
        var asNumbers = await Ask(("rule_id", Daily), ("page_token", Submitted[3].Id), ("page_size", 2), ("commit_start_time", First), ("commit_end_time", First + 900));
        var asTexts = await Ask(("rule_id", $"{Daily}"), ("page_token", $"{Submitted[3].Id}"), ("page_size", "2"), ("commit_start_time", $"{First}"), ("commit_end_time", $"{First + 900}"));
        Assert.Equal([Submitted[4].Id, Submitted[5].Id], Ids(asNumbers));
        Assert.Equal(asNumbers.Text, asTexts.Text);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0")]
    [InlineData(0)]
    public async Task An_empty_filter_filters_nothing(object? ruleId) =>
        Assert.Equal(Submitted.Take(20).Select(r => r.Id), Ids(await Ask(("rule_id", ruleId), ("user_id", ruleId is 0 ? "" : ruleId is "0" ? null : ruleId))));

    [Fact]
    public async Task Reports_of_a_deleted_rule_can_still_be_asked_for() =>
        Assert.Equal(Submitted.Where(r => r.RuleId == Weekly).Select(r => r.Id), Ids(await Ask(("rule_id", Weekly))));

    [Fact]
    public async Task A_member_filter_finds_what_the_member_submitted() =>
        Assert.Equal(Submitted.Where(r => r.From == "wang5").Select(r => r.Id), Ids(await Ask(("user_id", OpenId("wang5")))));

    [Fact]
    public async Task People_are_named_by_the_kind_of_id_that_was_asked_for()
    {
        Assert.Equal((UnionId("zhang3"), UnionId("zhao6")), People(await Ask("?user_id_type=union_id", ("user_id", UnionId("zhang3")))));
        Assert.Equal(("zhang3", "zhao6"), People(await Ask("?user_id_type=user_id", ("user_id", "zhang3"))));
        Assert.Equal((OpenId("zhang3"), OpenId("zhao6")), People(await Ask("?user_id_type=open_id", ("user_id", OpenId("zhang3")))));

        static (string?, string?) People(Answer answer) => (answer.Data.GetProperty("items")[0].GetProperty("from_user_id").GetString(), answer.Data.GetProperty("items")[0].GetProperty("to_user_ids")[0].GetString());
    }

    [Fact]
    public async Task An_app_without_the_field_scope_filters_by_user_id_but_sees_only_names()
    {
        var answer = (await reflow.Send(await Query(reflow, Everything(("user_id", "li4")), AppWithoutUserIds, "?user_id_type=user_id"))).Ok();
        var item = answer.Data.GetProperty("items")[0];
        Assert.False(item.TryGetProperty("from_user_id", out _) || item.TryGetProperty("to_user_ids", out _));
        Assert.Equal(("李四", "赵六"), (item.GetProperty("from_user_name").GetString(), item.GetProperty("to_user_names")[0].GetString()));
    }

    [Fact]
    public async Task Reports_that_say_the_same_of_namesakes_by_rules_of_one_name_keep_their_own_ids_whoever_asks_before()
    {
        await Open(reflow);
        long later = Submitted[^1].CommitTime + 1;
        (long Rule, string From)[] submitted = [(Daily, "zhang3"), (Daily, "wang5"), (Daily + 11, "wang5"), (Daily + 11, "zhang3")];
        await reflow.Db.Change(Tenant, async s =>
        {
            for (var i = 0; i < submitted.Length; i++) await ReportStore.Insert(s, new(later + i << 32, new(submitted[i].Rule, submitted[i].From, "日报", "张伟", "", [], [], []), "[]"u8.ToArray()));
            return 0;
        }, TestContext.Current.CancellationToken);
        foreach (var (app, type, id) in new (string App, string Type, Func<string, string?> Id)[]
            { (App, "user_id", user => user), (AppWithoutUserIds, "user_id", _ => null), (App, "open_id", user => OpenId(user)), (AppWithoutUserIds, "open_id", user => OpenId(user, AppWithoutUserIds)), (App, "union_id", UnionId) })
        {
            var answer = (await reflow.Send(await Query(reflow, Everything(("commit_start_time", later)), app, $"?user_id_type={type}"))).Ok();
            Assert.Equal(submitted.Select(report => ($"{report.Rule}", id(report.From))), answer.Data.GetProperty("items").EnumerateArray().Select(item =>
                (item.GetProperty("rule_id").GetString()!, item.TryGetProperty("from_user_id", out var from) ? from.GetString() : null)));
        }
    }

    [Fact]
    public async Task Another_tenant_sees_nothing_of_it()
    {
        await Open(reflow);
        Assert.Empty(Ids(await reflow.Send(await Query(reflow, Everything(), OtherTenantsApp))));
    }

    [Fact]
    public async Task A_member_sees_what_they_submitted_or_received_all_at_once()
    {
        Assert.Equal(Submitted.Select(r => r.Id), Ids(await AskAs("zhao6", ("page_size", 1))));
        Assert.Equal(Submitted.Where(r => r.From == "zhang3").Select(r => r.Id), Ids(await AskAs("zhang3")));
    }

    [Fact]
    public async Task A_copy_counts_as_received_unless_the_tenant_says_otherwise()
    {
        Assert.Equal(Submitted.Where(r => r.From is "li4" or "wang5").Select(r => r.Id), Ids(await AskAs("li4")));
        await Set(reflow, new(CcCountsAsReceived: false));
        Assert.Equal(Submitted.Where(r => r.From is "li4").Select(r => r.Id), Ids(await AskAs("li4")));
    }

    [Fact]
    public async Task A_members_filters_narrow_what_they_see() =>
        Assert.Equal(Submitted.Where(r => r.From == "wang5" && r.RuleId == Daily).Select(r => r.Id), Ids(await AskAs("li4", ("user_id", OpenId("wang5")), ("rule_id", Daily))));

    [Fact]
    public async Task A_member_who_sees_too_much_for_one_answer_gets_pages()
    {
        await Open(reflow);
        await Set(reflow, new(UserMaxItems: 30));
        var first = await AskAs("zhao6");
        Assert.Equal((30, $"{Submitted[29].Id}"), (Ids(first).Count, first.Data.GetProperty("page_token").GetString()));
        Assert.Equal(Submitted.Skip(30).Select(r => r.Id), Ids(await AskAs("zhao6", ("page_token", $"{Submitted[29].Id}"))));
    }

    [Fact]
    public async Task A_members_page_size_is_checked_although_it_sizes_nothing() => Assert.Equal(1430002, (await AskAs("zhao6", ("page_size", 21))).Code);

    [Fact]
    public async Task A_tenant_may_let_the_first_page_be_asked_for_without_a_token()
    {
        await Open(reflow);
        await Set(reflow, new(RequirePageToken: false));
        Assert.Equal(20, Ids(await Ask(("page_token", null))).Count);
    }

    [Fact]
    public async Task The_eleventh_call_of_a_second_is_one_too_many()
    {
        await using var limited = await TestReflow.Start(settings => settings with { RateLimits = true });
        var request = await Query(limited, Everything());
        for (var i = 0; i < 10; i++) (await limited.Send(request)).Ok();
        var answer = await limited.Send(request);
        Assert.Equal((429, 99991400, "10"), (answer.Status, answer.Code, answer.Headers["x-ogw-ratelimit-limit"]));
        limited.Clock.Advance(TimeSpan.FromSeconds(1));
        (await limited.Send(request)).Ok();
    }

    async Task<Answer> Ask(params (string, object?)[] members) => await reflow.Send(await Query(reflow, Everything(members)));

    async Task<Answer> Ask(string parameters, params (string, object?)[] members) => await reflow.Send(await Query(reflow, Everything(members), parameters: parameters));

    async Task<Answer> AskAs(string userId, params (string, object?)[] members) => await reflow.Send(new("POST", ReportDesk.Path, Everything(members), await UserToken(reflow, userId)));

    static IReadOnlyList<long> Ids(Answer answer) => [.. answer.Ok().Data.GetProperty("items").EnumerateArray().Select(item => long.Parse(item.GetProperty("task_id").GetString()!))];
}

using System.Text.Json;
using Xunit;
using static Reflow.Server.Tests.Reports.ReportDesk;

namespace Reflow.Server.Tests.Reports;

public sealed class QueryRulesTests : IAsyncLifetime
{
    TestReflow reflow = null!;

    public async ValueTask InitializeAsync() => reflow = await TestReflow.Start();

    public ValueTask DisposeAsync() => reflow.DisposeAsync();

    [Fact]
    public async Task A_rule_is_shown_with_all_its_members()
    {
        var (wang, li, zhao) = (OpenId("wang5"), OpenId("li4"), OpenId("zhao6"));
        Assert.Equal($$"""
            {"rule_id":"{{Daily}}","name":"日报","icon_name":"日报","created_at":1622714908,"creator_user_id":"{{zhao}}","creator_user_name":"赵六","owner_user_id":"{{zhao}}","owner_user_name":"赵六","form_schema":[{"name":"今日工作","type":"text"},{"name":"附件","type":"attachement"}],"is_deleted":0,"need_report_user_ids":[],"need_report_department_ids":["0"],"need_report_chat_ids":["oc_1"],"cc_user_ids":["{{li}}"],"cc_department_ids":["od-1"],"cc_chat_ids":["oc_2"],"to_user_ids":["{{zhao}}"],"to_chat_ids":["oc_3"],"to_leaders":[0,5],"to_department_owners":[1],"manager_user_ids":["{{wang}}"]}
            """, (await Found("?rule_name=日报"))[1].GetRawText());
    }

    [Fact]
    public async Task Whole_names_come_first_then_names_that_contain_it_each_part_oldest_first() =>
        Assert.Equal([Daily + 11, Daily, Daily + 10], await Ids("?rule_name=日报"));

    [Fact]
    public async Task Case_does_not_matter_inside_a_name() => Assert.Equal([Daily + 10], await Ids("?rule_name=dAILY"));

    [Fact]
    public async Task A_tenant_may_want_whole_names_only()
    {
        await Open(reflow);
        await Set(reflow, new(ExactRuleNames: true));
        Assert.Equal([Daily + 11, Daily], await Ids("?rule_name=日报"));
    }

    [Fact]
    public async Task Deleted_rules_are_found_only_when_asked_for()
    {
        Assert.Empty(await Ids("?rule_name=周报"));
        Assert.Empty(await Ids("?rule_name=周报&include_deleted=0"));
        Assert.Equal(1, Assert.Single(await Found("?rule_name=周报&include_deleted=1")).GetProperty("is_deleted").GetInt32());
    }

    [Fact]
    public async Task An_app_without_the_field_scope_sees_names_and_no_ids()
    {
        var rule = (await Found("?rule_name=日报&user_id_type=user_id", AppWithoutUserIds))[0];
        Assert.DoesNotContain(rule.EnumerateObject(), member => member.Name.EndsWith("user_id", StringComparison.Ordinal) || member.Name.EndsWith("user_ids", StringComparison.Ordinal));
        Assert.Equal("赵六", rule.GetProperty("owner_user_name").GetString());
        Assert.Equal("zhao6", (await Found("?rule_name=日报&user_id_type=user_id"))[0].GetProperty("owner_user_id").GetString());
    }

    [Theory]
    [InlineData("?include_deleted=2&user_id_type=x", "rule_name include_deleted user_id_type")]
    [InlineData("?rule_name=x&include_deleted=2", "include_deleted")]
    [InlineData("?user_id_type=x", "rule_name user_id_type")]
    public async Task All_that_is_wrong_is_told_at_once(string parameters, string told)
    {
        var answer = await reflow.Send(await Find(reflow, parameters));
        answer.Refuses(99992402);
        Assert.Equal(told, string.Join(' ', answer.Json.GetProperty("error").GetProperty("field_violations").EnumerateArray().Select(violation => violation.GetProperty("field").GetString())));
    }

    [Fact]
    public async Task Another_tenants_rules_are_its_own() => Assert.Equal(OtherTenantsRule, Id(Assert.Single(await Found("?rule_name=日报", OtherTenantsApp))));

    async Task<IReadOnlyList<JsonElement>> Found(string parameters, string app = App) =>
        [.. (await reflow.Send(await Find(reflow, parameters, app))).Ok().Data.GetProperty("rules").EnumerateArray()];

    async Task<IReadOnlyList<long>> Ids(string parameters) => [.. (await Found(parameters)).Select(Id)];

    static long Id(JsonElement rule) => long.Parse(rule.GetProperty("rule_id").GetString()!);
}

using Xunit;
using static Reflow.Server.Tests.Reports.ReportDesk;

namespace Reflow.Server.Tests.Reports;

public sealed class RemoveRuleViewsTests : IAsyncLifetime
{
    TestReflow reflow = null!;

    public async ValueTask InitializeAsync() => reflow = await TestReflow.Start();

    public ValueTask DisposeAsync() => reflow.DisposeAsync();

    [Theory]
    [InlineData(null)]
    [InlineData("{}")]
    [InlineData("""{"user_ids":[]}""")]
    public async Task Without_members_everybodys_view_of_the_rule_goes_and_no_other(string? body)
    {
        Assert.Equal("""{"code":0,"msg":"success","data":{}}""", (await reflow.Send(await Remove(reflow, $"{Daily}", body))).Text);
        Assert.Equal([$"{Daily + 10}|zhao6"], await Views());
    }

    [Fact]
    public async Task Only_the_named_members_lose_theirs_and_who_has_none_is_passed_over()
    {
        var request = await Remove(reflow, $"{Daily}", new { user_ids = new[] { "li4", "zhang3" } }, "?user_id_type=user_id");
        (await reflow.Send(request)).Ok();
        Assert.Equal([$"{Daily}|zhao6", $"{Daily + 10}|zhao6"], await Views());
        (await reflow.Send(request)).Ok();
        Assert.Equal(1, await reflow.Db.Read(Tenant, s => s.Find("select count(*) from history where tenant = $1 and kind = 'report_rule'", r => r.GetInt32(0)), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_rule_and_its_reports_stay()
    {
        (await reflow.Send(await Remove(reflow, $"{Daily}"))).Ok();
        Assert.NotEmpty((await reflow.Send(await Query(reflow, Everything(("rule_id", Daily))))).Ok().Data.GetProperty("items").EnumerateArray());
    }

    Task<List<string>> Views() => reflow.Db.Read(Tenant, s => s.Query("select rule_id, user_id from report_view where tenant = $1 order by rule_id, user_id", r => $"{r.GetInt64(0)}|{r.GetString(1)}"), TestContext.Current.CancellationToken);
}

using Xunit;
using static Reflow.Server.Tests.Projects.DemoSpace;

namespace Reflow.Server.Tests.Projects;

/// <summary>The tokens of Feishu Project: a plugin's own, its virtual one, and those by which it acts as a user.</summary>
public class PluginTokenScenarios
{
    const string Code = "/open_api/authen/auth_code", Exchange = "/open_api/authen/user_plugin_token", Renew = "/open_api/authen/refresh_token";

    public static TheoryData<Refused> All =>
    [
        new Refused("a plugin that is none", "project.authen.auth_code", 20006, r => Call(r, Code, new { plugin_id = "MII_OTHER" })),
        new Refused("nobody to give a code for", "project.authen.auth_code", 20039, async r => await Bare(r, Code, new { plugin_id = Plugin })),
        new Refused("a code that is none", "project.authen.user_plugin_token", 10210, async r => await Bare(r, Exchange, new { code = "x", grant_type = "authorization_code" })),
        new Refused("a code that is used", "project.authen.user_plugin_token", 10210, async r =>
        {
            var code = await CodeOf(r, Manager);
            (await r.Send(await Bare(r, Exchange, new { code }))).Ok();
            return await Bare(r, Exchange, new { code });
        }),
        new Refused("a code that is too old", "project.authen.user_plugin_token", 10210, async r =>
        {
            var code = await CodeOf(r, Manager);
            r.Clock.Advance(TimeSpan.FromMinutes(5));
            return await Bare(r, Exchange, new { code });
        }),
        new Refused("a renewal in the place of a code", "project.authen.user_plugin_token", 10210, async r => await Bare(r, Exchange, new { code = (await UserToken(r, Manager)).Refresh })),
        new Refused("another kind of grant", "project.authen.user_plugin_token", 20006, async r => await Bare(r, Exchange, new { code = await CodeOf(r, Manager), grant_type = "password" })),
        new Refused("a user's token where a plugin's is needed", "project.authen.user_plugin_token", 10301, async r => new("POST", Exchange, new { code = "x" }) { Headers = [("X-PLUGIN-TOKEN", (await UserToken(r, Manager)).Token)] }),
        new Refused("a renewal that is none", "project.authen.refresh_token", 10211, async r => await Bare(r, Renew, new { refresh_token = "x", type = 1 })),
        new Refused("a renewal that is used", "project.authen.refresh_token", 10211, async r =>
        {
            var (_, refresh) = await UserToken(r, Manager);
            (await r.Send(await Bare(r, Renew, new { refresh_token = refresh, type = 1 }))).Ok();
            return await Bare(r, Renew, new { refresh_token = refresh, type = 1 });
        }),
        new Refused("a type of renewal that is none", "project.authen.refresh_token", 20006, async r => await Bare(r, Renew, new { refresh_token = "x", type = 2 })),
        new Refused("a user's token that has expired", "project.team.all", 10022, async r =>
        {
            var (token, _) = await UserToken(r, Manager);
            r.Clock.Advance(TimeSpan.FromHours(2));
            return new("GET", $"{Space}/teams/all") { Headers = [("X-PLUGIN-TOKEN", token)] };
        }),
        new Refused("a user's token of the open platform", "project.team.all", 10211, async r => new("GET", $"{Space}/teams/all") { Headers = [("X-PLUGIN-TOKEN", await r.UserToken("1001"))] }),
    ];

    [Theory, MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public async Task Refused(Refused scenario)
    {
        await using var reflow = await TestReflow.Start();
        await scenario.Check(reflow);
    }

    [Fact]
    public async Task A_users_token_acts_as_the_user_whatever_the_header_says()
    {
        await using var reflow = await TestReflow.Start();
        var (token, _) = await UserToken(reflow, Manager);
        Assert.StartsWith("u-", token, StringComparison.Ordinal);
        var id = (await reflow.Send(new("POST", $"{Space}/work_item/create", new { work_item_type_key = "story", name = "x" }) { Headers = [("X-PLUGIN-TOKEN", token), ("X-USER-KEY", Legal)] })).Ok().Data.GetInt64();
        var item = (await Do(reflow, $"{Space}/work_item/story/query", new { work_item_ids = new[] { id } }))[0];
        Assert.Equal(Manager, item.GetProperty("created_by").GetString());
        // It opens nothing on the open platform.
        Assert.NotEqual(0, (await reflow.Send(new("POST", "/open-apis/task/v1/tasks", new { summary = "x" }, token))).Code);
    }

    [Fact]
    public async Task A_code_becomes_a_token_and_a_token_is_renewed()
    {
        await using var reflow = await TestReflow.Start();
        var first = (await reflow.Send(await Bare(reflow, Exchange, new { code = await CodeOf(reflow, Manager), grant_type = "authorization_code" }))).Ok();
        Assert.Equal((Manager, 0), (first.Data.GetProperty("user_key").GetString(), first.Json.GetProperty("error").GetProperty("code").GetInt32()));
        Assert.Equal((7200, 1_209_600), (first.Data.GetProperty("expire_time").GetInt32(), first.Data.GetProperty("refresh_token_expire_time").GetInt32()));
        reflow.Clock.Advance(TimeSpan.FromMinutes(100));
        var second = (await reflow.Send(await Bare(reflow, Renew, new { refresh_token = first.Data.GetProperty("refresh_token").GetString(), type = 1 }))).Ok().Data;
        Assert.NotEqual(first.Data.GetProperty("token").GetString(), second.GetProperty("token").GetString());
        Assert.NotEqual(first.Data.GetProperty("refresh_token").GetString(), second.GetProperty("refresh_token").GetString());
        reflow.Clock.Advance(TimeSpan.FromMinutes(60));
        Assert.Equal(0, (await reflow.Send(new("GET", $"{Space}/teams/all") { Headers = [("X-PLUGIN-TOKEN", second.GetProperty("token").GetString()!)] })).Code);
    }

    [Fact]
    public async Task A_virtual_token_is_one_of_its_own()
    {
        await using var reflow = await TestReflow.Start();
        var token = (await reflow.Send(new("POST", "/open_api/authen/plugin_token", new { plugin_id = Plugin, plugin_secret = Secret, type = 1 }))).Ok().Data.GetProperty("token").GetString()!;
        Assert.StartsWith("v-", token, StringComparison.Ordinal);
        Assert.NotEqual(token, await Token(reflow));
        Assert.Equal(0, (await reflow.Send(new("GET", $"{Space}/teams/all") { Headers = [("X-PLUGIN-TOKEN", token), ("X-USER-KEY", Manager)] })).Code);
        Assert.Equal(20039, (await reflow.Send(new("GET", $"{Space}/teams/all") { Headers = [("X-PLUGIN-TOKEN", token)] })).Code);
    }

    static async Task<string> CodeOf(TestReflow reflow, string user) => (await Do(reflow, Code, new { plugin_id = Plugin, state = "s" }, user)).GetProperty("code").GetString()!;

    static async Task<(string Token, string Refresh)> UserToken(TestReflow reflow, string user)
    {
        var answer = (await reflow.Send(await Bare(reflow, Exchange, new { code = await CodeOf(reflow, user), grant_type = "authorization_code" }))).Ok().Data;
        return (answer.GetProperty("token").GetString()!, answer.GetProperty("refresh_token").GetString()!);
    }

    static async Task<Request> Bare(TestReflow reflow, string path, object body) => new("POST", path, body) { Headers = [("X-PLUGIN-TOKEN", await Token(reflow))] };
}

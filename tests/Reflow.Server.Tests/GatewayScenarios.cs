using System.Text;
using System.Text.Json;
using Reflow.Server.Gateway;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>What the open platform's gateway refuses, and in which order it looks (contracts: platform §1.5, §2).</summary>
public class GatewayScenarios
{
    const string Uncomplete = "/open-apis/task/v1/tasks/0/uncomplete";

    public static TheoryData<Refused> All => [
        new Refused("no Authorization header", "task.v1.task.uncomplete", 99991661, _ => Sent(new("POST", Uncomplete))),
        new Refused("a token without Bearer", "task.v1.task.uncomplete", 99991661, async r => new("POST", Uncomplete) { Headers = [("Authorization", await r.Token())] }),
        new Refused("a token of no known kind", "task.v1.task.uncomplete", 99991671, _ => Sent(new("POST", Uncomplete, Token: "None"))),
        new Refused("a tenant token that nobody issued", "task.v1.task.uncomplete", 99991663, _ => Sent(new("POST", Uncomplete, Token: "t-g1" + new string('a', 40)))),
        new Refused("a tenant token of another length", "task.v1.task.uncomplete", 99991663, _ => Sent(new("POST", Uncomplete, Token: "t-x"))),
        new Refused("a tenant token that has expired", "task.v1.task.uncomplete", 99991663, async r =>
        {
            var token = await r.Token();
            r.Clock.Advance(TimeSpan.FromHours(2));
            return new("POST", Uncomplete, Token: token);
        }),
        new Refused("an app token that nobody issued", "report.v1.task.query", 99991664, _ => Sent(new("POST", "/open-apis/report/v1/tasks/query", Token: "a-g1" + new string('a', 40)))),
        new Refused("a user token that nobody issued", "task.v1.task.uncomplete", 99991668, _ => Sent(new("POST", Uncomplete, Token: "u-x"))) { Message = GatewayErrors.BadUserToken.Message },
        new Refused("a v2 user token that nobody issued", "task.v1.task.uncomplete", 99991668, _ => Sent(new("POST", Uncomplete, Token: "eyJhbGciOi"))) { Message = GatewayErrors.BadUserToken.Message },
        new Refused("a user token where only the tenant's is taken", "apaas.v1.user_task.rollback", 99991668, async r =>
            new("POST", "/open-apis/apaas/v1/user_tasks/1/rollback", new { }, await r.UserToken("1001"))) { Message = GatewayErrors.UserTokenNotSupported.Message },
        new Refused("a user token that has expired", "task.v1.task.uncomplete", 99991677, async r =>
        {
            var token = await r.UserToken("1001");
            r.Clock.Advance(TimeSpan.FromHours(2));
            return new("POST", Uncomplete, Token: token);
        }),
        new Refused("the app holds none of the scopes", "task.v1.task.uncomplete", 99991672, async r => new("POST", Uncomplete, Token: await r.Token(Demo.ReportApp))),
        new Refused("a body that is not JSON", "task.v1.task.create", 9499, async r => new("POST", "/open-apis/task/v1/tasks", "{", await r.Token())) { Message = "Bad Request" },
        new Refused("a body that is not UTF-8", "task.v1.task.create", 9499, async r => new("POST", "/open-apis/task/v1/tasks", new byte[] { (byte)'"', 0xC3, 0x28, (byte)'"' }, await r.Token())) { Message = "Bad Request" },
        new Refused("a body nested too deeply", "task.v1.task.create", 9499, async r => new("POST", "/open-apis/task/v1/tasks", new string('[', 1000) + new string(']', 1000), await r.Token())) { Message = "Bad Request" },
        new Refused("a body above the limit", "task.v1.task.create", 9499, async r => new("POST", "/open-apis/task/v1/tasks", $$"""{"summary":"{{new string('x', 1 << 20)}}"}""", await r.Token())) { Message = "Bad Request" },
        new Refused("a member of the wrong type", "task.v1.task.create", 9499, async r => new("POST", "/open-apis/task/v1/tasks", """{"summary":"x","due":{"time":[1]},"origin":{"platform_i18n_name":"{}"}}""", await r.Token()))
            { Message = "Invalid parameter type in json: {path}. Invalid parameter value: {value}. Please check and modify accordingly." },
        new Refused("an unknown user_id_type", "task.v1.task.get", 99992402, async r => new("GET", "/open-apis/task/v1/tasks/0?user_id_type=email", null, await r.Token())),
    ];

    [Theory, MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public async Task Is_refused(Refused scenario)
    {
        await using var reflow = await TestReflow.Start();
        await scenario.Check(reflow);
    }

    [Theory]
    [InlineData("GET", "/")]
    [InlineData("GET", "/open-apis/task/v1/nothing")]
    [InlineData("GET", "/open-apis/task/v1/tasks/1/uncomplete")]
    [InlineData("OPTIONS", "/open-apis/task/v1/tasks")]
    [InlineData("POST", "/open-apis/task/v1/tasks/1/uncomplete/2")]
    [InlineData("POST", "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t")]
    public async Task An_unknown_path_or_method_is_a_404_in_plain_text(string method, string path)
    {
        await using var reflow = await TestReflow.Start();
        var answer = await reflow.Send(new(method, path));
        Assert.Equal((404, "404 page not found", "text/plain"), (answer.Status, answer.Text, answer.Headers["Content-Type"]));
    }

    [Theory]
    [InlineData("//open-apis/task/v1/tasks")]
    [InlineData("/open-apis//task///v1/tasks")]
    public async Task Doubled_slashes_do_not_count(string path)
    {
        await using var reflow = await TestReflow.Start();
        Assert.Equal(99992402, (await reflow.Post(path, new { summary = "x" })).Code);
    }

    [Fact]
    public async Task Identity_comes_before_the_body_and_scopes_before_limits()
    {
        await using var reflow = await TestReflow.Start(settings => settings with { RateLimits = true });
        Assert.Equal(99991661, (await reflow.Send(new("POST", "/open-apis/task/v1/tasks", "{"))).Code);
        var token = await reflow.Token(Demo.ReportApp);
        for (var i = 0; i < 60; i++) Assert.Equal(99991672, (await reflow.Send(new("POST", Uncomplete, "{", token))).Code);
    }

    [Fact]
    public async Task One_call_too_many_is_a_429_that_says_how_long_to_wait()
    {
        await using var reflow = await TestReflow.Start(settings => settings with { RateLimits = true });
        for (var i = 0; i < 50; i++) Assert.Equal(1470602, (await reflow.Post(Uncomplete)).Code);
        var answer = await reflow.Post(Uncomplete);
        Assert.Equal((429, 99991400, "request trigger frequency limit"), (answer.Status, answer.Code, answer.Message));
        Assert.Equal(("50", "1"), (answer.Headers["x-ogw-ratelimit-limit"], answer.Headers["x-ogw-ratelimit-reset"]));
        reflow.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1470602, (await reflow.Post(Uncomplete)).Code);
    }

    [Fact]
    public async Task Every_answer_has_its_log_id_where_clients_look_for_it()
    {
        await using var reflow = await TestReflow.Start();
        var (refused, done) = (await reflow.Post(Uncomplete), await reflow.Get("/healthz"));
        Assert.All([refused, done], answer =>
        {
            Assert.Matches("^20260302080000[0-9A-F]{20}$", answer.Headers["X-Tt-Logid"]);
            Assert.Equal("application/json; charset=utf-8", answer.Headers["Content-Type"]);
        });
        var error = refused.Json.GetProperty("error");
        Assert.Equal(refused.Headers["X-Tt-Logid"], error.GetProperty("log_id").GetString());
        Assert.Equal(refused.Headers["X-Tt-Logid"], error.GetProperty("logid").GetString());
    }

    [Fact]
    public async Task The_body_of_a_missing_scope_names_what_would_do()
    {
        await using var reflow = await TestReflow.Start();
        var answer = await reflow.Send(new("GET", "/open-apis/task/v1/tasks/0", null, await reflow.Token(Demo.ReportApp)));
        var page = $"{reflow.Address}app/{Demo.ReportApp}/auth?q=task:task,task:task:readonly&op_from=openapi&token_type=tenant";
        Assert.Equal(
            "Access denied. One of the following scopes is required: [task:task, task:task:readonly]."
            + $"应用尚未开通所需的应用身份权限：[task:task, task:task:readonly]，点击链接申请并开通任一权限即可：{page}", answer.Message);
        var error = answer.Json.GetProperty("error");
        Assert.Equal("""[{"type":"action_scope_required","subject":"task:task"},{"type":"action_scope_required","subject":"task:task:readonly"}]""", error.GetProperty("permission_violations").GetRawText());
        Assert.Equal(page, error.GetProperty("helps")[0].GetProperty("url").GetString());
    }

    [Fact]
    public async Task Missing_parameters_are_all_named_with_text_values()
    {
        await using var reflow = await TestReflow.Start();
        var answer = await reflow.Post("/open-apis/task/v1/tasks", new { summary = "x", collaborator_ids = Enumerable.Repeat("ou_x", 101) });
        Assert.Equal(
            """[{"field":"origin","value":"","description":"origin is required"},{"field":"collaborator_ids","value":"101","description":"the max len is 100"}]""",
            answer.Json.GetProperty("error").GetProperty("field_violations").GetRawText());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData(" \r\n\t")]
    public async Task A_body_that_nobody_needs_may_be_absent_empty_or_null(string? body)
    {
        await using var reflow = await TestReflow.Start();
        Assert.Equal(1470602, (await reflow.Post(Uncomplete, body)).Code);
        Assert.Equal(1470602, (await reflow.Send(new("GET", "/open-apis/task/v1/tasks/0", body, await reflow.Token()))).Code);
    }

    [Fact]
    public async Task A_token_is_the_same_until_less_than_half_an_hour_is_left_and_the_old_one_lives_on()
    {
        await using var reflow = await TestReflow.Start();
        var first = await Issue(reflow);
        Assert.Equal(7200, first.GetProperty("expire").GetInt64());
        reflow.Clock.Advance(TimeSpan.FromMinutes(90));
        var same = await Issue(reflow);
        Assert.Equal((Text(first), 1800), (Text(same), same.GetProperty("expire").GetInt64()));
        reflow.Clock.Advance(TimeSpan.FromSeconds(1));
        var next = await Issue(reflow);
        Assert.NotEqual(Text(first), Text(next));
        Assert.Equal(7200, next.GetProperty("expire").GetInt64());
        Assert.All([Text(first), Text(next)], token => Assert.Equal(1470602, reflow.Send(new("POST", Uncomplete, Token: token)).Result.Code));
    }

    [Fact]
    public async Task A_token_survives_a_restart_and_is_handed_out_again()
    {
        await using var reflow = await TestReflow.Start();
        var token = await reflow.Token();
        await reflow.Stop();
        await using var again = await TestReflow.StartOn(reflow.Store, reflow.Clock);
        Assert.Equal(1470602, (await again.Send(new("POST", Uncomplete, Token: token))).Code);
        Assert.Equal(token, await again.Token());
    }

    [Fact]
    public async Task The_app_token_is_the_tenant_token()
    {
        await using var reflow = await TestReflow.Start();
        var answer = await reflow.Send(new("POST", "/open-apis/auth/v3/app_access_token/internal", new { app_id = Demo.App, app_secret = Demo.Secrets[Demo.App] }));
        Assert.Equal((200, 0, "ok"), (answer.Status, answer.Code, answer.Message));
        Assert.Equal(await reflow.Token(), answer.Json.GetProperty("app_access_token").GetString());
        Assert.Equal(await reflow.Token(), answer.Json.GetProperty("tenant_access_token").GetString());
        Assert.Matches("^t-g1[a-z2-7]{40}$", await reflow.Token());
    }

    [Fact]
    public async Task The_store_never_holds_a_token_or_a_secret()
    {
        await using var reflow = await TestReflow.Start();
        var token = await reflow.Token();
        await reflow.Stop();
        var bytes = await reflow.Store.Bytes();
        Assert.Equal((-1, -1), (bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(token)), bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Demo.Secrets[Demo.App]))));
        Assert.NotEqual(-1, bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Demo.App)));
    }

    static Task<Request> Sent(Request request) => Task.FromResult(request);

    static async Task<JsonElement> Issue(TestReflow reflow) => (await reflow.Send(new("POST", "/open-apis/auth/v3/tenant_access_token/internal",
        new { app_id = Demo.App, app_secret = Demo.Secrets[Demo.App] }))).Json;

    static string Text(JsonElement issued) => issued.GetProperty("tenant_access_token").GetString()!;
}

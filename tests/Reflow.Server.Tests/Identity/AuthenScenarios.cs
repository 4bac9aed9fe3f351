using Reflow.Core.Directory;
using Reflow.Server.Gateway;
using Xunit;

namespace Reflow.Server.Tests.Identity;

/// <summary>What the older authen operations and those of store apps refuse, with HTTP 200 (contracts: platform §1.2, §1.4); and what tokens of what was switched off are worth.</summary>
public class AuthenScenarios
{
    const string UserInfo = "/open-apis/authen/v1/user_info", StoreApp = "cli_b1b2c3d4e5f60002", StoreSecret = "ReflowDemoAppSecret00000000000004", Ticket = "ReflowDemoAppTicket0000000000001";

    static readonly Exchange[] Exchanges =
    [
        new("authen.v1.oidc_access_token.create", "/open-apis/authen/v1/oidc/access_token", "authorization_code", "code"),
        new("authen.v1.oidc_refresh_access_token.create", "/open-apis/authen/v1/oidc/refresh_access_token", "refresh_token", "refresh_token"),
        new("authen.v1.access_token.create", "/open-apis/authen/v1/access_token", "authorization_code", "code"),
        new("authen.v1.refresh_access_token.create", "/open-apis/authen/v1/refresh_access_token", "refresh_token", "refresh_token"),
    ];

    public static TheoryData<Refused> All =>
    [
        .. Exchanges.SelectMany(Shared), .. Exchanges[..2].SelectMany(Oidc), .. Exchanges[2..].SelectMany(Legacy),
        new Refused("a code of five minutes", Exchanges[0].Operation, 20004, async r => await OAuthScenarios.After(r, await Exchanges[0].Request(r, await r.Code()), AuthorizationCode.Life)) { },
        new Refused("a code that nobody issued", Exchanges[0].Operation, 20003, r => Exchanges[0].Request(r, "none")),
        new Refused("a code for the second time", Exchanges[0].Operation, 20003, r => Twice(r, Exchanges[0])),
        new Refused("a refresh token that nobody issued", Exchanges[1].Operation, 20026, r => Exchanges[1].Request(r, "ur-none")),
        new Refused("a refresh token for the second time", Exchanges[1].Operation, 20026, r => Twice(r, Exchanges[1])),
        new Refused("a refresh token of a week", Exchanges[1].Operation, 20037, async r =>
        {
            var refresh = await r.RefreshToken();
            r.Clock.Advance(TimeSpan.FromDays(7));
            return await Exchanges[1].Request(r, refresh, await Fresh(r));
        }),
        new Refused("a code that nobody issued", Exchanges[2].Operation, 20007, r => Exchanges[2].Request(r, "none")),
        new Refused("a refresh token for the second time", Exchanges[3].Operation, 20007, r => Twice(r, Exchanges[3])),

        new Refused("a user token that nobody issued", "authen.v1.user_info.get", 20005, _ => Sent(new("GET", UserInfo, null, "u-x"))),
        new Refused("a user token that has expired", "authen.v1.user_info.get", 20005, async r => await OAuthScenarios.After(r, new("GET", UserInfo, null, await r.UserToken("1001")), Tokens.Life)),
        new Refused("the user is gone", "authen.v1.user_info.get", 20008, async r =>
        {
            var token = await r.UserToken("1001");
            await r.Lose("initiator");
            return new("GET", UserInfo, null, token);
        }),
        new Refused("the user has resigned", "authen.v1.user_info.get", 20021, async r => await Frozen(r, UserInfo, "resigned")),
        new Refused("the user is frozen", "authen.v1.user_info.get", 20022, async r => await Frozen(r, UserInfo, "frozen")),

        new Refused("the user is frozen", "task.v1.task.get", 99991668, async r => await Frozen(r, "/open-apis/task/v1/tasks/0", "frozen")) { Message = GatewayErrors.BadUserToken.Message },
        new Refused("the user was frozen since, and is not any more", "task.v1.task.get", 99991668, async r =>
        {
            var request = await Frozen(r, "/open-apis/task/v1/tasks/0", "frozen");
            await r.Change(user: "user_id: initiator, name: 林一");
            return request;
        }) { Message = GatewayErrors.BadUserToken.Message },
        new Refused("the app is switched off", "task.v1.task.get", 99991662, async r => await OAuthScenarios.Changed(r, new("GET", "/open-apis/task/v1/tasks/0", null, await r.Token()), app: "enabled: false")),
        new Refused("the app is not installed", "task.v1.task.get", 99991673, async r => await OAuthScenarios.Changed(r, new("GET", "/open-apis/task/v1/tasks/0", null, await r.Token()), app: "installed: false")),
        new Refused("the app was switched off since, and is not any more", "task.v1.task.get", 99991663, async r =>
        {
            var token = await r.Token();
            await r.Change(app: "enabled: false");
            await r.Change(app: "enabled: true");
            return new("GET", "/open-apis/task/v1/tasks/0", null, token);
        }),
        new Refused("the user has granted none of the scopes", "task.v1.task.get", 99991679, async r =>
            new("GET", "/open-apis/task/v1/tasks/0", null, (await r.Grant(scopes: ["report:task:readonly"])).Json.GetProperty("access_token").GetString())),

        .. Store("auth.v3.app_access_token.create", "app_access_token",
            new { app_id = StoreApp, app_secret = StoreSecret }, new { app_id = StoreApp, app_secret = "wrong", app_ticket = Ticket }),
        new Refused("the wrong ticket", "auth.v3.app_access_token.create", 10012, _ => Sent(Post("app_access_token", new { app_id = StoreApp, app_secret = StoreSecret, app_ticket = "x" }))),
        new Refused("a self-built app", "auth.v3.app_access_token.create", 10014, _ => Sent(Post("app_access_token", new { app_id = Demo.App, app_secret = Grants.Secret, app_ticket = "x" }))),
        new Refused("no tenant_key", "auth.v3.tenant_access_token.create", 10003, _ => Sent(Post("tenant_access_token", new { app_access_token = "a-x" }))),
        new Refused("an app token that nobody issued", "auth.v3.tenant_access_token.create", 10013, _ => Sent(Post("tenant_access_token", new { app_access_token = "a-x", tenant_key = Demo.OtherTenant }))),
        new Refused("a tenant that nobody knows", "auth.v3.tenant_access_token.create", 10013, async r => Post("tenant_access_token", new { app_access_token = await AppToken(r), tenant_key = "736588c9260f1700" })),
        new Refused("a tenant that has not installed the app", "auth.v3.tenant_access_token.create", 10005, async r => Post("tenant_access_token", new { app_access_token = await AppToken(r), tenant_key = Demo.Tenant })),
        .. Store("auth.v3.app_ticket.resend", "app_ticket/resend", new { app_id = "cli_x", app_secret = "x" }, new { app_id = StoreApp, app_secret = "wrong" }),
        new Refused("a self-built app has no ticket", "auth.v3.app_ticket.resend", 10016, _ => Sent(Post("app_ticket/resend", new { app_id = Demo.App, app_secret = Grants.Secret }))),
    ];

    [Theory, MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public async Task Is_refused(Refused scenario)
    {
        await using var reflow = await TestReflow.Start();
        await scenario.Check(reflow);
    }

    [Fact]
    public async Task A_store_app_gets_its_tokens_with_its_ticket()
    {
        await using var reflow = await TestReflow.Start();
        (await reflow.Send(Post("app_ticket/resend", new { app_id = StoreApp, app_secret = StoreSecret }))).Ok();
        var answer = (await reflow.Send(Post("tenant_access_token", new { app_access_token = await AppToken(reflow), tenant_key = Demo.OtherTenant }))).Ok();
        var bot = (await reflow.Send(new("GET", "/open-apis/bot/v3/info", null, answer.Json.GetProperty("tenant_access_token").GetString()))).Ok();
        Assert.Equal("Store app", bot.Json.GetProperty("bot").GetProperty("app_name").GetString());
        Assert.Equal(7200, answer.Json.GetProperty("expire").GetInt64());
    }

    static IEnumerable<Refused> Shared(Exchange exchange) =>
    [
        new("nothing at all", exchange.Operation, 20001, async r => new("POST", exchange.Path, new { }, await r.Token())),
        new("nothing to exchange", exchange.Operation, 20001, async r => new("POST", exchange.Path, new { grant_type = exchange.GrantType }, await r.Token())),
        new("the user is gone", exchange.Operation, 20008, async r =>
        {
            var request = await exchange.Valid(r);
            await r.Lose("initiator");
            return request;
        }),
        .. exchange.GrantType is "authorization_code"
            ? (Refused[])
            [
                new("the user has resigned", exchange.Operation, 20021, async r => await OAuthScenarios.Changed(r, await exchange.Valid(r), user: "user_id: initiator, name: 林一, status: resigned")),
                new("the user is frozen", exchange.Operation, 20022, async r => await OAuthScenarios.Changed(r, await exchange.Valid(r), user: "user_id: initiator, name: 林一, status: frozen")),
            ]
            :
            [
                new("the user has resigned", exchange.Operation, 20021, async r => await Suspended(r, exchange, "is_resigned")),
                new("the user is frozen", exchange.Operation, 20022, async r => await Suspended(r, exchange, "is_frozen")),
            ],
        new("the bearer is another app", exchange.Operation, 20024, async r => await exchange.Valid(r) with { Token = await r.Token(Demo.ReportApp) }),
    ];

    static IEnumerable<Refused> Oidc(Exchange exchange) =>
    [
        new("another grant_type", exchange.Operation, 20036, async r => new("POST", exchange.Path, $$"""{"grant_type":"password","{{exchange.Member}}":"x"}""", await r.Token())),
        new("a tenant token that nobody issued", exchange.Operation, 20013, async r => await exchange.Valid(r) with { Token = "t-x" }),
        new("an app token that nobody issued", exchange.Operation, 20014, async r => await exchange.Valid(r) with { Token = "a-x" }),
        new("the app is switched off", exchange.Operation, 20042, async r => await OAuthScenarios.Changed(r, await exchange.Valid(r), app: "enabled: false")),
        new("the app is not for this user", exchange.Operation, 20042, async r => await OAuthScenarios.Changed(r, await exchange.Valid(r), app: "available_to: [director]")),
    ];

    static IEnumerable<Refused> Legacy(Exchange exchange) =>
    [
        new("the app is not for this user", exchange.Operation, 20009, async r => await OAuthScenarios.Changed(r, await exchange.Valid(r), app: "available_to: [director]")),
    ];

    static IEnumerable<Refused> Store(string operation, string path, object incomplete, object wrong) =>
    [
        new("something is missing", operation, 10003, _ => Sent(Post(path, incomplete))),
        new("the wrong secret", operation, 10014, _ => Sent(Post(path, wrong))),
    ];

    static Request Post(string path, object body) => new("POST", $"/open-apis/auth/v3/{path}", body);

    static async Task<string> AppToken(TestReflow reflow) =>
        (await reflow.Send(Post("app_access_token", new { app_id = StoreApp, app_secret = StoreSecret, app_ticket = Ticket }))).Ok().Json.GetProperty("app_access_token").GetString()!;

    static async Task<Request> Frozen(TestReflow reflow, string path, string status)
    {
        var token = await reflow.UserToken("1001");
        await reflow.Change(user: $"user_id: initiator, name: 林一, status: {status}");
        return new("GET", path, null, token);
    }

    // As a file would say it, but without taking the refresh token back.
    static async Task<Request> Suspended(TestReflow reflow, Exchange exchange, string status)
    {
        var request = await exchange.Valid(reflow);
        await reflow.Db.Change(Demo.Tenant, session => session.Execute("update member set doc = $2 where tenant = $1 and user_id = 'initiator'", $$"""{"{{status}}":true}"""), TestContext.Current.CancellationToken);
        return request;
    }

    static async Task<Request> Twice(TestReflow reflow, Exchange exchange)
    {
        var request = await exchange.Valid(reflow);
        (await reflow.Send(request)).Ok();
        return request;
    }

    static async Task<string> Fresh(TestReflow reflow) =>
        (await reflow.Send(new("POST", "/open-apis/auth/v3/tenant_access_token/internal", new { app_id = Demo.App, app_secret = Grants.Secret }))).Json.GetProperty("tenant_access_token").GetString()!;

    static Task<Request> Sent(Request request) => Task.FromResult(request);

    sealed record Exchange(string Operation, string Path, string GrantType, string Member)
    {
        public async Task<Request> Request(TestReflow reflow, string handle, string? token = null) =>
            new("POST", Path, $$"""{"grant_type":"{{GrantType}}","{{Member}}":"{{handle}}"}""", token ?? await reflow.Token());

        public async Task<Request> Valid(TestReflow reflow) => await Request(reflow, GrantType is "refresh_token" ? await reflow.RefreshToken() : await reflow.Code());
    }
}

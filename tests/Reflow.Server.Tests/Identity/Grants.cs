using Reflow.Core.Directory;
using Reflow.Server.Gateway;
using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests.Identity;

/// <summary>Codes and refresh tokens without a browser.</summary>
static class Grants
{
    public const string Redirect = "http://localhost:3000/callback";
    public const string V2 = "/open-apis/authen/v2/oauth/token";
    public static readonly string Secret = Demo.Secrets[Demo.App];
    /// <summary>What goes into a workspace file to leave the demo app as it is.</summary>
    public const string DemoApp = "app_id: cli_a1b2c3d4e5f60001, secret: ReflowDemoAppSecret00000000000001, redirect_urls: [\"http://localhost:3000/callback\"]";

    /// <summary>A code as if the user had agreed just now.</summary>
    public static async Task<string> Code(this TestReflow reflow, string userId = "initiator", string app = Demo.App, string[]? scopes = null, Challenge? challenge = null)
    {
        var code = new Handles(Chance.Unforeseeable).New(Demo.Tenant);
        await reflow.Db.Change(Demo.Tenant, async session =>
            await GrantStore.Agree(session, (await AppStore.Find(session, app))!, userId, scopes ?? ["task:task", "offline_access"], Redirect, challenge, code, reflow.Clock.GetUtcNow().ToUnixTimeMilliseconds()),
            TestContext.Current.CancellationToken);
        return code;
    }

    /// <summary>A user token and all that comes with it, by the newer endpoint.</summary>
    public static async Task<Answer> Grant(this TestReflow reflow, string userId = "initiator", string[]? scopes = null) =>
        (await reflow.Send(Exchange(await reflow.Code(userId, scopes: scopes)))).Ok();

    public static Request Exchange(string code, string path = V2) =>
        new("POST", path, new { grant_type = "authorization_code", client_id = Demo.App, client_secret = Secret, code });

    public static Request Refresh(string token, string path = V2) =>
        new("POST", path, new { grant_type = "refresh_token", client_id = Demo.App, client_secret = Secret, refresh_token = token });

    public static async Task<string> RefreshToken(this TestReflow reflow, string userId = "initiator") =>
        (await reflow.Grant(userId)).Json.GetProperty("refresh_token").GetString()!;

    /// <summary>Makes the demo app, or one of its users, something else while the server runs.</summary>
    public static Task<string> Change(this TestReflow reflow, string? app = null, string? user = null) => reflow.Apply($$"""
        tenants:
          - tenant_key: {{Demo.Tenant}}
            name: Reflow Demo
            apps: [{{(app is null ? "" : $"{{{DemoApp}, {(app.StartsWith("scopes:", StringComparison.Ordinal) ? "" : "scopes: \"*\", ")}{app}}}")}}]
            users: [{{(user is null ? "" : $"{{{user}}}")}}, {user_id: director, name: 李四, kunlun_id: 1004}]
        """.Replace("[, ", "[", StringComparison.Ordinal));

    /// <summary>Takes a member's row away, which no call and no file does.</summary>
    public static Task<int> Lose(this TestReflow reflow, string userId) =>
        reflow.Db.Change(Demo.Tenant, session => session.Execute("delete from member where tenant = $1 and user_id = $2", userId), TestContext.Current.CancellationToken);
}

using Reflow.Core.Directory;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Platform;

/// <summary>
/// POST /open-apis/authen/v1/{oidc/,}{access_token,refresh_access_token} (contracts: platform §1.4): what the newer endpoints do, for an app that shows its own token,
/// and with HTTP 200 whatever happens. The oldest two answer the user as well.
/// </summary>
static class AuthenTokens
{
    static readonly RefreshTerms Terms = new(30L * 24 * 60 * 60 * 1000, Always: true);

    public static void Serve(Routes routes, Db db, GrantStore grants)
    {
        routes.Serve("authen.v1.oidc_access_token.create", call => Oidc(call, grants, "authorization_code", "code"));
        routes.Serve("authen.v1.oidc_refresh_access_token.create", call => Oidc(call, grants, "refresh_token", "refresh_token"));
        routes.Serve("authen.v1.access_token.create", call => Legacy(call, db, grants, "authorization_code", "code"));
        routes.Serve("authen.v1.refresh_access_token.create", call => Legacy(call, db, grants, "refresh_token", "refresh_token"));
    }

    static async ValueTask<Reply> Oidc(Call call, GrantStore grants, string grantType, string member)
    {
        var (asked, handle) = (call.Body.Text("grant_type"), call.Body.Text(member));
        if (call.Body.Refusal is not null || string.IsNullOrEmpty(asked) || string.IsNullOrEmpty(handle)) return AuthenErrors.Missing;
        if (asked != grantType) return AuthenErrors.GrantType;
        var (granted, fault) = await Grant(call, grants, grantType, handle);
        return fault is { } why ? AuthenErrors.OfOidc(why) : Reply.Object(json =>
        {
            json.WriteString("access_token"u8, granted!.AccessToken);
            json.WriteString("refresh_token"u8, granted.RefreshToken);
            json.WriteString("token_type"u8, "Bearer"u8);
            json.WriteNumber("expires_in"u8, granted.SecondsLeft);
            json.WriteNumber("refresh_expires_in"u8, granted.RefreshSecondsLeft);
            json.WriteString("scope"u8, string.Join(' ', granted.Scopes));
        });
    }

    static async ValueTask<Reply> Legacy(Call call, Db db, GrantStore grants, string grantType, string member)
    {
        var (asked, handle) = (call.Body.Text("grant_type"), call.Body.Text(member));
        if (call.Body.Refusal is not null || asked != grantType || string.IsNullOrEmpty(handle)) return AuthenErrors.Missing;
        var (granted, fault) = await Grant(call, grants, grantType, handle);
        if (fault is { } why) return AuthenErrors.OfLegacy(why);
        var user = await db.Read(granted!.Tenant, session => ContactStore.Member(session, granted.UserId), call.Aborted);
        var reader = call.Caller with { Tenant = granted.Tenant, UserId = granted.UserId, Scopes = call.Caller.Scopes.Of(granted.Scopes) };
        return Reply.Object(json =>
        {
            json.WriteString("access_token"u8, granted.AccessToken);
            json.WriteString("token_type"u8, "Bearer"u8);
            json.WriteNumber("expires_in"u8, granted.SecondsLeft);
            GetUserInfo.Write(json, user!, reader);
            json.WriteNumber("refresh_expires_in"u8, granted.RefreshSecondsLeft);
            json.WriteString("refresh_token"u8, granted.RefreshToken);
        });
    }

    static Task<(Granted? Granted, GrantFault? Fault)> Grant(Call call, GrantStore grants, string grantType, string handle)
    {
        call.Http.Response.Headers.CacheControl = "no-store";
        return grantType is "refresh_token"
            ? grants.Refresh(call.Caller.AppId, handle, null, Terms, call.Now, call.Aborted)
            : grants.Exchange(call.Caller.AppId, new(handle), Terms, call.Now, call.Aborted);
    }
}

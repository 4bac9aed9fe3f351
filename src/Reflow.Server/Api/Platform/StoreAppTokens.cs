using System.Security.Cryptography;
using System.Text;
using Reflow.Core;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Platform;

/// <summary>
/// How store apps get their tokens (contracts: platform §1.2): POST /open-apis/auth/v3/app_access_token for a ticket, …/tenant_access_token for that and a tenant,
/// and …/app_ticket/resend, which asks for the ticket. Refusals travel with HTTP 200.
/// </summary>
static class StoreAppTokens
{
    static readonly Error InvalidParam = new(10003, 200, "invalid param");
    static readonly Error NotInstalled = new(10005, 200, "app id unauthorized");
    static readonly Error TicketWrong = new(10012, 200, "get app access token fail");
    static readonly Error TenantUnknown = new(10013, 200, "get tenant access token fail");
    static readonly Error SecretInvalid = new(10014, 200, "app secret invalid");
    static readonly Error ResendFailed = new(10016, 200, "app resend fail");

    public static void Serve(Routes routes, Db db, Tokens tokens)
    {
        routes.Serve("auth.v3.app_access_token.create", call => AppToken(call, db, tokens));
        routes.Serve("auth.v3.tenant_access_token.create", call => TenantToken(call, db, tokens));
        routes.Serve("auth.v3.app_ticket.resend", async call => await Known(call, db) is var (app, error) && error is not null ? error : app!.IsStore ? Reply.TopLevel("success", _ => { }) : ResendFailed);
    }

    static async ValueTask<Reply> AppToken(Call call, Db db, Tokens tokens)
    {
        var ticket = call.Body.Text("app_ticket");
        if (string.IsNullOrEmpty(ticket)) return InvalidParam;
        var (app, error) = await Known(call, db);
        if (error is not null) return error;
        if (!app!.IsStore) return SecretInvalid.Because("a self-built app gets its token from …/app_access_token/internal");
        if (app.Ticket is null || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(ticket), Encoding.UTF8.GetBytes(app.Ticket))) return TicketWrong;
        var (token, secondsLeft) = await tokens.Issue(app.Tenant, TokenKinds.App, app.Id, userId: null, call.Aborted);
        return Reply.TopLevel("success", json =>
        {
            json.WriteString("app_access_token"u8, token);
            json.WriteNumber("expire"u8, secondsLeft);
        });
    }

    static async ValueTask<Reply> TenantToken(Call call, Db db, Tokens tokens)
    {
        var (appToken, tenant) = (call.Body.Text("app_access_token"), call.Body.Text("tenant_key"));
        if (call.Body.Refusal is not null || string.IsNullOrEmpty(appToken) || string.IsNullOrEmpty(tenant)) return InvalidParam;
        if (await tokens.Find(appToken, TokenKinds.App, call.Aborted) is not { } caller || caller.ExpiresAt <= call.Now || caller.Standing is Standing.Revoked) return TenantUnknown;
        if (!await db.Read(tenant, session => session.Find("select 1 from tenant where tenant = $1", _ => true), call.Aborted)) return TenantUnknown;
        if (await db.Read(tenant, session => AppStore.Find(session, caller.AppId), call.Aborted) is not { IsInstalled: true, IsEnabled: true }) return NotInstalled;
        var (token, secondsLeft) = await tokens.Issue(tenant, TokenKinds.Tenant, caller.AppId, userId: null, call.Aborted);
        return Reply.TopLevel("success", json =>
        {
            json.WriteString("tenant_access_token"u8, token);
            json.WriteNumber("expire"u8, secondsLeft);
        });
    }

    static async ValueTask<(App? App, Error? Error)> Known(Call call, Db db)
    {
        var (appId, secret) = (call.Body.Text("app_id"), call.Body.Text("app_secret"));
        if (call.Body.Refusal is not null || string.IsNullOrEmpty(secret) || !AppStore.IsId(appId)) return (null, InvalidParam);
        return await AppStore.Find(db, appId!, call.Aborted) is { } app && Secrets.Match(secret, app.SecretHash) ? (app, null) : (null, SecretInvalid);
    }
}

using Reflow.Core;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Platform;

/// <summary>
/// POST /open-apis/auth/v3/tenant_access_token/internal and …/app_access_token/internal (contracts: platform §1.2): both answer the same <c>t-</c> token.
/// A refusal travels with HTTP 200, since the Node SDK reads its code from there.
/// </summary>
static class IssueTokens
{
    static readonly Error InvalidParam = new(10003, 200, "invalid param");
    static readonly Error SecretInvalid = new(10014, 200, "app secret invalid");

    public static void Serve(Routes routes, Db db, Tokens tokens)
    {
        routes.Serve("auth.v3.tenant_access_token.internal", call => Handle(call, db, tokens, alsoAsApp: false));
        routes.Serve("auth.v3.app_access_token.internal", call => Handle(call, db, tokens, alsoAsApp: true));
    }

    static async ValueTask<Reply> Handle(Call call, Db db, Tokens tokens, bool alsoAsApp)
    {
        var (appId, secret) = (call.Body.Text("app_id"), call.Body.Text("app_secret"));
        if (call.Body.Refusal is not null || string.IsNullOrEmpty(secret) || !AppStore.IsId(appId)) return InvalidParam;
        if (await AppStore.Find(db, appId!, call.Aborted) is not { } app || !Secrets.Match(secret, app.SecretHash)) return SecretInvalid;
        var (token, secondsLeft) = await tokens.Issue(app.Tenant, TokenKinds.Tenant, app.Id, userId: null, call.Aborted);
        return Reply.TopLevel("ok", json =>
        {
            if (alsoAsApp) json.WriteString("app_access_token"u8, token);
            json.WriteString("tenant_access_token"u8, token);
            json.WriteNumber("expire"u8, secondsLeft);
        });
    }
}

using System.Text;
using Reflow.Core;
using Reflow.Core.Directory;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Platform;

/// <summary>POST /open-apis/authen/v2/oauth/token and /oauth/v3/token (contracts: platform §1.4): a code, or a refresh token, for a user token, as RFC 6749 has it.</summary>
static class OAuthTokens
{
    static readonly RefreshTerms Terms = new(7L * 24 * 60 * 60 * 1000, Always: false);

    public static void Serve(Routes routes, Db db, GrantStore grants, RateLimits limits)
    {
        routes.Serve("authen.v2.oauth.token", call => Handle(call, db, grants, limits));
        routes.Serve("oauth.v3.token", call => Handle(call, db, grants, limits));
    }

    static async ValueTask<Reply> Handle(Call call, Db db, GrantStore grants, RateLimits limits)
    {
        var asked = Read(call.Body);
        var (basic, isBasic) = BasicOf(call);
        if (call.Body.Refusal is not null) return OAuthErrors.Malformed.Because("a member is no text");
        if (isBasic && asked.ClientSecret is not null) return OAuthErrors.TwoMethods;
        var (clientId, secret) = isBasic ? basic : (asked.ClientId, asked.ClientSecret);
        if (asked.GrantType is null || string.IsNullOrEmpty(clientId) || string.IsNullOrEmpty(secret)) return OAuthErrors.Missing.Because("grant_type, client_id and client_secret are needed");
        if (asked.GrantType is not ("authorization_code" or "refresh_token")) return OAuthErrors.GrantType;
        if ((asked.GrantType is "refresh_token" ? asked.RefreshToken : asked.Code) is not { Length: > 0 } handle) return OAuthErrors.Missing.Because($"{asked.GrantType} is needed");
        if (!AppStore.IsId(clientId) || await AppStore.Find(db, clientId, call.Aborted) is not { } app) return OAuthErrors.AppUnknown;
        if (!Secrets.Match(secret, app.SecretHash)) return OAuthErrors.SecretWrong;
        if (await limits.Spend(new(app.Tenant, TokenKinds.None, app.Id, app.Owner, null, new([]), 0), call.Operation, call.Aborted) is { } limited) return limited;
        var (granted, fault) = asked.GrantType is "refresh_token"
            ? await grants.Refresh(app.Id, handle, asked.Scope, Terms, call.Now, call.Aborted)
            : await grants.Exchange(app.Id, new(handle, asked.RedirectUri, asked.Verifier, asked.Scope), Terms, call.Now, call.Aborted);
        return fault is { } why ? Of(why) : Answer(granted!);
    }

    static Reply Answer(Granted granted) => Reply.TopLevel("", json =>
    {
        json.WriteString("access_token"u8, granted.AccessToken);
        json.WriteNumber("expires_in"u8, granted.SecondsLeft);
        if (granted.RefreshToken is { } refresh)
        {
            json.WriteString("refresh_token"u8, refresh);
            json.WriteNumber("refresh_token_expires_in"u8, granted.RefreshSecondsLeft);
        }
        json.WriteString("scope"u8, string.Join(' ', granted.Scopes));
        json.WriteString("token_type"u8, "Bearer"u8);
    });

    static Asked Read(Input body) => new(body.Text("grant_type"), body.Text("client_id"), body.Text("client_secret"), body.Text("code"), body.Text("refresh_token"), body.Text("redirect_uri"),
        body.Text("code_verifier"), body.Text("scope"));

    // RFC 6749 §2.3.1: both parts are form-encoded before they are joined.
    static ((string? Id, string? Secret), bool IsBasic) BasicOf(Call call)
    {
        var header = call.Http.Request.Headers.Authorization.ToString();
        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)) return default;
        var bytes = new byte[header.Length];
        if (!Convert.TryFromBase64String(header["Basic ".Length..].Trim(), bytes, out var length)) return (default, true);
        return (Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2) is [var id, var secret] ? (Uri.UnescapeDataString(id), Uri.UnescapeDataString(secret)) : default, true);
    }

    static Error Of(GrantFault fault) => fault switch
    {
        GrantFault.CodeUnknown => OAuthErrors.CodeUnknown,
        GrantFault.CodeUsed => OAuthErrors.CodeUsed,
        GrantFault.CodeExpired => OAuthErrors.CodeExpired,
        GrantFault.RedirectDiffers => OAuthErrors.RedirectDiffers,
        GrantFault.ChallengeFailed => OAuthErrors.Challenge,
        GrantFault.RefreshUnknown => OAuthErrors.RefreshUnknown,
        GrantFault.RefreshUsed => OAuthErrors.RefreshUsed,
        GrantFault.RefreshRevoked => OAuthErrors.RefreshRevoked,
        GrantFault.RefreshExpired => OAuthErrors.RefreshExpired,
        GrantFault.RefreshingOff => OAuthErrors.RefreshingOff,
        GrantFault.OtherApp => OAuthErrors.OtherApp,
        GrantFault.ScopeTwice => OAuthErrors.ScopeTwice,
        GrantFault.ScopeNotGranted => OAuthErrors.ScopeNotGranted,
        GrantFault.UserGone => OAuthErrors.UserGone,
        GrantFault.UserFrozen or GrantFault.UserResigned => OAuthErrors.UserStatus,
        GrantFault.AppOff => OAuthErrors.AppOff,
        GrantFault.AppNotInstalled => OAuthErrors.NotInstalled,
        GrantFault.AppNotAvailable => OAuthErrors.NotAvailable,
    };

    sealed record Asked(string? GrantType, string? ClientId, string? ClientSecret, string? Code, string? RefreshToken, string? RedirectUri, string? Verifier, string? Scope);
}

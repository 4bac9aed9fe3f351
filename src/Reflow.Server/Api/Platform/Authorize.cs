using System.Security.Cryptography;
using System.Text;
using Reflow.Core.Directory;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Platform;

/// <summary>
/// GET and POST /open-apis/authen/v1/authorize, GET /open-apis/authen/v1/index (contracts: platform §1.4): the user signs in, agrees or not, and is sent back to the
/// app with a code. Plain forms, no script. Each form carries a text that only its own browser's cookie goes with, so that no other site can send it.
/// </summary>
sealed class Authorize
{
    /// <summary>The page's path; its cookies are sent nowhere else.</summary>
    public const string Path = "/open-apis/authen/v1/authorize";
    const string CookiePath = "/open-apis/authen/v1", SignedInCookie = "reflow_signed_in", VisitCookie = "reflow_visit";

    readonly Db db;
    readonly byte[] key;
    readonly Chance chance;
    readonly Handles handles;
    readonly SignInThrottle throttle;

    Authorize(Db db, byte[] key, TimeProvider clock, Chance chance) =>
        (this.db, this.key, this.chance, handles, throttle) = (db, HMACSHA256.HashData(key, "forms"u8), chance, new(chance), new(db.Quotas, clock));

    public static void Serve(Routes routes, Db db, byte[] key, TimeProvider clock, Chance chance)
    {
        var authorize = new Authorize(db, key, clock, chance);
        routes.Serve("authen.v1.authorize", authorize.Show);
        routes.Serve("authen.v1.index", authorize.Show);
        routes.Serve("authen.v1.authorize.submit", authorize.Submit);
    }

    async ValueTask<Reply> Show(Call call)
    {
        var (request, error) = await AuthorizeRequest.Read(call, db);
        if (error is not null) return error;
        var (user, handle) = await SignedIn(call, request!);
        if (user is null) return SignInPage(call, request!, null, "");
        if (request!.App.Fault(user.UserId) is GrantFault.AppNotAvailable) return AuthorizeErrors.NotAvailable.Because(user.Name);
        var granted = await db.Read(request.App.Tenant, session => GrantStore.Consented(session, request.App.Id, user.UserId), call.Aborted);
        return !request.AlwaysAsk && granted.Count > 0 && !request.Scopes.Except(granted).Any() ? await Agree(call, request, user.UserId)
            : Pages.Consent(call, request, user, Formed(handle!));
    }

    async ValueTask<Reply> Submit(Call call)
    {
        var (request, error) = await AuthorizeRequest.Read(call, db);
        if (error is not null) return error;
        var (act, form) = (call.Body.Text("act"), call.Body.Text("form"));
        var (account, password) = (call.Body.Text("account") ?? "", call.Body.Text("password") ?? "");
        // "none" and "same-site" are not how a browser sends this form either.
        if (call.Body.Refusal is not null || call.Http.Request.Headers["Sec-Fetch-Site"].ToString() is not ("" or "same-origin")) return AuthorizeErrors.FormExpired;
        if (act is "sign_in")
        {
            return Belongs(form, call.Http.Request.Cookies[VisitCookie]) ? await SignIn(call, request!, account.Trim(), password) : SignInPage(call, request!, Fault.Expired, account);
        }
        var (user, handle) = await SignedIn(call, request!);
        if (user is null || act is not ("agree" or "deny" or "sign_out") || !Belongs(form, handle)) return AuthorizeErrors.FormExpired;
        switch (act)
        {
            case "agree":
                return request!.App.Fault(user.UserId) is null ? await Agree(call, request, user.UserId) : AuthorizeErrors.NotAvailable;
            case "deny":
                return HtmlPage.Redirect(302, RedirectUris.With(request!.RedirectUri, "error", "access_denied", request.State));
            default:
                await db.Change(request!.App.Tenant, session => SignInStore.SignOut(session, handle!), call.Aborted);
                call.Http.Response.Cookies.Delete(SignedInCookie, Cookie(call));
                return HtmlPage.Redirect(303, Path + request.Query);
        }
    }

    async ValueTask<Reply> SignIn(Call call, AuthorizeRequest request, string account, string password)
    {
        var tenant = request.App.Tenant;
        if (account.Length is 0 or > 256 || password.Length is 0 or > 256) return SignInPage(call, request, Fault.Missing, account);
        var (attempt, seconds) = await throttle.Begin(tenant, account.ToLowerInvariant(), $"{call.Http.Connection.RemoteIpAddress}");
        if (attempt is null) return SignInPage(call, request, Fault.TooMany, account, seconds);
        var known = await db.Read(tenant, session => SignInStore.Account(session, account), call.Aborted);
        // Outside the store: it takes its time, on purpose.
        if (!SignInStore.Match(password, known?.Hash)) return SignInPage(call, request, Fault.Wrong, account);
        await throttle.Succeeded(attempt);
        if (known!.Value.Member.Details is { IsFrozen: true } or { IsResigned: true }) return SignInPage(call, request, Fault.Inactive, account);
        var handle = handles.New(tenant);
        await db.Change(tenant, session => SignInStore.SignIn(session, known.Value.Member.UserId, handle, call.Now), call.Aborted);
        call.Http.Response.Cookies.Append(SignedInCookie, handle, Cookie(call, SignInStore.Life));
        call.Http.Response.Cookies.Delete(VisitCookie, Cookie(call));
        // A GET, so that going back or reloading sends no password again.
        return HtmlPage.Redirect(303, Path + request.Query);
    }

    async ValueTask<HtmlPage> Agree(Call call, AuthorizeRequest request, string userId)
    {
        var code = handles.New(request.App.Tenant);
        await db.Change(request.App.Tenant, session => GrantStore.Agree(session, request.App, userId, request.Scopes, request.RedirectUri, request.Challenge, code, call.Now), call.Aborted);
        return HtmlPage.Redirect(302, RedirectUris.With(request.RedirectUri, "code", code, request.State));
    }

    HtmlPage SignInPage(Call call, AuthorizeRequest request, Fault? fault, string account, long seconds = 0)
    {
        var visit = call.Http.Request.Cookies[VisitCookie] is { Length: 64 } known && known.All(char.IsAsciiHexDigitLower) ? known : chance.Hex(32);
        call.Http.Response.Cookies.Append(VisitCookie, visit, Cookie(call));
        return Pages.SignIn(call, request, fault, account, seconds, Formed(visit));
    }

    // Signed in where the app is; of another tenant counts as nobody.
    async ValueTask<(Member? User, string? Handle)> SignedIn(Call call, AuthorizeRequest request)
    {
        var handle = call.Http.Request.Cookies[SignedInCookie];
        if (Handles.TenantOf(handle) != request.App.Tenant) return (null, null);
        var user = await db.Read(request.App.Tenant, session => SignInStore.SignedIn(session, handle!, call.Now), call.Aborted);
        return user is { Details: { IsFrozen: false, IsResigned: false } } ? (user, handle) : (null, null);
    }

    string Formed(string cookie) => Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(cookie)));

    bool Belongs(string? form, string? cookie) =>
        form is not null && cookie is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(form), Encoding.UTF8.GetBytes(Formed(cookie)));

    // Lax and not Strict: the user arrives from the app's own site.
    static CookieOptions Cookie(Call call, long? life = null) => new()
    {
        Path = CookiePath,
        HttpOnly = true,
        Secure = call.Http.Request.IsHttps,
        SameSite = SameSiteMode.Lax,
        MaxAge = life is { } ms ? TimeSpan.FromMilliseconds(ms) : null,
    };

    /// <summary>Why the sign-in page is shown again.</summary>
    public enum Fault
    {
        /// <summary>The account or the password was left empty.</summary>
        Missing,
        /// <summary>Nobody has this account and this password.</summary>
        Wrong,
        /// <summary>Too many wrong passwords; the next try must wait.</summary>
        TooMany,
        /// <summary>The member is frozen or has resigned.</summary>
        Inactive,
        /// <summary>The form was not this browser's, or is too old.</summary>
        Expired,
    }
}

using System.Text.Json;
using Reflow.Core.Directory;
using Reflow.Server.Gateway;

namespace Reflow.Server.Store;

/// <summary>What a user granted an app: consents, codes, refresh tokens, and the user tokens that come of them (contracts: platform §1.4).</summary>
/// <param name="db">The store.</param>
/// <param name="tokens">Where user tokens come from.</param>
/// <param name="handles">Where refresh tokens come from.</param>
sealed class GrantStore(Db db, Tokens tokens, Handles handles)
{
    /// <summary>The tables of what clients hold and users agreed to. It outlives a reset: no SDK recovers from a token that died early, and a refresh token can be had only from a person.</summary>
    public static readonly string[] Outliving = ["token", "consent", "refresh_token", "project_grant"];

    const string RefreshPrefix = "ur-";
    // What is over is known for another day, so that whoever comes late hears "used" or "expired" and not "unknown".
    const long Kept = 24 * 60 * 60 * 1000;

    /// <summary>All that the user has granted the app so far.</summary>
    public static async ValueTask<IReadOnlyList<string>> Consented(Session session, string appId, string userId) =>
        await session.Find("select scopes from consent where tenant = $1 and app_id = $2 and user_id = $3", r => List(r.GetString(0)), appId, userId) ?? [];

    /// <summary>The user agrees: remembers it, and the code that the app is sent.</summary>
    public static async ValueTask<int> Agree(Session session, App app, string userId, IReadOnlyList<string> scopes, string redirectUri, Challenge? challenge, string code, long now)
    {
        // What the app has lost since the user granted it is not granted any more.
        var held = new Scopes(app.Scopes);
        IReadOnlyList<string> all = [.. (await Consented(session, app.Id, userId)).Where(held.Has).Union(scopes)];
        await session.Write("insert into consent (tenant, app_id, user_id, scopes) values ($1, $2, $3, $4) on conflict (tenant, app_id, user_id) do update set scopes = excluded.scopes",
            app.Id, userId, Text(all));
        await session.Write($"delete from authorization_code{session.Engine.By("authorization_code_of_time")} where tenant = $1 and issued_at < $2", now - Kept);
        return await session.Execute(
            "insert into authorization_code (tenant, hash, app_id, user_id, scopes, redirect_uri, challenge, is_hashed, issued_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            Secrets.Hash(code), app.Id, userId, Text(all), redirectUri, challenge?.Value, challenge?.IsHashed is true ? 1L : 0L, now);
    }

    /// <summary>Takes a code for a user token.</summary>
    /// <param name="appId">Who brings it.</param>
    /// <param name="asked">What comes with it.</param>
    /// <param name="terms">How the endpoint refreshes.</param>
    /// <param name="now">Unix ms.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<(Granted? Granted, GrantFault? Fault)> Exchange(string appId, CodeExchange asked, RefreshTerms terms, long now, CancellationToken ct)
    {
        if (Handles.TenantOf(asked.Code) is not { } tenant) return (null, GrantFault.CodeUnknown);
        var next = handles.New(tenant, RefreshPrefix);
        return await db.Change<(Granted?, GrantFault?)>(tenant, async session =>
        {
            var hash = Secrets.Hash(asked.Code);
            var code = await session.Find(
                "select app_id, user_id, scopes, redirect_uri, challenge, is_hashed, issued_at, used from authorization_code where tenant = $1 and hash = $2",
                r => new AuthorizationCode(r.GetString(0), r.GetString(1), List(r.GetString(2)), r.GetString(3), r.TextOrNull(4) is { } value ? new(value, r.Truth(5)) : null, r.GetInt64(6), r.Truth(7)), hash);
            if (code is null) return (null, GrantFault.CodeUnknown);
            if ((code.Fault(appId, asked.RedirectUri, asked.Verifier, now) ?? await Standing(session, appId, code.UserId)) is { } fault) return (null, fault);
            var (scopes, narrow) = ScopeList.Narrow(code.Scopes, asked.Scope);
            if (narrow is not null) return (null, narrow);
            await session.Write("update authorization_code set used = 1 where tenant = $1 and hash = $2", hash);
            return (await Grant(session, appId, code.UserId, scopes, code.Scopes, now, terms, next, now), null);
        }, ct);
    }

    /// <summary>Takes a refresh token for a user token and the next refresh token.</summary>
    public async Task<(Granted? Granted, GrantFault? Fault)> Refresh(string appId, string refreshToken, string? scope, RefreshTerms terms, long now, CancellationToken ct)
    {
        if (Handles.TenantOf(refreshToken, RefreshPrefix) is not { } tenant) return (null, GrantFault.RefreshUnknown);
        var next = handles.New(tenant, RefreshPrefix);
        return await db.Change<(Granted?, GrantFault?)>(tenant, async session =>
        {
            var hash = Secrets.Hash(refreshToken);
            var known = await session.Find("select app_id, user_id, scopes, authorized_at, expires_at, state from refresh_token where tenant = $1 and hash = $2",
                r => new RefreshToken(r.GetString(0), r.GetString(1), List(r.GetString(2)), r.GetInt64(3), r.GetInt64(4), Enum.Parse<RefreshState>(r.GetString(5), ignoreCase: true)), hash);
            if (known is null) return (null, GrantFault.RefreshUnknown);
            if ((known.Fault(appId, now) ?? await Standing(session, appId, known.UserId)) is { } fault) return (null, fault);
            if (await AppStore.Find(session, appId) is { CanRefresh: false }) return (null, GrantFault.RefreshingOff);
            var (scopes, narrow) = ScopeList.Narrow(known.Scopes, scope);
            if (narrow is not null) return (null, narrow);
            await session.Write("update refresh_token set state = 'used' where tenant = $1 and hash = $2", hash);
            return (await Grant(session, appId, known.UserId, scopes, known.Scopes, known.AuthorizedAt, terms, next, now), null);
        }, ct);
    }

    async ValueTask<Granted> Grant(Session session, string appId, string userId, IReadOnlyList<string> scopes, IReadOnlyList<string> all, long authorizedAt, RefreshTerms terms, string next, long now)
    {
        var access = await tokens.Mint(session, appId, userId, scopes, now);
        var granted = new Granted(session.Tenant, userId, access, Tokens.Life / 1000, null, 0, scopes);
        if (!terms.Always && !all.Contains(RefreshToken.Scope)) return granted;
        await session.Write($"delete from refresh_token{session.Engine.By("refresh_token_of_end")} where tenant = $1 and expires_at < $2", now - Kept);
        var end = RefreshToken.End(authorizedAt, now, terms.Life);
        await session.Write("insert into refresh_token (tenant, hash, app_id, user_id, scopes, authorized_at, expires_at, state) values ($1, $2, $3, $4, $5, $6, $7, 'live')",
            Secrets.Hash(next), appId, userId, Text(all), authorizedAt, end);
        return granted with { RefreshToken = next, RefreshSecondsLeft = (end - now) / 1000 };
    }

    static async ValueTask<GrantFault?> Standing(Session session, string appId, string userId)
    {
        if (await AppStore.Find(session, appId) is not { } app) return GrantFault.AppNotInstalled;
        return app.Fault(userId) ?? DirectoryStore.StandingOf(await session.Find("select doc from member where tenant = $1 and user_id = $2", r => r.GetString(0), userId)) switch
        {
            Gateway.Standing.UserGone => GrantFault.UserGone,
            Gateway.Standing.UserFrozen => GrantFault.UserFrozen,
            Gateway.Standing.UserResigned => GrantFault.UserResigned,
            Gateway.Standing.Good or Gateway.Standing.AppOff or Gateway.Standing.AppNotInstalled or Gateway.Standing.Revoked => null,
        };
    }

    static string[] List(string text) => JsonSerializer.Deserialize(text, StoreJson.Default.StringArray)!;

    static string Text(IEnumerable<string> list) => JsonSerializer.Serialize([.. list], StoreJson.Readable.StringArray);
}

/// <summary>A code and what comes with it.</summary>
/// <param name="Code">The code.</param>
/// <param name="RedirectUri">The redirect_uri of the authorization; null when it is not repeated.</param>
/// <param name="Verifier">The PKCE verifier; null when there is none.</param>
/// <param name="Scope">What the token shall be narrowed to; null for all.</param>
sealed record CodeExchange(string Code, string? RedirectUri = null, string? Verifier = null, string? Scope = null);

/// <summary>How a token endpoint refreshes.</summary>
/// <param name="Life">How long its refresh tokens live, in ms.</param>
/// <param name="Always">True when it gives one whatever was granted; false when it takes <c>offline_access</c>.</param>
sealed record RefreshTerms(long Life, bool Always);

/// <summary>What a code or refresh token was exchanged for.</summary>
/// <param name="Tenant">The user's tenant.</param>
/// <param name="UserId">The user.</param>
/// <param name="AccessToken">The user token.</param>
/// <param name="SecondsLeft">How long it lives.</param>
/// <param name="RefreshToken">The refresh token; null when there is none.</param>
/// <param name="RefreshSecondsLeft">How long that lives.</param>
/// <param name="Scopes">What the user token may do.</param>
sealed record Granted(string Tenant, string UserId, string AccessToken, long SecondsLeft, string? RefreshToken, long RefreshSecondsLeft, IReadOnlyList<string> Scopes);

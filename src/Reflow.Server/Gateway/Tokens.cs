using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Reflow.Server.Store;

namespace Reflow.Server.Gateway;

/// <summary>
/// Issues and recognises tokens. A token lives two hours; whoever asks again gets the same one until less than half an hour is left, then a new one
/// while the old one lives on (contracts: platform §1.2). Tokens survive a restart: none of the SDKs recovers from a token that died early (§1.6).
/// </summary>
/// <remarks>
/// The store holds a hash of each token. The text is derived from the server's key and a nonce, so that the same token can be handed out twice
/// although nobody kept it; it begins with its tenant, so that finding it needs no table across tenants.
/// </remarks>
public sealed class Tokens(Db db, byte[] key, TimeProvider clock, Chance chance)
{
    /// <summary>A token's life in ms.</summary>
    public const long Life = 2 * 60 * 60 * 1000;
    /// <summary>With less than this left, in ms, a new token is issued.</summary>
    public const long Renewal = 30 * 60 * 1000;
    // An expired token is known for another day, so that its owner hears "expired" and not "unknown".
    const long Kept = 24 * 60 * 60 * 1000;
    const int MostRemembered = 50_000;

    readonly Remembered<string, Caller> remembered = new(MostRemembered);

    /// <summary>The token that an app or plugin gets now, and how long it has left in whole seconds.</summary>
    /// <param name="tenant">The issuer's tenant.</param>
    /// <param name="kind">The kind of token.</param>
    /// <param name="issuer">The app's or plugin's id.</param>
    /// <param name="userId">The member whom a user token stands for; null for all other kinds.</param>
    /// <param name="ct">Ends the wait.</param>
    public Task<(string Token, long SecondsLeft)> Issue(string tenant, TokenKinds kind, string issuer, string? userId, CancellationToken ct) => db.Change(tenant, async session =>
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var known = await session.Find(
            "select nonce, expires_at, hash from token where tenant = $1 and issuer = $2 and kind = $3 and expires_at >= $4 and user_id is not distinct from $5 and scopes is null and revoked = 0 order by expires_at desc limit 1",
            r => (Of: new Issued(r.GetString(0), r.GetInt64(1)), Hash: r.GetString(2)), issuer, Word(kind), now + Renewal, userId);
        // Of a key that was lost since, the text is not to be had any more.
        if (known.Of is { } before && Text(tenant, kind, issuer, before.Nonce) is var text && Hash(text) == known.Hash) return (text, (before.ExpiresAt - now) / 1000);
        var issued = new Issued(chance.Hex(16), now + Life);
        await Insert(session, kind, issuer, userId, issued, null, now);
        return (Text(tenant, kind, issuer, issued.Nonce), Life / 1000);
    }, ct);

    /// <summary>A new user token with these scopes, in the session that takes a code or refresh token for it: none is ever handed out twice.</summary>
    public async ValueTask<string> Mint(Session session, string appId, string userId, IReadOnlyList<string> scopes, long now)
    {
        var issued = new Issued(chance.Hex(16), now + Life);
        await Insert(session, TokenKinds.User, appId, userId, issued, JsonSerializer.Serialize([.. scopes], StoreJson.Default.StringArray), now);
        return Text(session.Tenant, TokenKinds.User, appId, issued.Nonce);
    }

    /// <summary>Whom a token of this kind stands for, or stood for until it expired; null when it is unknown.</summary>
    public async ValueTask<Caller?> Find(string token, TokenKinds kind, CancellationToken ct)
    {
        var caller = await remembered.Find(token, (db, token, kind, ct), static async asked =>
            TenantOf(asked.token) is { } tenant ? await asked.db.ReadBriefly(tenant, session => Load(session, asked.token, asked.kind), asked.ct) : null);
        return caller?.Kind == kind ? caller : null;
    }

    /// <summary>Forgets what was read, so that changed apps and scopes show at once.</summary>
    public void Forget() => remembered.Forget();

    async ValueTask Insert(Session session, TokenKinds kind, string issuer, string? userId, Issued issued, string? scopes, long now)
    {
        await session.Write("delete from token where tenant = $1 and expires_at < $2", now - Kept);
        await session.Write(
            "insert into token (tenant, hash, kind, issuer, user_id, nonce, issued_at, expires_at, scopes) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            Hash(Text(session.Tenant, kind, issuer, issued.Nonce)), Word(kind), issuer, userId, issued.Nonce, now, issued.ExpiresAt, scopes);
    }

    static ValueTask<Caller?> Load(Session session, string token, TokenKinds kind) => kind is TokenKinds.Plugin or TokenKinds.Virtual or TokenKinds.PluginUser
        ? session.Find(
            "select t.issuer, t.user_id, t.expires_at, p.projects from token t join plugin p on p.tenant = t.tenant and p.plugin_id = t.issuer where t.tenant = $1 and t.hash = $2 and t.kind = $3 and t.revoked = 0",
            r => new Caller(session.Tenant, kind, r.GetString(0), r.GetString(0), r.TextOrNull(1), new(["*"]), r.GetInt64(2)) { Spaces = Names(r.GetString(3)) }, Hash(token), Word(kind))
        : session.Find(
            """
            select t.issuer, t.user_id, t.expires_at, a.scopes, a.owner, t.scopes, t.revoked, a.enabled, a.installed, m.doc
            from token t join app a on a.tenant = t.tenant and a.app_id = t.issuer left join member m on m.tenant = t.tenant and m.user_id = t.user_id
            where t.tenant = $1 and t.hash = $2 and t.kind = $3
            """, r => Read(r, session.Tenant, kind), Hash(token), Word(kind));

    static Caller Read(DbDataReader row, string tenant, TokenKinds kind)
    {
        var app = new Scopes(Names(row.GetString(3)));
        var caller = new Caller(tenant, kind, row.GetString(0), row.GetString(4), row.TextOrNull(1), row.IsDBNull(5) ? app : app.Of(Names(row.GetString(5))), row.GetInt64(2)) { AppScopes = app };
        return caller with
        {
            Standing = !row.Truth(7) ? Standing.AppOff
                : !row.Truth(8) ? Standing.AppNotInstalled
                : caller.UserId is not null && DirectoryStore.StandingOf(row.TextOrNull(9)) is not Standing.Good and var standing ? standing
                : row.Truth(6) ? Standing.Revoked
                : Standing.Good,
        };
    }

    static string[] Names(string list) => JsonSerializer.Deserialize(list, StoreJson.Default.StringArray)!;

    string Text(string tenant, TokenKinds kind, string issuer, string nonce)
    {
        Span<byte> bytes = stackalloc byte[25];
        Convert.FromHexString(tenant).CopyTo(bytes);
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{kind}\n{tenant}\n{issuer}\n{nonce}")).AsSpan(0, 17).CopyTo(bytes[8..]);
        return Prefix(kind) + Base32.Write(bytes);
    }

    static string? TenantOf(string token)
    {
        Span<byte> bytes = stackalloc byte[25];
        return token.Length == 44 && Base32.TryRead(token.AsSpan(4), bytes) ? Convert.ToHexStringLower(bytes[..8]) : null;
    }

    static string Prefix(TokenKinds kind) => kind switch
    {
        TokenKinds.Tenant => "t-g1",
        TokenKinds.User => "u-g1",
        TokenKinds.App => "a-g1",
        TokenKinds.Plugin => "p-g1",
        TokenKinds.Virtual => "v-g1",
        TokenKinds.PluginUser => "u-g1",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "one kind of token"),
    };

    // An issuer is an app or a plugin, so that one word for the users of both is enough.
    static string Word(TokenKinds kind) => kind is TokenKinds.PluginUser ? "user" : kind.ToString().ToLowerInvariant();

    static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    sealed record Issued(string Nonce, long ExpiresAt);
}

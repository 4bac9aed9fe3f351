using System.Globalization;

namespace Reflow.Server.Store;

/// <summary>What a plugin exchanges for a user's token (contracts: project §1.1). Each is good once, and only its hash is kept.</summary>
/// <param name="db">The store.</param>
/// <param name="chance">Where their texts come from.</param>
sealed class ProjectGrants(Db db, Chance chance)
{
    /// <summary>The life of a code, in ms.</summary>
    public const long CodeLife = 5 * 60 * 1000;
    /// <summary>The life of what renews a token, in ms.</summary>
    public const long RefreshLife = 14 * 24 * 60 * 60 * 1000L;

    /// <summary>Makes a grant for a user and answers its text.</summary>
    public async Task<string> Give(string tenant, Grant kind, string plugin, string userId, long now, CancellationToken ct)
    {
        var text = chance.Hex(24);
        await db.Change(tenant, async session =>
        {
            await session.Write("delete from project_grant where tenant = $1 and expires_at < $2", now);
            return await session.Execute("insert into project_grant (tenant, hash, kind, plugin_id, user_id, expires_at) values ($1, $2, $3, $4, $5, $6)",
                Secrets.Hash(text), Word(kind), plugin, userId, now + (kind is Grant.Code ? CodeLife : RefreshLife));
        }, ct);
        return text;
    }

    /// <summary>The <c>user_id</c> behind a grant of this plugin, which is used up; null when there is none, or it was used, or is too old.</summary>
    public Task<string?> Take(string tenant, Grant kind, string plugin, string text, long now, CancellationToken ct) => db.Change(tenant, session =>
        session.Find("delete from project_grant where tenant = $1 and hash = $2 and kind = $3 and plugin_id = $4 and expires_at > $5 returning user_id",
            r => r.GetString(0), Secrets.Hash(text), Word(kind), plugin, now), ct);

    static string Word(Grant kind) => kind.ToString().ToLower(CultureInfo.InvariantCulture);
}

/// <summary>What can be exchanged for a user's token.</summary>
enum Grant
{
    /// <summary>What the user's consent gave.</summary>
    Code,
    /// <summary>What came with the last token.</summary>
    Refresh,
}

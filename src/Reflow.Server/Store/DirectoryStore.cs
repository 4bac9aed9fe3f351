using System.Globalization;
using System.Text.Json;
using Reflow.Core;
using Reflow.Core.Directory;
using Reflow.Server.Gateway;

namespace Reflow.Server.Store;

/// <summary>Finds members by the ids that callers use.</summary>
public static class DirectoryStore
{
    /// <summary>
    /// The <c>user_id</c>s behind the ids of a call, in the same order; or the error for those that name nobody, or whom only another app knows by that id.
    /// </summary>
    /// <param name="session">The tenant's session.</param>
    /// <param name="caller">Who calls.</param>
    /// <param name="type">What kind of ids they are.</param>
    /// <param name="ids">The ids.</param>
    /// <param name="byScope">Whether user_ids need their field scope (contracts: platform §1.5); reports ask for it only where they show them (contracts: report §2, user_id_type).</param>
    public static async ValueTask<(IReadOnlyList<string> UserIds, Error? Error)> Resolve(Session session, Caller caller, UserIdType type, IReadOnlyList<string> ids, bool byScope = true)
    {
        if (byScope && type is UserIdType.UserId && ids.Count > 0 && !caller.Scopes.Has(Identities.UserIdScope)) return ([], GatewayErrors.UserIdScopeMissing(caller.AppId));
        var found = new List<string>(ids.Count);
        var unknown = new List<string>();
        foreach (var id in ids)
        {
            if (type is UserIdType.UserId)
            {
                if (await session.Find("select user_id from member where tenant = $1 and user_id = $2", r => r.GetString(0), id) is { } userId) found.Add(userId);
                else unknown.Add(id);
                continue;
            }
            var known = await session.Find("select app_id, user_id from identity where tenant = $1 and id = $2", r => new Known(r.GetString(0), r.GetString(1)), id);
            if (known is null || type is UserIdType.OpenId == known.AppId is "") unknown.Add(id);
            else if (type is UserIdType.OpenId && known.AppId != caller.AppId) return ([], GatewayErrors.OpenIdOfAnotherApp);
            else found.Add(known.UserId);
        }
        if (unknown is []) return (found, null);
        return ([], type switch
        {
            UserIdType.OpenId => GatewayErrors.UnknownOpenIds(unknown),
            UserIdType.UnionId => GatewayErrors.UnknownUnionIds(unknown),
            UserIdType.UserId => GatewayErrors.UnknownUserIds(unknown),
        });
    }

    /// <summary>How a member stands, by what is stored of them; null is nobody.</summary>
    public static Standing StandingOf(string? document) => document is null ? Standing.UserGone : JsonSerializer.Deserialize(document, StoreJson.Default.MemberDocument)! switch
    {
        { IsResigned: true } => Standing.UserResigned,
        { IsFrozen: true } => Standing.UserFrozen,
        _ => Standing.Good,
    };

    /// <summary>The tenant of an app or a plugin; null when nobody has that id.</summary>
    public static ValueTask<string?> TenantOf(SystemSession session, RouteKind kind, string id) =>
        session.Find("select tenant from route where kind = $1 and name = $2", r => r.GetString(0), kind.ToString().ToLower(CultureInfo.InvariantCulture), id);

    sealed record Known(string AppId, string UserId);
}

/// <summary>What leads to a tenant before a tenant is known.</summary>
public enum RouteKind
{
    /// <summary>An app of the open platform.</summary>
    App,
    /// <summary>A plugin of Feishu Project.</summary>
    Plugin,
}

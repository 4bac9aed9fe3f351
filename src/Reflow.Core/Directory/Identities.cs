using System.Security.Cryptography;
using System.Text;

namespace Reflow.Core.Directory;

/// <summary>The ids by which a call may name people: <c>user_id_type</c> (contracts: platform §3.1).</summary>
public enum UserIdType
{
    /// <summary><c>open_id</c>, the default: one per member and app.</summary>
    OpenId,
    /// <summary><c>union_id</c>: one per member and app owner.</summary>
    UnionId,
    /// <summary><c>user_id</c>: the tenant's own.</summary>
    UserId,
}

/// <summary>
/// Derives the ids by which apps know people. They follow from tenant, app and member alone, so that the same workspace gives the same ids on every machine;
/// they are names, not secrets.
/// </summary>
public static class Identities
{
    /// <summary>The scope without which an app never sees a <c>user_id</c> (contracts: platform §3.1).</summary>
    public const string UserIdScope = "contact:user.employee_id:readonly";

    /// <summary><c>ou_</c> and 32 hex digits.</summary>
    public static string OpenId(string tenant, string appId, Actor actor) => "ou_" + Digest(tenant, appId, actor);

    /// <summary><c>on_</c> and 32 hex digits; all apps of one owner see the same.</summary>
    public static string UnionId(string tenant, string owner, Actor actor) => "on_" + Digest(tenant, owner, actor);

    /// <summary><c>od-</c> and 32 hex digits; the same in every app.</summary>
    public static string OpenDepartmentId(string tenant, string departmentId) => "od-" + Digest("department", tenant, departmentId);

    static string Digest(string tenant, string scope, Actor actor) => Digest(scope, tenant, actor.ToString()!);

    static string Digest(string key, string tenant, string id) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes($"{tenant}\n{id}")).AsSpan(0, 16));
}

using Reflow.Core.Directory;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api;

/// <summary>How one call names people in its answer: by <c>user_id_type</c>, as far as the app may see them (contracts: platform §3.1, task §0.3).</summary>
/// <param name="caller">Who asks.</param>
/// <param name="type">The kind of id that was asked for.</param>
public sealed class UserIds(Caller caller, UserIdType type)
{
    // A page names the same few people over and over, and so do the pages after it.
    const int MostKnown = 10_000;

    static readonly Remembered<(Naming By, Actor Of), string> Known = new(MostKnown);

    /// <summary>The kind of id that was asked for.</summary>
    public UserIdType Type => type;

    /// <summary>Reads <c>user_id_type</c>; one that is none is noted beside the faults of the body, which are told together.</summary>
    public static (UserIds? Ids, Refusal? Refusal) Of(Call call)
    {
        switch (call.Query("user_id_type"))
        {
            case null or "open_id": return (new(call.Caller, UserIdType.OpenId), null);
            case "union_id": return (new(call.Caller, UserIdType.UnionId), null);
            case "user_id": return (new(call.Caller, UserIdType.UserId), null);
            case var other:
                call.Body.Violation("user_id_type", other, "user_id_type is optional, options: [open_id,union_id,user_id]");
                return (null, call.Body.Refusal);
        }
    }

    /// <summary>Whether members' ids show at all: a <c>user_id</c> only with its field scope.</summary>
    public bool Visible => type is not UserIdType.UserId || caller.Scopes.Has(Identities.UserIdScope);

    /// <summary>Which calls name everybody the same.</summary>
    public Naming Seen => new(type, caller.Tenant, type switch
    {
        UserIdType.OpenId => caller.AppId,
        UserIdType.UnionId => caller.Owner,
        UserIdType.UserId => Visible ? Identities.UserIdScope : "",
    });

    /// <summary>The wire id of someone; null where it must be left out: a <c>user_id</c> without the scope, and an app under anything but <c>open_id</c>.</summary>
    public string? Of(Actor actor) => (type, actor) switch
    {
        (UserIdType.OpenId, _) => Known.Get((Seen, actor), static id => Identities.OpenId(id.By.Tenant, id.By.Scope, id.Of)),
        (UserIdType.UnionId, Actor.User) => Known.Get((Seen, actor), static id => Identities.UnionId(id.By.Tenant, id.By.Scope, id.Of)),
        (UserIdType.UserId, Actor.User user) when Visible => user.UserId,
        _ => null,
    };

    /// <summary>As <see cref="Of(Actor)"/>, for a member.</summary>
    public string? Of(string userId) => Of(new Actor.User(userId));

    /// <summary>What a person's id depends on beside the person.</summary>
    /// <param name="Type">The kind of id.</param>
    /// <param name="Tenant">Whose people they are.</param>
    /// <param name="Scope">The app, its owner, or the scope that shows a <c>user_id</c>, as the kind asks for; empty without that scope.</param>
    public readonly record struct Naming(UserIdType Type, string Tenant, string Scope);
}

using Reflow.Core.Directory;

namespace Reflow.Server.Gateway;

/// <summary>Who calls: what the token stands for.</summary>
/// <param name="Tenant">The tenant whose data the caller sees.</param>
/// <param name="Kind">The kind of token.</param>
/// <param name="AppId">The app that the token was issued to; the plugin's id for a plugin token.</param>
/// <param name="Owner">Who owns the app: all apps of one owner know a member by the same union_id.</param>
/// <param name="UserId">The member that the caller acts for; null when the app acts for itself.</param>
/// <param name="Scopes">What the token may do: what the app was granted, and of that, for a user token, what the user granted the app.</param>
/// <param name="ExpiresAt">Unix ms; the token is refused from then on.</param>
public sealed record Caller(string Tenant, TokenKinds Kind, string AppId, string Owner, string? UserId, Scopes Scopes, long ExpiresAt)
{
    /// <summary>The user key of <see cref="UserId"/>, in Feishu Project; empty where nobody is meant.</summary>
    public string UserKey { get; init; } = "";

    /// <summary>The spaces of Feishu Project that the plugin is installed in, by key or simple name; <c>*</c> is all of them.</summary>
    public IReadOnlyList<string> Spaces { get; init; } = [];

    /// <summary>What the app was granted, whatever the user grants it.</summary>
    public Scopes AppScopes { get; init; } = Scopes;

    /// <summary>Why the token is refused although it was issued and may not have expired.</summary>
    public Standing Standing { get; init; }

    /// <summary>Whom a change is recorded under.</summary>
    public Actor Actor => UserId is null ? new Actor.App(AppId) : new Actor.User(UserId);
}

/// <summary>How the app and the member behind a token stand.</summary>
public enum Standing
{
    /// <summary>Nothing speaks against the token.</summary>
    Good,
    /// <summary>The app is switched off.</summary>
    AppOff,
    /// <summary>The app is not installed in the tenant.</summary>
    AppNotInstalled,
    /// <summary>The member is gone.</summary>
    UserGone,
    /// <summary>The member is frozen.</summary>
    UserFrozen,
    /// <summary>The member has resigned.</summary>
    UserResigned,
    /// <summary>The token was taken back.</summary>
    Revoked,
}

/// <summary>The scopes that an app was granted; <c>*</c> grants all.</summary>
public sealed class Scopes(IEnumerable<string> names)
{
    readonly HashSet<string> granted = [.. names];

    /// <summary>True when one of these is granted; also when none is asked for.</summary>
    public bool AnyOf(IReadOnlyList<string> wanted) => wanted.Count == 0 || granted.Contains("*") || wanted.Any(granted.Contains);

    /// <summary>True when this one is granted.</summary>
    public bool Has(string scope) => granted.Contains("*") || granted.Contains(scope);

    /// <summary>Those of the names that are granted.</summary>
    public Scopes Of(IEnumerable<string> wanted) => new(wanted.Where(Has));
}

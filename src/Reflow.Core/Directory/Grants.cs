using System.Security.Cryptography;
using System.Text;

namespace Reflow.Core.Directory;

/// <summary>Why a code or a refresh token gives no user token. Each token endpoint has a code and a text of its own for it (contracts: platform §1.4).</summary>
public enum GrantFault
{
    /// <summary>Nobody issued this code.</summary>
    CodeUnknown,
    /// <summary>The code has been exchanged before.</summary>
    CodeUsed,
    /// <summary>The code is older than <see cref="AuthorizationCode.Life"/>.</summary>
    CodeExpired,
    /// <summary>The redirect_uri is not that of the authorization.</summary>
    RedirectDiffers,
    /// <summary>The code verifier does not answer the challenge, or there was no challenge.</summary>
    ChallengeFailed,
    /// <summary>Nobody issued this refresh token.</summary>
    RefreshUnknown,
    /// <summary>The refresh token has been exchanged before.</summary>
    RefreshUsed,
    /// <summary>The refresh token was taken back: its user or its app was switched off.</summary>
    RefreshRevoked,
    /// <summary>The refresh token is past its end, or the authorization is older than <see cref="RefreshToken.LongestGrant"/>.</summary>
    RefreshExpired,
    /// <summary>The app has refreshing switched off.</summary>
    RefreshingOff,
    /// <summary>The code or refresh token was issued to another app.</summary>
    OtherApp,
    /// <summary>One scope is asked for twice.</summary>
    ScopeTwice,
    /// <summary>A scope is asked for that the user did not grant.</summary>
    ScopeNotGranted,
    /// <summary>The user is gone.</summary>
    UserGone,
    /// <summary>The user is frozen.</summary>
    UserFrozen,
    /// <summary>The user has resigned.</summary>
    UserResigned,
    /// <summary>The app is switched off.</summary>
    AppOff,
    /// <summary>The app is not installed in the user's tenant.</summary>
    AppNotInstalled,
    /// <summary>The app is not available to the user.</summary>
    AppNotAvailable,
}

/// <summary>A PKCE challenge (RFC 7636).</summary>
/// <param name="Value">The <c>code_challenge</c>.</param>
/// <param name="IsHashed">True for S256, false for plain.</param>
public sealed record Challenge(string Value, bool IsHashed)
{
    /// <summary>True for what a verifier, or a challenge, may be: 43 to 128 unreserved characters (RFC 7636 §4.1).</summary>
    public static bool IsWellFormed(string text) => text.Length is >= 43 and <= 128 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~');

    /// <summary>True when the verifier is the one that the challenge was made from; takes the same time wherever they differ.</summary>
    public bool IsAnsweredBy(string? verifier) => verifier is not null && IsWellFormed(verifier)
        && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(IsHashed ? Hashed(verifier) : verifier), Encoding.ASCII.GetBytes(Value));

    /// <summary>The S256 challenge of a verifier.</summary>
    public static string Hashed(string verifier) =>
        Convert.ToBase64String(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}

/// <summary>What a user who agreed is sent back with: exchanged once, soon, by the same app (contracts: platform §1.4).</summary>
/// <param name="AppId">Whom it was issued to.</param>
/// <param name="UserId">Who agreed.</param>
/// <param name="Scopes">All that the user has granted the app.</param>
/// <param name="RedirectUri">The <c>redirect_uri</c> of the authorization, as it was sent.</param>
/// <param name="Challenge">The PKCE challenge; null when there was none.</param>
/// <param name="IssuedAt">Unix ms.</param>
/// <param name="IsUsed">True once it was exchanged.</param>
public sealed record AuthorizationCode(string AppId, string UserId, IReadOnlyList<string> Scopes, string RedirectUri, Challenge? Challenge, long IssuedAt, bool IsUsed)
{
    /// <summary>How long it can be exchanged, in ms.</summary>
    public const long Life = 5 * 60 * 1000;

    /// <summary>Why it cannot be exchanged; null when it can.</summary>
    /// <param name="appId">Who brings it.</param>
    /// <param name="redirectUri">The redirect_uri that comes with it; null when none does.</param>
    /// <param name="verifier">The code verifier that comes with it; null when none does.</param>
    /// <param name="now">Unix ms.</param>
    public GrantFault? Fault(string appId, string? redirectUri, string? verifier, long now) =>
        AppId != appId ? GrantFault.OtherApp
        : IsUsed ? GrantFault.CodeUsed
        : now >= IssuedAt + Life ? GrantFault.CodeExpired
        : redirectUri is not null && redirectUri != RedirectUri ? GrantFault.RedirectDiffers
        // A verifier without a challenge means that somebody took the challenge out of the authorization (RFC 9700 §2.1.1).
        : Challenge is null ? verifier is null ? null : GrantFault.ChallengeFailed
        : Challenge.IsAnsweredBy(verifier) ? null : GrantFault.ChallengeFailed;
}

/// <summary>What a refresh token has come to.</summary>
public enum RefreshState
{
    /// <summary>It can be exchanged.</summary>
    Live,
    /// <summary>It has been exchanged.</summary>
    Used,
    /// <summary>It was taken back.</summary>
    Revoked,
}

/// <summary>What a new user token is got with when the old one has expired: exchanged once, for a token and its successor (contracts: platform §1.4).</summary>
/// <param name="AppId">Whom it was issued to.</param>
/// <param name="UserId">Who agreed.</param>
/// <param name="Scopes">All that the user has granted; narrowing one token leaves it as it is.</param>
/// <param name="AuthorizedAt">When the user agreed, Unix ms.</param>
/// <param name="ExpiresAt">Unix ms.</param>
/// <param name="State">What it has come to.</param>
public sealed record RefreshToken(string AppId, string UserId, IReadOnlyList<string> Scopes, long AuthorizedAt, long ExpiresAt, RefreshState State)
{
    /// <summary>The scope without which the newer endpoints give no refresh token.</summary>
    public const string Scope = "offline_access";

    /// <summary>After so long, in ms, the user must agree again however often the token was refreshed.</summary>
    public const long LongestGrant = 365L * 24 * 60 * 60 * 1000;

    /// <summary>Why it cannot be exchanged; null when it can.</summary>
    public GrantFault? Fault(string appId, long now) => AppId != appId ? GrantFault.OtherApp : State switch
    {
        RefreshState.Used => GrantFault.RefreshUsed,
        RefreshState.Revoked => GrantFault.RefreshRevoked,
        RefreshState.Live => now >= ExpiresAt || now >= AuthorizedAt + LongestGrant ? GrantFault.RefreshExpired : null,
    };

    /// <summary>When a refresh token that is issued now for so many ms ends: never after the grant itself.</summary>
    public static long End(long authorizedAt, long now, long life) => Math.Min(now + life, authorizedAt + LongestGrant);
}

/// <summary>The <c>scope</c> parameter: names separated by spaces.</summary>
public static class ScopeList
{
    /// <summary>The names in their order, repeated ones as well.</summary>
    public static IReadOnlyList<string> Read(string? scope) => scope?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>What is left of a grant when only these are asked for; all of it when none is.</summary>
    public static (IReadOnlyList<string> Scopes, GrantFault? Fault) Narrow(IReadOnlyList<string> granted, string? asked)
    {
        var names = Read(asked);
        return names is [] ? (granted, null)
            : names.Distinct().Count() < names.Count ? ([], GrantFault.ScopeTwice)
            : names.Except(granted).Any() ? ([], GrantFault.ScopeNotGranted)
            : (names, null);
    }
}

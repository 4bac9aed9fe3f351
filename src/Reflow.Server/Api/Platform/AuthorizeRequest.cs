using Microsoft.AspNetCore.Http.Extensions;
using Reflow.Core;
using Reflow.Core.Directory;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Platform;

/// <summary>What the authorize page refuses to a browser, on a page of its own: an app that is not known to be meant is never sent anything (contracts: platform §1.4).</summary>
static class AuthorizeErrors
{
    public static readonly Error Missing = new(20001, 400, "Invalid request. Please check request param");
    public static readonly Error NotInstalled = new(20009, 400, "The specified app is not installed.");
    public static readonly Error NotAvailable = new(20010, 400, "The user does not have permission to use this app.");
    public static readonly Error ScopeInvalid = new(20027, 400, "Invalid scope");
    public static readonly Error RedirectInvalid = new(20029, 400, "Invalid redirect uri");
    public static readonly Error AppUnknown = new(20048, 400, "The specified app does not exist.");
    public static readonly Error AppOff = new(20069, 400, "The specified app is not enabled.");
    public static readonly Error FormExpired = new(20063, 403, "The request is malformed. Please check your request.");
}

/// <summary>What an app asks of a user: the query of the authorize page (contracts: platform §1.4).</summary>
/// <param name="App">Who asks.</param>
/// <param name="RedirectUri">Where the answer goes, as it was sent.</param>
/// <param name="Scopes">What is asked for.</param>
/// <param name="State">Told back as it is; null when there is none.</param>
/// <param name="Challenge">The PKCE challenge; null when there is none.</param>
/// <param name="AlwaysAsk">True for <c>prompt=consent</c>: ask even what was granted before.</param>
/// <param name="Query">The query, for the page's own forms.</param>
sealed record AuthorizeRequest(App App, string RedirectUri, IReadOnlyList<string> Scopes, string? State, Challenge? Challenge, bool AlwaysAsk, string Query)
{
    const int MostScopes = 50;

    /// <summary>Reads the query; the refusal when the app, its address or its scopes are not right.</summary>
    public static async ValueTask<(AuthorizeRequest? Request, Error? Error)> Read(Call call, Db db)
    {
        if ((call.Query("client_id") ?? call.Query("app_id")) is not { } clientId) return (null, AuthorizeErrors.Missing.Because("client_id is missing"));
        if (!AppStore.IsId(clientId) || await AppStore.Find(db, clientId, call.Aborted) is not { } app) return (null, AuthorizeErrors.AppUnknown);
        if (call.Query("redirect_uri") is not { } redirect || !RedirectUris.IsRegistered(redirect, app.Redirects)) return (null, AuthorizeErrors.RedirectInvalid);
        if (!app.IsEnabled) return (null, AuthorizeErrors.AppOff);
        if (!app.IsInstalled) return (null, AuthorizeErrors.NotInstalled);
        if (call.Query("response_type") is not (null or "code")) return (null, AuthorizeErrors.Missing.Because("response_type can only be code"));
        if (ChallengeOf(call) is not { } challenge) return (null, AuthorizeErrors.Missing.Because("code_challenge has 43 to 128 letters, digits, - . _ and ~, and its method is S256 or plain"));
        if (ScopesOf(call.Query("scope"), app) is not { } scopes) return (null, AuthorizeErrors.ScopeInvalid);
        return (new(app, redirect, scopes, call.Query("state"), challenge.Challenge, call.Query("prompt") is "consent", QueryOf(call, clientId)), null);
    }

    static (Challenge? Challenge, bool)? ChallengeOf(Call call) => (call.Query("code_challenge"), call.Query("code_challenge_method")) switch
    {
        (null, null) => (null, true),
        ({ } value, null or "plain") when Challenge.IsWellFormed(value) => (new(value, false), true),
        ({ } value, "S256") when Challenge.IsWellFormed(value) => (new(value, true), true),
        _ => null,
    };

    // Without a scope, all that the app holds is asked for: the older page knows no other way.
    static IReadOnlyList<string>? ScopesOf(string? scope, App app)
    {
        var (held, asked) = (new Scopes(app.Scopes), ScopeList.Read(scope));
        return asked is [] ? app.Scopes is ["*"] ? ScopeWords.All : app.Scopes
            : asked.Count <= MostScopes && asked.All(name => held.Has(name) && ScopeWords.IsScope(name)) ? [.. asked.Distinct()]
            : null;
    }

    static string QueryOf(Call call, string clientId)
    {
        var query = new QueryBuilder { { "client_id", clientId } };
        foreach (var name in (ReadOnlySpan<string>)["redirect_uri", "response_type", "scope", "state", "code_challenge", "code_challenge_method", "prompt", "lang"])
            if (call.Query(name) is { } value) query.Add(name, value);
        return query.ToString();
    }
}

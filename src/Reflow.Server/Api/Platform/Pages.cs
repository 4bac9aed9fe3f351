using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Reflow.Core;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Platform;

/// <summary>The pages that people see: sign in, agree, and what is wrong. One style, no script, nothing from elsewhere; Chinese or English.</summary>
static class Pages
{
    const string Style = """
        :root{color-scheme:light dark;--line:#8a919f;--soft:#5f6672;--main:#1f5fd6;--bad:#b3261e;--card:#fff;--back:#eef1f6;--text:#1b1f27}
        @media(prefers-color-scheme:dark){:root{--line:#767d8a;--soft:#a9b0bd;--main:#7aa7ff;--bad:#ff8a80;--card:#20242c;--back:#14171c;--text:#eef0f4}}
        *{box-sizing:border-box}body{margin:0;background:var(--back);color:var(--text);font:16px/1.5 system-ui,-apple-system,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
        main{max-width:26rem;margin:8vh auto 2rem;padding:2rem;background:var(--card);border-radius:12px;box-shadow:0 2px 16px #0002}
        h1{font-size:1.35rem;line-height:1.35;margin:0 0 .5rem}p{margin:.5rem 0}.soft{color:var(--soft)}label{display:block;margin:1rem 0 .3rem;font-weight:600}
        input{width:100%;padding:.6rem .7rem;font:inherit;color:inherit;background:transparent;border:1px solid var(--line);border-radius:8px}
        button{width:100%;margin-top:1rem;padding:.65rem;font:inherit;font-weight:600;border:1px solid var(--main);border-radius:8px;background:var(--main);color:var(--card);cursor:pointer}
        button.plain{background:transparent;color:var(--main)}button.link{border:0;background:none;color:var(--main);width:auto;padding:0;margin:0;text-decoration:underline;font-weight:400}
        a{color:var(--main)}:focus-visible{outline:3px solid var(--main);outline-offset:2px}ul{margin:1rem 0;padding-left:1.2rem}li{margin:.35rem 0}code{font-size:.85em;color:var(--soft);overflow-wrap:anywhere}
        [role=alert]{border-left:4px solid var(--bad);padding:.1rem .8rem;margin:1rem 0}[role=alert]:focus{outline:none}[role=alert] a,.wrong{color:var(--bad)}footer{text-align:center;font-size:.9rem;color:var(--soft);margin-bottom:2rem}
        """;

    static readonly string StyleHash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)));
    static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>Asks who the user is; says in a summary what was wrong with the answer before.</summary>
    public static HtmlPage SignIn(Call call, AuthorizeRequest request, Authorize.Fault? fault, string account, long seconds, string form)
    {
        var words = PageWords.Of(call);
        var wrong = fault is { } why ? words.Of(why, seconds) : null;
        var summary = wrong is null ? "" : $"""
            <div role="alert" id="summary" tabindex="-1"><p><a href="#account">{E(wrong)}</a></p></div>
            """;
        var invalid = wrong is null ? "" : " aria-invalid=\"true\" aria-describedby=\"summary\"";
        var body = $"""
            <h1>{E(words.SignIn)}</h1>
            <p class="soft">{E(words.SignInTo(request.App.Name))}</p>
            {summary}
            <form method="post" action="{E(Authorize.Path + request.Query)}">
            <input type="hidden" name="form" value="{form}">
            <label for="account">{E(words.Account)}</label>
            <input id="account" name="account" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="256" value="{E(account)}"{invalid}{(account.Length == 0 ? " autofocus" : "")}>
            <label for="password">{E(words.Password)}</label>
            <input id="password" name="password" type="password" autocomplete="current-password" required maxlength="256"{invalid}{(account.Length == 0 ? "" : " autofocus")}>
            <button name="act" value="sign_in">{E(words.SignIn)}</button>
            </form>
            """;
        var page = Of(call, words, fault is null ? 200 : fault is Authorize.Fault.TooMany ? 429 : fault is Authorize.Fault.Expired ? 403 : 400, words.SignIn, wrong, body, request);
        return seconds == 0 ? page : page with { Headers = [.. page.Headers, new("Retry-After", $"{seconds}")] };
    }

    /// <summary>Asks whether the user agrees to what the app wants to do.</summary>
    public static HtmlPage Consent(Call call, AuthorizeRequest request, Member user, string form)
    {
        var words = PageWords.Of(call);
        var scopes = string.Concat(request.Scopes.Select(scope => $"<li>{E(ScopeWords.Of(scope, words.IsChinese))} <code>{E(scope)}</code></li>\n"));
        return Of(call, words, 200, words.Consent, null, $"""
            <h1>{E(words.Wants(request.App.Name))}</h1>
            <form method="post" action="{E(Authorize.Path + request.Query)}">
            <input type="hidden" name="form" value="{form}">
            <ul>
            {scopes}</ul>
            <p class="soft">{E(words.SentTo)} <code>{E(request.RedirectUri)}</code></p>
            <button name="act" value="agree">{E(words.Agree)}</button>
            <button class="plain" name="act" value="deny">{E(words.Deny)}</button>
            </form>
            <form method="post" action="{E(Authorize.Path + request.Query)}">
            <input type="hidden" name="form" value="{form}">
            <p class="soft">{E(words.SignedInAs(user.Name))} <button class="link" name="act" value="sign_out">{E(words.SignOut)}</button></p>
            </form>
            """, request);
    }

    /// <summary>Says what is wrong, with the contract's code, to a browser that cannot be sent back.</summary>
    public static HtmlPage Refused(Call call, Error error)
    {
        var words = PageWords.Of(call);
        var page = Of(call, words, error.Http, words.Problem, null, $"""
            <h1>{E(words.Problem)}</h1>
            <p role="alert">{E(words.Of(error))}</p>
            <p class="soft">{E(words.TellOwner)}</p>
            <p><code>{error.Code}: <span id="message">{E(error.Message)}</span></code></p>
            <p><code>log_id: {call.LogId}</code></p>
            """, null);
        return page with { Headers = [.. page.Headers, new("X-Reflow-Code", $"{error.Code}")] };
    }

    static HtmlPage Of(Call call, PageWords words, int status, string title, string? wrong, string body, AuthorizeRequest? request)
    {
        // A form's answer may send the browser on to the app, which the policy of forms covers as well.
        var forms = request is null ? "'none'" : $"'self' {Origin(request.RedirectUri)}";
        var other = words.IsChinese ? PageWords.English : PageWords.Chinese;
        var link = request is null ? "" : $"""<footer><a href="{E(Authorize.Path + WithLanguage(request.Query, other.Tag))}" lang="{other.Tag}" hreflang="{other.Tag}">{other.Name}</a></footer>""";
        return new(status, $"""
            <!doctype html>
            <html lang="{words.Tag}">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{(wrong is null ? "" : E(words.Problem) + " · ")}{E(title)} · Reflow</title>
            <style>{Style}</style>
            </head>
            <body>
            <main>
            {body}
            </main>
            {link}
            </body>
            </html>

            """)
        {
            Headers = [new("Content-Security-Policy", $"default-src 'none'; style-src 'sha256-{StyleHash}'; form-action {forms}; base-uri 'none'; frame-ancestors 'none'"), new("Content-Language", words.Tag), new("Vary", "Accept-Language, Cookie")],
        };
    }

    static string WithLanguage(string query, string language) =>
        "?" + string.Join('&', query.TrimStart('?').Split('&').Where(part => !part.StartsWith("lang=", StringComparison.Ordinal)).Append($"lang={language}"));

    static string Origin(string uri) => uri.IndexOfAny(['/', '?', '#'], uri.IndexOf("//", StringComparison.Ordinal) + 2) is > 0 and var end ? uri[..end] : uri;

    static string E(string text) => Encoder.Encode(text);
}
